"""A run of the suite makes labels on a foreign server only where LABELS=yes was said."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kill_matrix.damage import around
from sendcloud_orders_sandbox import Sandbox
from sendcloud_orders_sandbox.shipping import Shipping
from suite.labels import NOBODYS_INTEGRATION, ONE, SEVERAL, LabelNotAllowedError, require_no_label
from suite.settings import ForeignTarget

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "contract_tests" / "suite"
CHOSEN = [str(SUITE / name) for name in ("test_labels.py", "test_account.py", "test_access.py", "test_errors.py")]
SETTINGS = {
    "TARGET": "http://127.0.0.1:9/api/v3",
    "SENDCLOUD_PUBLIC_KEY": "public",
    "SENDCLOUD_SECRET_KEY": "secret",
    "SENDCLOUD_INTEGRATION_IDS": "41",
}


def run_suite(sandbox: Sandbox, **settings: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "LABELS"}
    environment = {**kept, **sandbox.environ, "TARGET": sandbox.base_url, "SENDCLOUD_PATIENCE": "1", **settings}
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *CHOSEN]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    return " ".join(done.stdout.split())


def test_without_a_word_no_label_is_made_and_the_verdict_says_what_was_left_out() -> None:
    with Sandbox() as sandbox:
        said = run_suite(sandbox)
        assert sandbox.shipments() == []
    assert "tests that make labels of orders of their own, which cost money: LABELS=yes runs them" in said
    assert "operations 9 of 9" in said
    assert "verdict PASSED" in said


def test_with_the_word_the_verdict_names_each_shipment_that_stays() -> None:
    with Sandbox() as sandbox:
        said = run_suite(sandbox, LABELS="yes")
        made = [shipment["shipment_id"] for shipment in sandbox.shipments()]
    assert made
    assert f"remains shipments, which no operation takes back: {', '.join(made)}" in said
    assert "LABELS=yes runs" not in said


def test_a_server_that_checks_no_body_is_found_out_and_makes_no_label_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def checked(true: Any, shipping: Shipping, schema: str, body: Any, *word: Any) -> Any:
        return {"integration_id": 41, "orders": [], "order": {}, **body} if isinstance(body, dict) else {}

    around(monkeypatch, "shipping.Shipping.checked", checked)
    with Sandbox() as sandbox:
        said = run_suite(sandbox)
        assert sandbox.shipments() == []
    assert "verdict FAILED" in said


@pytest.mark.parametrize(("said", "allowed"), [(None, False), ("yes", True), ("no", False), ("1", False), ("", False)])
def test_only_yes_allows_labels(said: str | None, allowed: bool) -> None:
    found = ForeignTarget.from_environment(SETTINGS | ({} if said is None else {"LABELS": said}))
    assert found
    assert found.labels is allowed


@pytest.mark.parametrize(
    "body",
    [
        {"integration_id": 41, "order": {"order_id": "A"}},
        {"integration_id": 41, "order": {"order_id": 5}},
        {"integration_id": 41, "order": {"order_number": "nobodys-1"}},
        {"integration_id": 41, "order": {"order_id": "nobodys-1", "order_number": "N"}},
        {"integration_id": 41, "order": {}},
        {"integration_id": 41},
        b"{}",
        {"integration_id": 41, "orders": [{"order_id": "nobodys-1"}, {"order_id": "A"}]},
        {"integration_id": 41, "orders": {"order_id": "nobodys-1"}},
        [{"order_id": "A"}],
        "A",
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [ONE, SEVERAL, f"{ONE}/"])
def test_a_request_that_might_make_a_label_is_never_sent(path: str, body: Any) -> None:
    with pytest.raises(LabelNotAllowedError, match="LABELS=yes was not said"):
        require_no_label(path, body)


@pytest.mark.parametrize(
    "body",
    [
        {"integration_id": 41, "order": {"order_id": "run-nobodys-1"}},
        {"order": {"order_id": 10**15 + 7}},
        {"integration_id": 41, "orders": []},
        {"integration_id": NOBODYS_INTEGRATION, "order": {}},
        None,
    ],
    ids=str,
)
def test_a_request_for_orders_that_nobody_has_is_sent(body: Any) -> None:
    require_no_label(ONE, body)
