"""Leave this folder out of a run about a foreign server, let its rules count in the verdict, and fuzz beside."""

import os
from collections.abc import Generator

import pytest

from fuzz.apart import TARGETS, FuzzRuns
from runs.progress import NOTES
from suite.verdict import FOLDER, Verdict

FUZZ_RUNS = pytest.StashKey[FuzzRuns]()

if os.environ.get("TARGET"):
    collect_ignore_glob = ["*"]


def pytest_configure(config: pytest.Config) -> None:
    verdict = Verdict.of(config)
    if os.environ.get("TARGET"):
        verdict.left_out.append("contract_tests/system, which needs this project's own mock and sandbox")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Fuzz beside the other tests from the start: a run takes long, and needs nothing of theirs."""
    config = session.config
    with FuzzRuns() as runs:
        config.stash[FUZZ_RUNS] = runs
        # Only a run with reports has a folder at the start.
        if (folder := config.stash.get(FOLDER, None)) and not config.option.collectonly:
            runs.start(wanted(session), folder)
            config.stash.setdefault(NOTES, []).append(lambda: runs)
        return (yield)


def wanted(session: pytest.Session) -> list[str]:
    """Return the servers that the chosen tests want to be fuzzed."""
    params = [item.callspec.params for item in session.items if hasattr(item, "callspec")]
    return sorted({one["report"] for one in params if one.get("report") in TARGETS})


@pytest.fixture(scope="session")
def fuzz_runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FuzzRuns:
    """The runs that this session's tests are about, all of them started."""
    runs = request.config.stash[FUZZ_RUNS]
    runs.start(wanted(request.session), tmp_path_factory.getbasetemp())
    return runs
