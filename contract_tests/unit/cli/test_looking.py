"""`list`, `get` and `find` show the orders that are there, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from doubles.cli_runs import COLUMNS, CommandLine, on_a_terminal, plain, process
from doubles.sandbox_client import Api
from orders.differences import differences
from orders.factory import Json, order, orders, with_value, without
from orders.realistic import read_orders
from sendcloud_orders_sandbox import Policies, Sandbox

pytestmark = [pytest.mark.one_python, pytest.mark.usefixtures("sandbox")]

HOSTILE = "\x1b[31m\x07\u202e[red]\n"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_list_for_a_program_is_a_line_an_order_with_tabs_and_no_heading(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A", 41))
    assert cli("list") == (0, f"{known}\t41\tA\t#A\tunshipped\tpaid\t19.9 EUR\t2026-11-02\n", "")


def test_no_order_is_no_line(cli: CommandLine) -> None:
    for form in ([], ["--json"]):
        assert cli("list", *form) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--integration", "68"], {"B"}),
        (["--integration", "41", "--integration", "68"], {"A", "B", "C"}),
        (["--order-id", "a"], {"A"}),
        (["--order-number", "#C"], {"C"}),
        (["--status", "SHIPPED"], {"B"}),
        (["--order-created-at", "2026-11-03"], {"B"}),
        (["--order-created-at-min", "2026-11-03"], {"B", "C"}),
        (["--order-created-at-max", "2026-11-03"], {"A", "B"}),
        (["--order-updated-at", "2026-11-09"], {"C"}),
        (["--order-updated-at-min", "2026-11-09"], {"C"}),
        (["--order-updated-at-max", "2026-11-08"], {"B"}),
        (["--order-created-at-min", "2026-11-03", "--integration", "41"], {"C"}),
    ],
)
def test_filters_are_the_service_s_own(cli: CommandLine, api: Api, options: list[str], found: set[str]) -> None:
    api.create(
        order("A", 41),
        order(
            "B",
            68,
            status={"code": "shipped"},
            order_created_at="2026-11-03T12:00:00Z",
            order_updated_at="2026-11-08T12:00:00Z",
        ),
        order("C", 41, order_created_at="2026-11-04T12:00:00Z", order_updated_at="2026-11-09T12:00:00Z"),
    )
    assert {line[2] for line in cli("list", *options).lines} == found


def test_orders_come_in_the_sequence_that_is_asked_for(cli: CommandLine, api: Api) -> None:
    api.create(*orders(3))
    forth, back = (cli("list", "--sort", key, "--columns", "order_id").stdout for key in ("pk", "-pk"))
    assert forth.split() == ["A-0", "A-1", "A-2"] == back.split()[::-1]


def test_a_limit_ends_the_list_and_asks_for_no_more(cli: CommandLine, api: Api, sandbox: Sandbox) -> None:
    api.create(*orders(5))
    assert len(cli("list", "--limit", "3", "--page-size", "2").lines) == 3
    assert [one.method for one in sandbox.requests] == ["POST", "GET", "GET"]


def test_a_list_can_go_on_at_a_cursor(cli: CommandLine, api: Api) -> None:
    api.create(*orders(3))
    first = api.get("/orders", params={"page_size": 2})
    cursor = first.links["next"]["url"].partition("cursor=")[2].partition("&")[0].replace("%3D", "=")
    assert len(cli("list", "--cursor", cursor).lines) == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--order-created-at", "yesterday"], "'yesterday' is no day such as 2026-11-01"),
        (["--order-created-at", "2026-11-01T10:00"], "is no day"),
        (["--limit", "0"], "--limit"),
        (["--page-size", "201"], "--page-size"),
        (["--sort", "price"], "is none of integration, order_created_at"),
        (["--status", ""], "filter status is empty"),
        (["--integration", "shop"], "--integration"),
        (["--json", "--csv"], "--json"),
        (["--json", "--columns", "id"], "--json"),
        (["--columns", "order_nubmer"], "did you mean order_number"),
        (["--columns", ""], "no name"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_one_line_and_no_request(
    cli: CommandLine, sandbox: Sandbox, options: list[str], told: str
) -> None:
    run = cli("list", *options)
    assert (run.status, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert told in run.stderr
    assert sandbox.requests == []


def test_json_holds_whole_orders_with_every_digit(cli: CommandLine, api: Api) -> None:
    given = with_value(order("Ä"), "payment_details.total_price.value", 12345678901234.05)
    api.create(given | {"customer_details": {"name": "Ada Fictiva", "email": "ada@example.com"}})
    (line,) = cli("list", "--json").stdout.splitlines()
    read = json.loads(line, parse_float=Decimal)
    assert read["payment_details"]["total_price"]["value"] == Decimal("12345678901234.05")
    assert read["customer_details"]["email"] == "ada@example.com"
    assert '"order_id":"Ä"' in line


def test_json_holds_fields_that_nobody_has_named_yet(cli: CommandLine, api: Api, sandbox: Sandbox) -> None:
    sandbox.policies = Policies(unknown_fields="store")
    (known,) = api.create(order(gift_wrapping={"colour": "red"}))
    assert json.loads(cli("list", "--json").stdout)["gift_wrapping"] == {"colour": "red"}
    assert json.loads(cli("get", known).stdout)["gift_wrapping"] == {"colour": "red"}


def test_csv_has_all_that_any_order_fills_and_nothing_that_no_push_takes(cli: CommandLine, api: Api) -> None:
    api.create(order("A"), order("B", tags=["gift"], notes='say "hi", twice'))
    found = {row["order_id"]: row for row in rows(cli("list", "--csv").stdout)}
    assert found["B"]["order_details.tags.0"] == "gift"
    assert found["B"]["order_details.notes"] == 'say "hi", twice'
    assert found["A"]["order_details.tags.0"] == ""
    assert found["A"]["order_details.order_items.0.total_price.value"] == "19.9"
    assert not {"created_at", "modified_at"} & set(found["A"])


def test_csv_columns_stand_in_the_sequence_of_the_spec_item_by_item(cli: CommandLine, api: Api) -> None:
    items = [
        {"name": f"Tin {number}", "quantity": 1, "total_price": {"value": 1, "currency": "EUR"}} for number in (1, 2)
    ]
    api.create(order("A", order_items=items))
    header = cli("list", "--csv").stdout.splitlines()[0].split(",")
    numbers = [name.split(".")[2] for name in header if ".order_items." in name]
    assert header[:3] == ["id", "order_id", "order_number"]
    assert numbers == sorted(numbers)
    assert header.index("order_details.order_items.1.name") < header.index("payment_details.status.code")


def test_columns_can_be_chosen_for_csv_and_for_lines(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A"))
    columns = "order_id,id,modified_at"
    shown = cli("list", "--columns", columns).lines[0]
    assert shown[:2] == ["A", str(known)]
    assert shown[2].startswith("20")
    assert cli("list", "--csv", "--columns", columns).stdout.splitlines() == [columns, ",".join(shown)]


def test_an_order_is_shown_by_id_and_by_key(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("shop/1 %", 68))
    by_id, by_key = cli("get", known), cli("find", 68, "shop/1 %")
    assert cli("find", "68/shop/1 %") == by_key
    assert by_id == by_key
    assert by_id.stdout.count("\n") == 1
    assert json.loads(by_id.stdout)["order_id"] == "shop/1 %"


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["get", "5"], 1, "There is no order 5."),
        (["get", "shop-1"], 2, "`find` takes the shop's own order_id"),
        (["find", "41", "nowhere"], 1, "has no order with this order_id"),
        (["find", "0", "A"], 2, "is no order such as 41/shop-1001"),
        (["find", "41", ""], 2, "is no order such as 41/shop-1001"),
        (["find", "41"], 2, "is no order such as 41/shop-1001"),
        (["label", "0/A"], 2, "is no order such as 41/shop-1001"),
    ],
)
def test_an_order_that_is_not_there_is_status_1_and_a_name_that_cannot_be_one_is_2(
    cli: CommandLine, arguments: list[str], status: int, told: str
) -> None:
    run = cli(*arguments)
    assert (run.status, run.stdout, run.stderr.count("\n")) == (status, "", 1)
    assert told in run.stderr


def test_refused_keys_are_status_2_and_are_not_shown(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDCLOUD_SECRET_KEY", "wrong-s3cret")
    for arguments in (["list"], ["get", "1"], ["find", "41", "A"], ["delete", "1", "--yes"]):
        run = cli(*arguments)
        assert (run.status, run.stdout) == (2, "")
        assert "Check the public and the secret key" in run.stderr
        assert "wrong-s3cret" not in run.stderr


def test_a_customer_s_words_cannot_steer_a_terminal(cli: CommandLine, api: Api) -> None:
    (known,) = api.create(order("A", order_number="x") | {"order_number": f"n{HOSTILE}"})
    for arguments in (["list"], ["get", known], ["list", "--json"]):
        shown = cli(*arguments).stdout
        assert not set(shown) & set("\x1b\x07\u202e")
        assert shown.count("\n") == 1
    assert json.loads(cli("get", known).stdout)["order_number"] == f"n{HOSTILE}"


@pytest.mark.one_python
@pytest.mark.other_process
def test_on_a_terminal_of_80_columns_a_list_is_a_table_that_fits_and_loses_nothing(sandbox: Sandbox, api: Api) -> None:
    long = "shop-2026-11-with-a-very-long-order-id-0000001"
    api.create(order(long, 41), order("B", 68))
    status, shown = on_a_terminal("list", env=sandbox.environ)
    assert status == 0
    assert max(map(len, plain(shown).splitlines())) <= COLUMNS
    assert plain(shown).startswith("Id ")
    # Too long for its column, it goes on in the next line; nothing of it is cut off.
    assert all(part in shown for part in long.split("-"))


@pytest.mark.one_python
@pytest.mark.other_process
def test_one_order_on_a_terminal_is_json_for_people(sandbox: Sandbox, api: Api) -> None:
    (known,) = api.create(order("A"))
    status, shown = on_a_terminal("get", known, env=sandbox.environ)
    assert status == 0
    assert '\n  "order_id": "A",\n' in shown
    assert json.loads(shown)["id"] == known


@pytest.mark.one_python
@pytest.mark.other_process
def test_a_reader_that_has_seen_enough_ends_the_list_without_a_complaint(sandbox: Sandbox, api: Api) -> None:
    for start in range(0, 400, 100):
        api.create(*(order(f"A-{start + number}") for number in range(100)))
    with process("list", "--json", env=sandbox.environ) as started:
        assert started.stdout
        assert started.stderr
        assert json.loads(started.stdout.readline())
        started.stdout.close()
        assert started.stderr.read() == ""
        assert started.wait(timeout=20) == 141


@pytest.mark.one_python
def test_orders_that_are_listed_as_csv_and_pushed_are_the_same_but_for_what_the_list_says_it_cannot_say(
    cli: CommandLine, api: Api, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.policies = Policies(omitted_optionals="clear")
    given = [with_value(one, "order_details.integration.id", 41) for one in read_orders()[:60]]
    api.create(*(one | {"order_id": f"A-{number}"} for number, one in enumerate(given)))
    before = sandbox.orders()
    listed = cli("list", "--csv")
    tmp_path.joinpath("orders.csv").write_text(listed.stdout, encoding="utf-8")
    pushed = cli("push", "orders.csv")
    assert (pushed.status, pushed.stdout) == (0, "60 orders: 60 accepted, 0 rejected, 0 not sent, 0 unknown\n")
    changed = [one for one in map(changes, before, sandbox.orders()) if one]
    assert 0 < len(changed) < 40
    assert listed.stderr.startswith(f"{len(changed)} of these orders hold what CSV cannot say")


def changes(before: Json, after: Json) -> list[str]:
    """Name the fields that differ, whether an amount or a moment is written one way or the other, and when stored."""
    return differences(without(before, "modified_at"), after)
