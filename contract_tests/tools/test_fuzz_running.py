"""Schemathesis is started as it should be, and a run that proves nothing is an error."""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fuzz
import schemas
from fuzz import FuzzError, run
from fuzz.account import Account, for_account

KEYS = ("public-1", "secret-2")
SUMMARY = {
    "errors": [],
    "complete": True,
    "stop_reason": "completed",
    "running_time": 2.0,
    "warnings": {},
}
# Stands in for Schemathesis: writes the reports that it is told to write, and what it was given.
SCRIPT = """
import json, os, sys
options = dict(zip(sys.argv, sys.argv[1:]))
given = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "spec": json.load(open(sys.argv[4]))}}
open(os.environ["GIVEN"], "w").write(json.dumps(given))
if {reports}:
    open(options["--report-ndjson-path"], "w").write("")
    open(options["--report-json-path"], "w").write({summary!r})
print("the last words")
sys.exit({code})
"""

Start = Callable[..., fuzz.FuzzReport]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Run the stand-in for Schemathesis."""
    monkeypatch.setenv("GIVEN", str(tmp_path / "given.json"))

    def started(code: int = 0, *, reports: bool = True, **summary: Any) -> fuzz.FuzzReport:
        script = SCRIPT.format(reports=reports, summary=json.dumps(SUMMARY | summary), code=code)
        command = (sys.executable, "-c", script)
        return run("mock", "http://127.0.0.1:1", KEYS, schemas.SPEC, tmp_path / "reports", reviewed=(), command=command)

    return started


@pytest.fixture
def given(tmp_path: Path) -> Callable[[], Any]:
    """What the stand-in was given."""
    return lambda: json.loads((tmp_path / "given.json").read_text(encoding="utf-8"))


def test_the_keys_travel_by_the_environment_and_not_by_the_command(start: Start, given: Callable[[], Any]) -> None:
    start()
    token = base64.b64encode(b"public-1:secret-2").decode()
    assert given()["environment"]["FUZZ_AUTHORIZATION"] == f"Basic {token}"
    assert not any(secret in " ".join(given()["arguments"]) for secret in (*KEYS, token))


def test_settings_of_the_shell_do_not_change_a_run(
    start: Start, given: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "elsewhere")
    start()
    assert "SCHEMATHESIS_HOOKS" not in given()["environment"]


def test_reports_reach_a_folder_that_is_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIVEN", str(tmp_path / "given.json"))
    monkeypatch.chdir(tmp_path)
    command = (sys.executable, "-c", SCRIPT.format(reports=True, summary=json.dumps(SUMMARY), code=0))
    report = run("mock", "http://127.0.0.1:1", KEYS, schemas.SPEC, Path("here"), reviewed=(), command=command)
    assert {file.parent for file in report.files} == {tmp_path / "here"}


def test_schemathesis_passes_no_proxy_to_this_machine(
    start: Start, given: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "[::1]")
    start()
    proxies = {name: value for name, value in given()["environment"].items() if name.lower().endswith("proxy")}
    assert proxies == {"NO_PROXY": "*"}


def test_the_mock_is_tested_with_the_spec_as_it_is(start: Start, given: Callable[[], Any]) -> None:
    start()
    assert given()["spec"] == schemas.document()


def test_a_run_that_tests_nothing_does_not_pass(start: Start) -> None:
    report = start()
    assert report.missed == fuzz.operations(schemas.document())
    assert not report.passed


@pytest.mark.parametrize("code", [2, 130, -9])
def test_a_run_that_schemathesis_gives_up_is_an_error_with_its_last_words(start: Start, code: int) -> None:
    with pytest.raises(FuzzError, match="the last words"):
        start(code)


def test_a_run_without_reports_is_an_error(start: Start) -> None:
    with pytest.raises(FuzzError, match="wrote no report"):
        start(reports=False)


@pytest.mark.parametrize(
    "summary", [{"errors": [{"title": "Connection failed", "count": 3}]}, {"complete": False, "stop_reason": "broken"}]
)
def test_a_run_that_could_not_be_finished_is_an_error(start: Start, summary: Any) -> None:
    with pytest.raises(FuzzError, match=r"could not finish against http://127\.0\.0\.1:1: (Connection failed|broken)"):
        start(1, **summary)


def test_reports_of_an_earlier_run_are_not_taken_for_this_one(start: Start) -> None:
    start()
    with pytest.raises(FuzzError, match="wrote no report"):
        start(reports=False)


def test_a_missing_schemathesis_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(FuzzError, match="cannot be started"):
        run("mock", "http://127.0.0.1:1", KEYS, schemas.SPEC, tmp_path, reviewed=(), command=("no-such-program",))


def test_a_hanging_schemathesis_is_ended(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    with pytest.raises(FuzzError, match=r"did not end within 0\.2 s"):
        run("mock", "http://127.0.0.1:1", KEYS, schemas.SPEC, tmp_path, reviewed=(), command=command, patience=0.2)


def test_a_server_that_is_not_there_is_an_error_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(FuzzError, match=r"http://127\.0\.0\.1:1 does not take the orders"):
        run("sandbox", "http://127.0.0.1:1", KEYS, schemas.SPEC, tmp_path, reviewed=(), integrations=(41, 68))


ACCOUNT = Account(integrations=(41, 68), orders=(7, 8, 9))


@pytest.fixture
def fitted() -> Any:
    """The document for an account."""
    return for_account(schemas.document(), ACCOUNT)


def test_only_integrations_of_the_account_are_good_ones(fitted: Any) -> None:
    (listed,) = [one for one in fitted["paths"]["/orders"]["get"]["parameters"] if one["name"] == "integration"]
    assert fitted["components"]["schemas"]["IntegrationInput"]["properties"]["id"]["enum"] == [41, 68]
    assert listed["schema"]["items"]["enum"] == [41, 68]


def test_reads_and_updates_go_to_one_order_and_deletes_to_another(fitted: Any) -> None:
    one = fitted["paths"]["/orders/{id}"]
    places = {method: one[method]["parameters"][0]["examples"]["Stored"]["value"] for method in one}
    assert places == {"get": 7, "patch": 7, "delete": 9}


def test_the_document_itself_stays_as_it_is(fitted: Any) -> None:
    assert fitted != schemas.document()
    assert "enum" not in schemas.document()["components"]["schemas"]["IntegrationInput"]["properties"]["id"]


@pytest.mark.parametrize("name", ["OtherKey", "OtherIntegration", "OtherItem"])
def test_each_example_that_is_to_be_refused_is_well_made(fitted: Any, name: str) -> None:
    assert schemas.faults("OrderUpdate", fitted["components"]["examples"][name]["value"]) == []
