"""`check` and `columns`, as a person and as a script sees them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from doubles.cli_runs import CommandLine, process
from orders.factory import order, with_value, without

pytestmark = pytest.mark.one_python


def ndjson(*orders: Any) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in orders)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def made(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return made


def test_a_file_whose_orders_can_all_be_sent_ends_with_0_and_writes_nothing_to_stdout(
    cli: CommandLine, write: Any
) -> None:
    ended = cli("check", write("orders.ndjson", ndjson(order("A"), order("B"))))
    assert ended == (0, "", "2 orders: all can be sent.\n")


def test_each_fault_is_a_line_with_file_line_key_and_field(cli: CommandLine, write: Any) -> None:
    bad = without(with_value(order("B"), "order_details.order_items.0.quantity", "2"), "order_number")
    path = write("orders.ndjson", "\n" + ndjson(order("A"), bad))
    status, out, err = cli("check", path)
    assert status == 1
    named = f"{path}:3: order 'B' of integration 41"
    assert sorted(out.splitlines()) == [
        f"{named}: order_details.order_items[0].quantity: Input should be a valid integer, not str",
        f"{named}: order_number: Field required",
    ]
    assert err == "2 orders: 1 cannot be sent, with 2 faults.\n"


@pytest.mark.other_process
def test_the_faults_stand_before_their_sum_where_both_go_to_one_file(write: Any, tmp_path: Path) -> None:
    path = write("orders.ndjson", ndjson(without(order("A"), "order_number")))
    # Python keeps back what goes to a file, unless it is told otherwise.
    kept_back = {"PYTHONUNBUFFERED": ""}
    with (tmp_path / "log").open("w") as log, process("check", path, env=kept_back, stdout=log, stderr=log) as started:
        started.wait(timeout=20)
    fault, last = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert fault.endswith("order_number: Field required")
    assert last == "1 order: 1 cannot be sent, with 1 fault."


def test_a_program_gets_one_object_a_line_and_the_summary_as_the_last(cli: CommandLine, write: Any) -> None:
    status, out, err = cli("check", "--json", write("orders.ndjson", ndjson(without(order("A"), "order_number"))))
    fault, summary = map(json.loads, out.splitlines())
    assert (status, err) == (1, "")
    assert fault == {
        "line": 1,
        "integration_id": 41,
        "order_id": "A",
        "field": "order_number",
        "code": "missing",
        "message": "Field required",
    }
    assert summary == {"orders": 1, "refused": 1, "faults": 1}


def test_several_files_are_checked_apart_and_counted_together(cli: CommandLine, write: Any) -> None:
    good, bad = (
        write("good.ndjson", ndjson(order("A"))),
        write("bad.ndjson", ndjson(without(order("A"), "order_number"))),
    )
    assert cli("check", good, bad) == (
        1,
        f"{bad}:1: order 'A' of integration 41: order_number: Field required\n",
        "2 orders in 2 files: 1 cannot be sent, with 1 fault.\n",
    )


def test_a_program_is_told_which_of_several_files_a_fault_is_in(cli: CommandLine, write: Any) -> None:
    good, bad = (
        write("good.ndjson", ndjson(order("A"))),
        write("bad.ndjson", ndjson(without(order("A"), "order_number"))),
    )
    fault, summary = map(json.loads, cli("check", "--json", good, bad).stdout.splitlines())
    assert fault["file"] == str(bad)
    assert summary == {"orders": 2, "refused": 1, "faults": 1}


def test_one_of_several_files_without_an_order_is_named(cli: CommandLine, write: Any) -> None:
    good, empty = write("good.ndjson", ndjson(order("A"))), write("empty.ndjson", "")
    assert cli("check", good, empty) == (2, "", f"sendcloud-orders: {empty}: there is no order in it.\n")


def test_a_key_that_comes_twice_is_told_by_its_lines_and_the_option(cli: CommandLine, write: Any) -> None:
    path = write("orders.ndjson", "\n" + ndjson(order("A"), order("A")))
    status, out, _ = cli("check", path)
    assert status == 1
    assert "on line 2 and on line 3; leave one out, or choose --duplicates last or sequence" in out
    assert cli("check", path, "--duplicates", "last").status == 0


def test_an_unknown_field_is_told_by_the_option_that_sends_it(cli: CommandLine, write: Any) -> None:
    path = write("orders.ndjson", ndjson(with_value(order("A"), "gift", True)))
    status, out, _ = cli("check", path)
    assert status == 1
    assert "to send it, pass --unknown-fields send" in out
    assert cli("check", path, "--unknown-fields", "send").status == 0


def test_a_cell_is_not_blamed_for_being_a_text(cli: CommandLine, write: Any) -> None:
    _, out, _ = cli("check", write("a.csv", "order_details.integration.id,payment_details.is_cash_on_delivery\nx,ja\n"))
    assert "order_details.integration.id: Input should be a valid integer\n" in out
    assert "payment_details.is_cash_on_delivery: Input should be a valid boolean, true or false" in out


def test_an_unreadable_line_is_a_fault_and_the_lines_after_it_are_checked(cli: CommandLine, write: Any) -> None:
    path = write("orders.ndjson", "{\n" + ndjson(without(order("B"), "order_number")))
    status, out, err = cli("check", path)
    assert status == 1
    assert [line.split(": ")[0] for line in out.splitlines()] == [f"{path}:1", f"{path}:2"]
    assert "2 orders: 2 cannot be sent" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["orders.xml"], "say which format 'orders.xml' has: --format ndjson, json or csv"),
        (["-"], "say which format '-' has"),
        (["none.csv"], "none.csv cannot be read: No such file or directory."),
        (["empty.csv"], "empty.csv: there is no order in it."),
        (["empty.csv", "--encoding", "klingon"], "'klingon' is no encoding of texts"),
        (["empty.csv", "--encoding", "base64"], "'base64' is no encoding of texts"),
        (["empty.csv", "--delimiter", "ab"], "--delimiter should be one character"),
        (["empty.csv", "--set", "41"], "--set should be COLUMN=VALUE"),
        (["empty.json", "--set", "a=b", "--decimal-comma"], "can be used with CSV alone, and this is json"),
        (["."], "say which format"),
        ([".", "--format", "csv"], ". cannot be read: Is a directory."),
        (["wrong.csv"], "wrong.csv:1: column 'foo' is no field of an order"),
        ([], "Missing argument 'FILE...'."),
        (["empty.csv", "--jason"], "No such option"),
    ],
)
def test_what_cannot_be_meant_or_read_ends_with_2_and_one_line(
    cli: CommandLine, write: Any, arguments: list[str], told: str
) -> None:
    write("empty.csv", "")
    write("empty.json", "")
    write("wrong.csv", "foo\n1\n")
    status, out, err = cli("check", *arguments)
    assert (status, out) == (2, "")
    assert told in err
    assert err.startswith("sendcloud-orders: ")
    assert err.count("\n") == 1


def test_a_terminal_is_not_at_the_mercy_of_an_order_or_of_the_name_of_a_file(cli: CommandLine, write: Any) -> None:
    path = write("\x1b[2J\u202e.ndjson", ndjson(without(order("\x1b[2J\r\n\u202e"), "order_number")))
    _, out, _ = cli("check", path)
    assert out.count("\n") == 1
    assert not {"\x1b", "\r", "\u202e"} & set(out)


def test_the_template_is_a_file_that_can_be_pushed(cli: CommandLine, write: Any) -> None:
    template = cli("columns", "--template").stdout
    assert cli("check", write("template.csv", template)).stderr == "1 order: all can be sent.\n"


def test_the_columns_are_lines_with_tabs_where_nobody_looks(cli: CommandLine) -> None:
    rows = list(csv.reader(io.StringIO(cli("columns").stdout), delimiter="\t"))
    assert ["order_id", "text", "always", ""] in rows
    assert ["shipping_address.city", "text", "in its group", ""] in rows
    assert {len(row) for row in rows} == {4}


def test_the_columns_are_objects_for_a_program(cli: CommandLine) -> None:
    first = json.loads(cli("columns", "--json").stdout.splitlines()[1])
    assert first == {"name": "order_id", "kind": "text", "needed": "always", "note": ""}
