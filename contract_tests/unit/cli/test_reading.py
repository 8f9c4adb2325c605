"""Orders come out of files as they stand there, each with its line; what cannot be read is said clearly."""

from __future__ import annotations

import codecs
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.factory import order
from orders.strategies import order_input
from sendcloud_orders import check_orders
from sendcloud_orders_cli.columns import cells_of, known_columns
from sendcloud_orders_cli.endings import Failure
from sendcloud_orders_cli.files import Entry, OrderFile

HEADER = "order_id,order_number,order_details.integration.id"
ITEM = "order_details.order_items"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a file and give it as one of orders."""

    def made(content: str | bytes, format: str = "csv", **options: Any) -> OrderFile:
        path = tmp_path / f"orders.{format}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return OrderFile(path, format, **options)

    return made


def entries(file: OrderFile) -> list[Entry]:
    return list(file.entries())


def failure(file: OrderFile) -> str:
    with pytest.raises(Failure) as caught:
        entries(file)
    return "\n".join(caught.value.messages).replace(str(file.path), "FILE")


# ---------------------------------------------------------------- NDJSON


def test_blank_lines_of_ndjson_are_left_out_and_counted(write: Any) -> None:
    file = write('{"order_id":"A"}\r\n\r\n  \n{"order_id":"B"}', "ndjson")
    assert entries(file) == [Entry(1, {"order_id": "A"}), Entry(4, {"order_id": "B"})]


def test_a_line_that_is_no_json_is_an_entry_of_its_own(write: Any) -> None:
    first, second, third = entries(write('{"order_id":"A"}\n{"order_id":\n{"order_id":"B"}\n', "ndjson"))
    assert (first.order, third.order) == ({"order_id": "A"}, {"order_id": "B"})
    assert second.order is None
    assert "it is no JSON" in second.problem


@pytest.mark.parametrize("line", ["[]", "3", '"text"', "null", "[" * 5000])
def test_a_line_that_is_no_object_is_told(write: Any, line: str) -> None:
    [entry] = entries(write(line, "ndjson"))
    assert entry.order is None
    assert entry.problem


def test_a_line_separator_of_unicode_ends_no_line(write: Any) -> None:
    line = json.dumps({"order_id": "A\u2028\x85B"}, ensure_ascii=False)
    assert [entry.line for entry in entries(write(f"{line}\n{line}\n", "ndjson"))] == [1, 2]


def test_a_file_without_line_ends_is_not_taken_into_memory(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sendcloud_orders_cli.files._LONGEST_LINE", 100)
    assert failure(write("x" * 101, "ndjson")) == "FILE:1: the line is longer than 100 characters: is it ndjson?"


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        ('[\n{"order_id":"A"},\n\n{"order_id":"A"}]', [2, 4]),
        ('[{"order_id":\n"A"},\n{"order_id":\n"A"}]', [1, 3]),
        ('\n{"order_id":"A"}', [2]),
        ('{"data":[\n{"order_id":"A"},{"order_id":"A"}]}', [2, 2]),
        ('{"data":\n{"order_id":"A"}}', [2]),
        ("[]", []),
        ("", []),
        (" \n ", []),
    ],
)
def test_json_is_a_list_or_an_answer_or_one_order(write: Any, document: str, lines: list[int]) -> None:
    assert entries(write(document, "json")) == [Entry(line, {"order_id": "A"}) for line in lines]


def test_json_that_is_one_order_a_line_is_told_apart(write: Any) -> None:
    assert "--format ndjson" in failure(write('{"order_id":"A"}\n{"order_id":"B"}\n', "json"))


def test_a_member_of_a_list_that_is_no_order_is_an_entry_of_its_own(write: Any) -> None:
    assert [entry.order for entry in entries(write('[{"order_id":"A"}, 7]', "json"))] == [{"order_id": "A"}, None]


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize("format", ["csv", "ndjson", "json"])
def test_a_byte_order_mark_is_no_part_of_the_first_field(write: Any, format: str) -> None:
    content = "order_id\nÄ\n" if format == "csv" else '{"order_id":"Ä"}\n'
    assert entries(write(codecs.BOM_UTF8 + content.encode(), format))[0].order == {"order_id": "Ä"}


@pytest.mark.parametrize("format", ["csv", "ndjson", "json"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8", "latin-1"])
def test_a_file_is_read_in_the_encoding_that_is_named(write: Any, format: str, encoding: str) -> None:
    content = "order_id\nÄ\n" if format == "csv" else '{"order_id":"Ä"}\n'
    assert entries(write(content.encode(encoding), format, encoding=encoding))[0].order == {"order_id": "Ä"}


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_another_encoding_is_told_with_the_line_at_which_it_shows(write: Any, format: str) -> None:
    assert failure(write("order_id\nA\n\nÄ\n".encode("cp1252"), "csv")).startswith("FILE:4: it is not in UTF-8: save")


@pytest.mark.parametrize("format", ["csv", "ndjson", "json"])
def test_utf_16_is_told_by_its_mark(write: Any, format: str) -> None:
    assert "add --encoding utf-16" in failure(write("order_id\nA\n".encode("utf-16"), format))


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_a_file_that_is_no_text_is_told(write: Any, format: str) -> None:
    assert "FILE:1: it holds NUL characters" in failure(write(b"PK\x03\x04\x00\x00", format))


def test_the_wrong_encoding_by_name_is_told_too(write: Any) -> None:
    assert "it is not in utf-16" in failure(write("order_id\nA\n", encoding="utf-16"))


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_header(write: Any, delimiter: str) -> None:
    header = HEADER.replace(",", delimiter)
    # More commas than anything else, and none of them is a delimiter.
    row = delimiter.join(['"a,b,c,d,e,f"', '"1;2"', "41"])
    [entry] = entries(write(f"{header}\n{row}\n"))
    wanted = {"order_id": "a,b,c,d,e,f", "order_number": "1;2", "order_details": {"integration": {"id": 41}}}
    assert entry.order == wanted


def test_the_delimiter_is_the_one_that_makes_the_most_columns_of_an_order(write: Any) -> None:
    file = write('order_id;"Price, net, in EUR";order_number\nA;"1,00";1\n', unknown_columns="skip")
    assert entries(file) == [Entry(2, {"order_id": "A", "order_number": "1"})]


def test_the_delimiter_that_excel_notes_in_the_first_line_is_heeded(write: Any) -> None:
    assert entries(write("sep=|\r\norder_id|order_number\r\nA|1\r\n")) == [
        Entry(3, {"order_id": "A", "order_number": "1"})
    ]


def test_a_row_has_the_line_at_which_it_begins(write: Any) -> None:
    file = write('order_id,order_number\nA,"two\nlines"\n\n,\nB,2\n')
    assert [(entry.line, entry.order and entry.order["order_id"]) for entry in entries(file)] == [(2, "A"), (6, "B")]


def test_an_empty_cell_leaves_its_field_out(write: Any) -> None:
    assert entries(write(f"{HEADER}\nA,,\n")) == [Entry(2, {"order_id": "A"})]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("order_details.integration.id", " 41 ", 41),
        ("order_details.integration.id", "41.5", "41.5"),
        ("order_details.integration.id", "9" * 30, "9" * 30),
        ("payment_details.total_price.value", "19.90", 19.9),
        ("payment_details.total_price.value", "7", 7),
        ("payment_details.total_price.value", "19,90", "19,90"),
        ("payment_details.total_price.value", "0.12345678901234567", "0.12345678901234567"),
        ("payment_details.is_cash_on_delivery", "TRUE", True),
        ("payment_details.is_cash_on_delivery", "no", False),
        ("payment_details.is_cash_on_delivery", "perhaps", "perhaps"),
        ("order_number", " 007 ", " 007 "),
        ("shipping_address.postal_code", "01234", "01234"),
        ("payment_details.insurance_costs.value", "4.50", "4.50"),
        ("order_details.tags.0", "red", ["red"]),
        (f"{ITEM}.0.properties.Größe", "7", {"Größe": "7"}),
        (f"{ITEM}[0].name", "Tea", "Tea"),
    ],
)
def test_a_cell_is_read_as_the_type_of_its_field(write: Any, column: str, cell: str, value: Any) -> None:
    [entry] = entries(write(f"order_id;{column}\nA;{cell}\n"))
    found: Any = entry.order
    for part in column.replace("[0]", ".0").split("."):
        if part == "0" and not isinstance(value, list):
            [found] = found
        elif part not in ("0", "Größe"):
            found = found[part]
    assert found == value
    assert type(found) is type(value)


def test_a_decimal_comma_is_read_where_it_is_asked_for(write: Any) -> None:
    file = write("payment_details.total_price.value;order_id\n19,90;1,5\n", decimal_comma=True)
    assert entries(file)[0].order == {"payment_details": {"total_price": {"value": 19.9}}, "order_id": "1,5"}


def test_a_column_that_the_file_lacks_can_be_given(write: Any) -> None:
    file = write("order_id\nA\nB\n", fixed=(("order_details.integration.id", "41"),))
    integration = {"integration": {"id": 41}}
    assert [entry.order for entry in entries(file)] == [
        {"order_id": name, "order_details": integration} for name in ("A", "B")
    ]


def test_an_item_whose_cells_are_all_empty_is_left_out(write: Any) -> None:
    names = ",".join(f"{ITEM}.{number}.name" for number in (2, 0, 1))
    [entry] = entries(write(f"order_id,{names}\nA,third,first,\n"))
    assert entry.order == {"order_id": "A", "order_details": {"order_items": [{"name": "first"}, {"name": "third"}]}}


ROWS = f"{HEADER},{ITEM}.name,{ITEM}.quantity\n"


def test_without_a_number_each_row_holds_one_item_and_the_rows_of_an_order_adjoin(write: Any) -> None:
    file = write(f"{ROWS}A,1,41,Tea,2\nA,,41,Tin,1\n,,,Tag,3\nB,2,41,Tea,1\n")
    found = {
        entry.line: [item["name"] for item in (entry.order or {})["order_details"]["order_items"]]
        for entry in file.entries()
    }
    assert found == {2: ["Tea", "Tin", "Tag"], 5: ["Tea"]}


def test_an_order_id_of_another_integration_is_another_order(write: Any) -> None:
    assert [entry.line for entry in entries(write(f"{ROWS}A,1,41,Tea,2\nA,1,42,Tin,1\n"))] == [2, 3]


def test_a_further_row_of_an_order_may_not_say_something_else_of_it(write: Any) -> None:
    first, second = entries(write(f"{ROWS}A,1,41,Tea,2\nA,7,41,Tin,1\nB,2,41,Tea,1\n"))
    assert (first.line, first.order) == (2, None)
    assert first.problem == "line 3 of the same order says something else in order_number"
    assert second.order


@pytest.mark.parametrize("row", ["A,1", "A,1,41,5", "A"])
def test_a_row_of_another_length_is_an_entry_of_its_own(write: Any, row: str) -> None:
    first, second = entries(write(f"{HEADER}\n{row}\nB,2,41\n"))
    assert first.order is None
    assert "where the header has 3" in first.problem
    assert second.order


def test_empty_cells_beyond_the_header_do_no_harm(write: Any) -> None:
    assert entries(write("order_id\nA,,,\n")) == [Entry(2, {"order_id": "A"})]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            "order_id,ship_address.city",
            "'ship_address.city' is no field of an order; did you mean shipping_address.city?",
        ),
        ("order_id,Postal Code", "did you mean shipping_address.postal_code?"),
        ("order_id,order_idd", "did you mean order_id?"),
        ("order_id,wholly else", "; `sendcloud-orders columns` lists them."),
        ("order_id,order_id", "'order_id' stands there twice"),
        ("order_id,", "a column has no name"),
        ("order_id,shipping_address", "is a group of fields: its columns are such as shipping_address.name"),
        (f"order_id,{ITEM}", "is a group of fields"),
        (f"{ITEM}.0.name,{ITEM}.name", "with and without the number of the item"),
        (f"{ITEM}.name,{ITEM}.0.name", "with and without the number of the item"),
        ("order_details.tags,order_id", "is a group of fields"),
    ],
)
def test_a_wrong_header_is_told_by_its_columns(write: Any, header: str, told: str) -> None:
    assert told in failure(write(f"{header}\nA,B\n"))


def test_all_wrong_columns_are_told_together(write: Any) -> None:
    assert len(failure(write("foo,bar,order_id\nA,B,C\n")).splitlines()) == 2


def test_unknown_columns_can_be_left_out_and_are_named(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("order_id,Discount,Gift\nA,1,2\n", unknown_columns="skip")
    assert entries(file) == [Entry(2, {"order_id": "A"})]
    assert "columns left out: Discount, Gift" in capsys.readouterr().err


def test_unknown_columns_can_be_sent_as_texts(write: Any) -> None:
    file = write("order_id,gift.paper\nA,7\n", unknown_columns="send")
    assert entries(file)[0].order == {"order_id": "A", "gift": {"paper": "7"}}


@pytest.mark.parametrize("unknown", ["skip", "send"])
def test_an_unknown_column_of_an_item_is_treated_as_any_other(write: Any, unknown: str) -> None:
    file = write(f"order_id,{ITEM}.name,{ITEM}.gift\nA,Tea,7\n", unknown_columns=unknown)
    item = {"name": "Tea"} | ({"gift": "7"} if unknown == "send" else {})
    assert entries(file)[0].order == {"order_id": "A", "order_details": {"order_items": [item]}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('order_id\n"A\nB\n', "FILE:2: the row cannot be read as CSV: a quote is opened here and never closed"),
        ('order_id\n"A"B\n', "FILE:2: the row cannot be read as CSV"),
        ('order_id\n"' + "x" * 200_000, "a cell is longer than 131072 characters"),
        ("x" * 200_000, "FILE:1: the row cannot be read as CSV: a cell is longer than 131072 characters"),
    ],
)
def test_a_broken_quote_ends_the_reading_at_its_line(write: Any, content: str, told: str) -> None:
    assert told in failure(write(content))


@pytest.mark.parametrize("content", ["", "\n\n", codecs.BOM_UTF8.decode(), "order_id,order_number\n"])
def test_a_file_without_orders_holds_none(write: Any, content: str) -> None:
    assert entries(write(content)) == []


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert failure(OrderFile(tmp_path / "none.csv", "csv")) == "FILE cannot be read: No such file or directory."


def test_a_file_can_be_read_again_and_a_pipe_cannot(write: Any) -> None:
    assert write("order_id\n").can_be_read_again
    assert not OrderFile(None, "csv").can_be_read_again
    assert not OrderFile(Path("/dev/null"), "csv").can_be_read_again


# ---------------------------------------------------------------- the columns


def test_every_field_of_an_order_has_its_column(write: Any) -> None:
    names = [column.name.replace("NAME", "x") for column in known_columns()]
    assert len(names) > 140
    row = ",".join("1" for _ in names)
    [entry] = entries(write(f"{','.join(names)}\n{row}\n"))
    assert sorted(cells_of(entry.order or {})) == sorted(names)


def test_the_columns_that_are_needed_always_are_those_that_the_check_misses() -> None:
    needed = {column.name for column in known_columns() if column.needed == "always"}
    sent = {name: text for name, text in cells_of(order("A")).items() if ".order_items." not in name}
    assert needed <= set(sent)
    [refused] = check_orders(
        [{"order_details": {"integration": {}, "status": {}}, "payment_details": {"total_price": {}, "status": {}}}]
    )
    assert {error.field for error in refused.errors} - {"order_details.order_items"} == needed


PLAIN = st.sampled_from(["engraving", "Größe", "colour_2"])


def sayable(value: Any, name: str = "") -> Any:
    """Leave out what a row cannot say: null, empty texts, objects and lists, and what is no text in open objects."""
    if isinstance(value, dict):
        parts = {key: sayable(part, key) for key, part in value.items()}
        kept = {key: part for key, part in parts.items() if part not in (None, "", {}, [])}
        if name in ("properties", "extra_data"):
            return {key: part for key, part in kept.items() if isinstance(part, str) and key.isidentifier()}
        return kept
    if isinstance(value, list):
        return [part for part in map(sayable, value) if part not in (None, "", {}, [])]
    return value.replace("\0", "") if isinstance(value, str) else value


def written(orders: list[dict[str, Any]], delimiter: str) -> str:
    rows = [cells_of(one) for one in orders]
    names = sorted({name for row in rows for name in row})
    text = io.StringIO()
    writer = csv.DictWriter(text, names, "", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@given(st.lists(order_input(), min_size=1, max_size=4), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-16"]))
def test_orders_come_back_from_csv_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, orders: list[dict[str, Any]], delimiter: str, encoding: str
) -> None:
    said = [sayable(one) for one in orders]
    path = tmp_path_factory.mktemp("csv") / "orders.csv"
    path.write_bytes(written(said, delimiter).encode(encoding))
    read = [entry.order for entry in OrderFile(path, "csv", None if encoding == "utf-8" else encoding).entries()]
    # As JSON, where True is not 1.
    assert json.dumps(read, sort_keys=True) == json.dumps(said, sort_keys=True)
