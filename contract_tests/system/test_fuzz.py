"""Schemathesis finds nothing on the mock and on the sandbox that is not explained, one by one, in the reviewed list."""

import base64
import os
from pathlib import Path

import pytest

from fuzz import FUZZ_REPORTS, FuzzReport
from fuzz.apart import KEYS, TARGETS, FuzzRuns

SHOWN = 10


@pytest.fixture(scope="session", params=list(TARGETS))
def report(request: pytest.FixtureRequest, fuzz_runs: FuzzRuns) -> FuzzReport:
    """The report of one run, which the verdict gets as well."""
    found = fuzz_runs.runs[request.param].report()
    request.config.stash.setdefault(FUZZ_REPORTS, []).append(found)
    return found


def test_every_operation_of_the_spec_is_fuzzed(report: FuzzReport) -> None:
    assert report.missed == ()
    assert len(report.operations) == 9


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
