"""The README's examples run."""

import re
import runpy
import textwrap
from pathlib import Path
from typing import Any

import pytest

from orders import realistic
from sendcloud_orders_sandbox import Sandbox

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, sendcloud_sandbox: Sandbox) -> Sandbox:
    monkeypatch.setenv("SENDCLOUD_BASE_URL", sendcloud_sandbox.base_url)
    monkeypatch.setenv("SENDCLOUD_PUBLIC_KEY", sendcloud_sandbox.public_key)
    monkeypatch.setenv("SENDCLOUD_SECRET_KEY", sendcloud_sandbox.secret_key)
    monkeypatch.setenv("SENDCLOUD_INTEGRATION_IDS", "41,68")
    return sendcloud_sandbox


def read_orders() -> list[dict[str, Any]]:
    found = realistic.read_orders()[:20]
    for number, order in enumerate(found):
        order["order_id"] = f"shop-{1000 + number}"
        order["order_details"]["integration"]["id"] = 41
        order["order_details"]["order_updated_at"] = "2026-11-02T12:00:00Z"
    return found


def test_the_first_example_pushes_lists_changes_and_deletes(
    environment: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(BLOCKS[0], "README.md", "exec"), {"read_orders": read_orders})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "20 orders: 20 accepted, 0 rejected, 0 not sent, 0 unknown"
    assert len(printed) == 21
    assert sorted(order["order_id"] for order in environment.orders()) == sorted(
        order["order_id"] for order in read_orders() if order["order_id"] != "shop-1001"
    )


def test_the_fixture_of_the_plugin_gives_a_fresh_sandbox(pytester: pytest.Pytester) -> None:
    sync = """
        import base64, json, urllib.request

        def sync(base_url, key, secret):
            order = {"order_id": "1", "order_number": "1", "order_details": {"integration": {"id": 41},
                "status": {"code": "open"}, "order_created_at": "2026-11-02T12:00:00Z", "order_items": []},
                "payment_details": {"total_price": {"value": 1, "currency": "EUR"}, "status": {"code": "paid"}}}
            token = base64.b64encode(f"{key}:{secret}".encode()).decode()
            headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{base_url}/orders", json.dumps([order]).encode(), headers)
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()

    """
    pytester.makepyfile(textwrap.dedent(sync) + BLOCKS[1])
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


@pytest.mark.parametrize("name", ["push_orders.py", "read_orders.py"])
def test_the_example_scripts_run(environment: Sandbox, capsys: pytest.CaptureFixture[str], name: str) -> None:
    runpy.run_path(str(ROOT / "examples" / "push_orders.py"))
    assert "250 orders: 250 accepted" in capsys.readouterr().out
    if name == "read_orders.py":
        runpy.run_path(str(ROOT / "examples" / name))
        assert len(capsys.readouterr().out.splitlines()) == 20
