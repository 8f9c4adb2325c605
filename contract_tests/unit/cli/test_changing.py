"""`update` and `delete` change what was named, and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from doubles.cli_runs import CommandLine, on_a_terminal
from doubles.sandbox_client import Api
from orders.factory import order, orders
from sendcloud_orders_sandbox import Sandbox

pytestmark = [pytest.mark.one_python, pytest.mark.usefixtures("sandbox")]


def test_fields_are_set_by_their_names_and_types(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A") | {"customer_details": {"name": "Ada Fictiva"}})
    run = cli(
        *("update", known, "--set", "order_number=007", "--set", "customer_details.email=ada@example.com"),
        *("--set", "payment_details.total_price.value=21.50", "--set", "payment_details.total_price.currency=EUR"),
    )
    assert run == (0, f"{known}\tA\t007\n", "")
    stored = api.read(known)
    assert stored["order_number"] == "007"
    assert stored["customer_details"]["email"] == "ada@example.com"
    assert stored["customer_details"]["name"] == "Ada Fictiva"
    assert float(stored["payment_details"]["total_price"]["value"]) == 21.5


def test_an_item_is_found_by_its_name(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A"))
    item = "order_details.order_items.0"
    assert cli("update", known, "--set", f"{item}.name=Tea tin", "--set", f"{item}.quantity=3").status == 0
    assert api.read(known)["order_details"]["order_items"][0]["quantity"] == 3


def test_a_value_may_hold_an_equals_sign(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A"))
    assert cli("update", known, "--set", "order_number=a=b").status == 0
    assert api.read(known)["order_number"] == "a=b"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_changes_are_read_from_a_file_and_from_stdin(cli: CommandLine, api: Api, tmp_path: Path, mark: bytes) -> None:
    (known,) = api.create(order("A"))
    tmp_path.joinpath("changes.json").write_bytes(mark + b'{"order_number": "from a file"}')
    assert cli("update", known, "changes.json").status == 0
    assert api.read(known)["order_number"] == "from a file"
    assert cli("update", known, "-", stdin=mark + '{"order_number": "из stdin"}'.encode()).status == 0
    assert api.read(known)["order_number"] == "из stdin"


def test_an_update_that_does_not_take_effect_is_status_1_with_verify(
    cli: CommandLine, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known,) = api.create(order("A"))
    assert cli("update", known, "--set", "order_number=B", "--verify").status == 0
    given = []
    monkeypatch.setattr("sendcloud_orders.OrdersClient.update", lambda self, *_, **options: given.append(options))
    with pytest.raises(AttributeError):
        cli("update", known, "--set", "order_number=C", "--verify")
    assert given == [{"verify": True}]


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        ([], b"", "Say what to change"),
        (["--set", "order_number=B", "-"], b"{}", "Say what to change"),
        (["--set", "order_number"], b"", "NAME=VALUE"),
        (["--set", "=B"], b"", "NAME=VALUE"),
        (["--set", "order_number="], b"", "has no value"),
        (["--set", "order_nubmer=B"], b"", "did you mean order_number"),
        (["--set", "order_number=B", "--set", "order_number=C"], b"", "twice"),
        (["--set", "order_details.order_items.0.quantity=many"], b"", "quantity"),
        (["--set", "order_details=x"], b"", "group of fields"),
        (["-"], b"", "holds no JSON"),
        (["-"], b"[]", "JSON object"),
        (["-"], b"[" * 100_000, "holds no JSON"),
        (["-"], b'{"order_number": "\xff"}', "holds no JSON"),
        (["-"], b'{"order_number": null}', "order_number"),
        (["-"], b'{"order_nubmer": "B"}', "order_number"),
        (["-"], b"{}", "change"),
        (["nowhere.json"], b"", "nowhere.json cannot be read: No such file"),
        (["."], b"", "cannot be read: Is a directory"),
    ],
)
def test_changes_that_cannot_be_meant_are_told_and_not_sent(
    cli: CommandLine, sandbox: Sandbox, arguments: list[str], stdin: bytes, told: str
) -> None:
    run = cli("update", "5", *arguments, stdin=stdin)
    assert (run.status, run.stdout) == (2, "")
    assert told in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert [one.method for one in sandbox.requests if one.method != "GET"] == []


def test_an_update_of_no_order_is_status_1(cli: CommandLine) -> None:
    run = cli("update", "5", "--set", "order_number=B")
    assert (run.status, run.stdout) == (1, "")
    assert "There is no order 5." in run.stderr


def test_orders_are_deleted_and_each_is_told(cli: CommandLine, api: Api) -> None:
    known = api.create(*orders(3))
    assert cli("delete", *known[:2], "--yes") == (0, f"{known[0]}\n{known[1]}\n", "")
    assert api.listed() == ["A-2"]


def test_an_order_that_is_not_there_keeps_no_other_from_being_deleted(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order())
    run = cli("delete", "5", known, known, "--yes")
    assert (run.status, run.stdout) == (1, f"{known}\n")
    assert run.stderr == "sendcloud-orders: There is no order 5.\n"
    assert cli("delete", "5", "--yes", "--missing-ok") == (0, "5\n", "")


def test_nothing_is_deleted_unless_somebody_says_so(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A", order_number="x"))
    run = cli("delete", known)
    assert (run.status, run.stdout) == (2, "")
    assert "--yes" in run.stderr
    for answer, status in (("n\n", 1), ("\n", 1), ("", 130)):
        run = cli.answering(answer, "delete", known)
        assert (run.status, run.stdout) == (status, "")
        assert f"{known}  41  A  x" in run.stderr
    assert api.listed() == ["A"]
    assert cli.answering("y\n", "delete", known).status == 0
    assert api.listed() == []


def test_what_is_missing_is_told_before_the_question(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order())
    run = cli.answering("y\n", "delete", "5", known)
    assert (run.status, run.stdout) == (1, f"{known}\n")
    assert "There is no order 5." in run.stderr
    assert "Delete this order for good?" in run.stderr
    assert cli.answering("", "delete", "5").status == 1
    assert cli.answering("", "delete", "5", "--missing-ok").status == 0


def test_ids_are_read_before_anything_is_deleted(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order())
    assert cli("delete", known, "A", "--yes").status == 2
    assert api.listed() == ["A"]


@pytest.mark.usefixtures("impatient")
def test_a_service_that_fails_half_way_leaves_word_of_what_is_left(
    cli: CommandLine, api: Api, sandbox: Sandbox
) -> None:
    known = api.create(*orders(3))
    sandbox.faults.at(2, "503", method="DELETE")
    run = cli("delete", *known, "--yes")
    assert (run.status, run.stdout) == (1, f"{known[0]}\n")
    assert f"Not deleted, as far as is known: {known[1]}, {known[2]}" in run.stderr


@pytest.mark.one_python
@pytest.mark.other_process
def test_on_a_terminal_the_orders_are_shown_and_the_answer_is_awaited(sandbox: Sandbox, api: Api) -> None:
    (known,) = api.create(order("A"))
    answers = iter(["y\n"])
    status, shown = on_a_terminal(
        "delete", known, env=sandbox.environ, reply=lambda shown: next(answers, None) if "[y/N]" in shown else None
    )
    assert status == 0
    assert shown.index("#A") < shown.index("Delete this order for good? [y/N]:")
    assert shown.endswith(f"{known}\n")
    assert api.listed() == []
