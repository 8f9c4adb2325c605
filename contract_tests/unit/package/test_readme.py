"""The README's examples run, and its links lead somewhere, also where the README is read outside of the repository."""

import os
import re
import runpy
import subprocess
import sys
import textwrap
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest

from doubles.cli_runs import environment as own_environment
from orders import realistic
from sendcloud_orders_sandbox import Sandbox

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WALK = re.search(r"```console\n(\$ alias .*?)```", README, re.DOTALL)
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, sendcloud_sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    monkeypatch.chdir(tmp_path)
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
    assert Path("1001.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(order["order_id"] for order in environment.orders()) == sorted(
        order["order_id"] for order in read_orders() if order["order_id"] != "shop-1001"
    )


def test_the_fixture_of_the_plugin_gives_a_fresh_sandbox(pytester: pytest.Pytester) -> None:
    sync = """
        from sendcloud_orders import OrdersClient

        def sync():
            order = {"order_id": "shop-1001", "order_number": "1", "order_details": {"integration": {"id": 41},
                "status": {"code": "open"}, "order_created_at": "2026-11-02T12:00:00Z", "order_items": []},
                "payment_details": {"total_price": {"value": 1, "currency": "EUR"}, "status": {"code": "paid"}}}
            with OrdersClient.from_env() as orders:
                orders.upsert([order]).raise_for_rejected()
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


@pytest.mark.other_process
def test_the_walk_leads_from_a_csv_file_to_labels(environment: Sandbox, tmp_path: Path) -> None:
    assert WALK
    alias, *lines = [line.removeprefix("$ ").partition("  #")[0].rstrip() for line in WALK[1].splitlines()]
    assert alias == "alias sendcloud-orders=.venv/bin/sendcloud-orders"
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for line in lines:
        program, *arguments = line.split()
        assert program == "sendcloud-orders"
        # The walk asks a person before it buys; here nobody is there to ask.
        answer = ["--yes"] if arguments[0] == "label" else []
        command = [sys.executable, "-m", "sendcloud_orders_cli", *arguments, *answer]
        subprocess.run(command, check=True, env=own_environment(**environment.environ))
    labels = {path.stem for path in (tmp_path / "labels").glob("*.pdf")}
    assert labels == {f"{one['integration']}-{one['order_id']}" for one in environment.shipments()}
    assert len(labels) == len(environment.orders()) == 6


def links(text: str) -> list[str]:
    """Return where the links of a page lead, without those to the web."""
    return [target for target in re.findall(r"\]\(([^)]+)\)", text) if not target.startswith("https://")]


def described() -> str:
    """Make of the README what becomes the description of the package."""
    hook = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["metadata"]["hooks"]
    text = README
    for one in hook["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    return text


def test_each_link_of_the_readme_leads_to_a_file_of_the_repository() -> None:
    assert links(README)
    assert [target for target in links(README) if not (ROOT / target).is_file()] == []


def test_the_description_of_the_package_has_no_link_that_only_the_repository_can_follow() -> None:
    assert links(described()) == []
    assert "](https://" in described()


def test_the_description_of_the_package_keeps_the_words_of_each_link_and_the_code() -> None:
    words = re.findall(r"\[([^\]]+)\]\(", README)
    assert [label for label in words if label not in described()] == []
    assert re.findall(r"```.*?```", described(), re.DOTALL) == re.findall(r"```.*?```", README, re.DOTALL)


def test_the_wheel_holds_that_description() -> None:
    if not os.environ.get("TOX_ENV_NAME", "").startswith("py"):
        pytest.skip("only the environments py3xx of tox install the wheel")
    assert str(metadata("sendcloud-orders").json["description"]).strip() == described().strip()
