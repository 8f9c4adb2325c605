"""Schemathesis finds nothing on the mock and on the sandbox that is not explained, one by one, in the reviewed list."""

import base64
import os
from pathlib import Path

import pytest

import fuzz
from doubles.prism import SPEC, Prism
from fuzz import FUZZ_REPORTS, FuzzReport
from sendcloud_orders_sandbox import Credentials, Policies, Sandbox
from suite.verdict import FOLDER

SHOWN = 10
KEYS = ("fuzz-public-key-1f6e", "fuzz-secret-key-9c02")


def fuzz_mock(folder: Path) -> FuzzReport:
    with Prism.mock() as mock:
        return fuzz.run("mock", mock.base_url, KEYS, SPEC, folder)


def fuzz_sandbox(folder: Path) -> FuzzReport:
    # What the service does with one key twice in a batch, and with an `id` that names no order, is not documented: the
    # spec allows both, and a sandbox that refuses them would hide what else such a request meets.
    policies = Policies(key_twice="last", unknown_id="create")
    with Sandbox(policies=policies, credentials=Credentials(*KEYS)) as sandbox:
        return fuzz.run("sandbox", sandbox.base_url, KEYS, SPEC, folder, integrations=sandbox.integrations)


@pytest.fixture(scope="session", params=[fuzz_mock, fuzz_sandbox], ids=["mock", "sandbox"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FuzzReport:
    """The report of one run, which the verdict gets as well."""
    found: FuzzReport = request.param(request.config.stash.get(FOLDER, None) or tmp_path_factory.mktemp("fuzz"))
    request.config.stash.setdefault(FUZZ_REPORTS, []).append(found)
    return found


def test_every_operation_of_the_spec_is_fuzzed(report: FuzzReport) -> None:
    assert report.missed == ()
    assert len(report.operations) == 5


def test_every_finding_is_explained(report: FuzzReport) -> None:
    if report.unexplained:
        more = len(report.unexplained) - SHOWN
        shown = [str(finding) for finding in report.unexplained[:SHOWN]]
        rest = [f"… and {more} more: see {os.path.relpath(report.files[1])}/index.html"] if more > 0 else []
        pytest.fail("\n\n".join(shown + rest), pytrace=False)


def test_every_explained_finding_still_occurs(report: FuzzReport) -> None:
    if report.stale:
        pytest.fail("\n\n".join(report.problems()), pytrace=False)


def test_schemathesis_does_not_warn_of_a_blind_spot(report: FuzzReport) -> None:
    assert report.warnings == ()


def test_no_report_of_schemathesis_holds_a_key(report: FuzzReport) -> None:
    secrets = [*(key.encode() for key in KEYS), base64.b64encode(":".join(KEYS).encode())]
    files = [path for place in report.files for path in (place, *place.rglob("*")) if path.is_file()]
    assert len(files) >= len(report.files)
    assert [path for path in files if holds(path, secrets)] == []


def holds(path: Path, secrets: list[bytes]) -> bool:
    """Tell whether a file holds one of the secrets."""
    content = path.read_bytes()
    return any(secret in content for secret in secrets)
