"""What the generated client reads, whatever the service sends."""

import copy
import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

import schemas
from sendcloud_orders_api.api.integrations import get_integration, list_integrations
from sendcloud_orders_api.api.labels import create_label, create_labels
from sendcloud_orders_api.api.orders import delete_order, get_order, list_orders, update_order, upsert_orders
from sendcloud_orders_api.errors import UnreadableResponse
from sendcloud_orders_api.models import (
    ApiError,
    ErrorResponse,
    Order,
    OrderPage,
    OrderResult,
    UpsertResult,
    WeightInput,
)
from sendcloud_orders_api.types import EXTRA, decode, encode


def example(name: str) -> Any:
    return json.loads(json.dumps(schemas.document()["components"]["examples"][name]["value"]))


def read_order(order: dict[str, Any]) -> Order:
    result = get_order.parse_response(200, json.dumps({"data": order}).encode())
    assert isinstance(result, OrderResult)
    return result.data


def failure(status: int, content: bytes, content_type: str = "application/json") -> UnreadableResponse:
    with pytest.raises(UnreadableResponse) as caught:
        list_orders.parse_response(status, content, content_type)
    return caught.value


@pytest.mark.rule("READ-ID")
@pytest.mark.parametrize("sent", [669, "669"])
def test_an_id_is_read_as_a_number_whether_it_comes_as_number_or_string(sent: object) -> None:
    order = example("SparseOrder")["data"]
    order["id"] = order["order_details"]["integration"]["id"] = sent
    assert (read_order(order).id, read_order(order).order_details.integration.id) == (669, 669)


@pytest.mark.rule("READ-AMOUNT")
@pytest.mark.parametrize("sent", [b"19.90", b'"19.90"'])
def test_an_amount_keeps_its_digits_whether_it_comes_as_number_or_string(sent: bytes) -> None:
    order = example("SparseOrder")["data"]
    order["payment_details"]["total_price"]["value"] = "AMOUNT"
    content = json.dumps({"data": order}).encode().replace(b'"AMOUNT"', sent)
    result = get_order.parse_response(200, content)
    assert isinstance(result, OrderResult)
    assert str(result.data.payment_details.total_price.value) == "19.90"


@pytest.mark.rule("READ-AMOUNT")
@pytest.mark.parametrize("sent", ["NaN", "Infinity", "-inf", "sNaN"])
def test_an_amount_that_is_no_number_is_refused_with_its_path(sent: str) -> None:
    page = {"data": [example("SparseOrder")["data"]]}
    page["data"][0]["payment_details"]["total_price"]["value"] = sent
    trouble = failure(200, json.dumps(page).encode())
    assert trouble.reason == "value must be a finite number"
    assert trouble.path == "$.data[0].payment_details.total_price"


@pytest.mark.rule("READ-TIME")
@pytest.mark.parametrize(
    "sent",
    [
        "2026-11-01T09:30:00Z",
        "2026-11-01T09:30:00.000Z",
        "2026-11-01T09:30:00.000000+00:00",
        "2026-11-01T10:30:00+01:00",
        "2026-10-31T23:30:00.0-10:00",
    ],
)
def test_a_time_stamp_is_read_with_any_offset_and_any_number_of_decimals(sent: str) -> None:
    order = example("SparseOrder")["data"]
    order["order_details"]["order_created_at"] = sent
    assert read_order(order).order_details.order_created_at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


@pytest.mark.rule("READ-TIME")
def test_a_time_stamp_without_an_offset_is_refused_with_its_path() -> None:
    page = {"data": [example("SparseOrder")["data"]]}
    page["data"][0]["order_details"]["order_created_at"] = "2026-11-01T09:30:00"
    assert failure(200, json.dumps(page).encode()).path == "$.data[0].order_details.order_created_at"


@pytest.mark.rule("READ-TOLERANT")
def test_a_code_that_nobody_knows_yet_is_read_as_it_is() -> None:
    order = example("SparseOrder")["data"]
    order["shipping_details"] = {
        "measurement": {"weight": {"value": 2, "unit": "stone"}},
        "ship_with": {"type": "carrier_pigeon"},
    }
    details = read_order(order).shipping_details
    assert details is not None
    assert details.measurement is not None
    assert details.measurement.weight is not None
    assert details.measurement.weight.unit == "stone"
    assert details.ship_with is not None
    assert details.ship_with.type_ == "carrier_pigeon"


def strange(node: object) -> object:
    """Copy JSON with one more field in each object."""
    if isinstance(node, dict):
        return {name: strange(value) for name, value in node.items()} | {"xyzzy": {"new": [1, None]}}
    return [strange(item) for item in node] if isinstance(node, list) else node


def familiar(value: object) -> Any:
    """Copy what was read, with nothing in any `extra`."""
    if isinstance(value, msgspec.Struct):
        fields = {name: familiar(getattr(value, name)) for name in value.__struct_fields__ if name != "extra"}
        return type(value)(**fields)
    return [familiar(item) for item in value] if isinstance(value, list) else value


@pytest.mark.rule("READ-TOLERANT")
def test_unknown_fields_are_kept_at_every_depth_and_change_nothing_else() -> None:
    known = example("FullOrder")["data"]
    order = strange(known)
    assert isinstance(order, dict)
    for item in order["order_details"]["order_items"]:
        item.get("properties", {}).pop("xyzzy", None)  # free-form: nothing is unknown there
    read = read_order(order)
    assert familiar(read) == read_order(known)
    assert places(json.loads(encode(read))) == places(order)
    assert len(places(order)) > 20


def places(node: object, path: str = "$") -> set[str]:
    """List the places in JSON that have the new field as it came."""
    if isinstance(node, dict):
        below = {place for name, value in node.items() if name != "xyzzy" for place in places(value, f"{path}.{name}")}
        return below | ({path} if node.get("xyzzy") == {"new": [1, None]} else set())
    items = enumerate(node) if isinstance(node, list) else ()
    return {place for index, item in items for place in places(item, f"{path}[{index}]")}


@pytest.mark.rule("READ-TOLERANT")
def test_null_and_absence_of_every_optional_field_read_alike() -> None:
    order = example("SparseOrder")["data"]
    optional = [
        *(("data", name) for name in Order.__struct_encode_fields__ if name not in order and name != EXTRA),
        *(("order_details", name) for name in ("order_updated_at", "notes", "tags")),
    ]
    with_nulls = json.loads(json.dumps(order))
    for place, name in optional:
        (with_nulls if place == "data" else with_nulls[place])[name] = None
    assert read_order(with_nulls) == read_order(order)
    assert {getattr(read_order(order), name) for place, name in optional if place == "data"} == {None}


@pytest.mark.rule("READ-TOLERANT")
@pytest.mark.parametrize("text", ["null", "true", "12", "1.5", "NaN", ""])
def test_a_text_that_looks_like_another_value_stays_a_text(text: str) -> None:
    order = example("SparseOrder")["data"]
    order["order_details"]["notes"] = order["order_number"] = text
    order["order_details"]["tags"] = [text]
    read = read_order(order)
    assert (read.order_details.notes, read.order_number, read.order_details.tags) == (text, text, [text])


@pytest.mark.rule("READ-TOLERANT")
def test_a_missing_required_field_is_one_typed_error_with_its_path() -> None:
    page = {"data": [example("SparseOrder")["data"] for _ in range(4)]}
    del page["data"][3]["order_id"]
    trouble = failure(200, json.dumps(page).encode())
    assert (trouble.path, trouble.position) == ("$.data[3]", None)
    assert "order_id" in trouble.reason


@pytest.mark.rule("READ-TOLERANT")
def test_a_wrong_type_is_one_typed_error_with_its_path() -> None:
    page = {"data": [example("SparseOrder")["data"] for _ in range(4)]}
    page["data"][3]["id"] = "A-669"
    assert failure(200, json.dumps(page).encode()).path == "$.data[3].id"


def test_html_with_status_200_is_one_typed_error_with_status_type_and_position() -> None:
    trouble = failure(200, b"<html><body>Maintenance</body></html>", "text/html; charset=utf-8")
    assert (trouble.status_code, trouble.content_type, trouble.position) == (200, "text/html; charset=utf-8", 0)
    assert str(trouble) == (
        "unreadable response (status 200, text/html; charset=utf-8): JSON is malformed: invalid character at byte 0"
    )


def test_an_error_copies_and_pickles_with_all_that_it_tells() -> None:
    trouble = failure(200, b'{"data": [{"id": "x"}]}')
    for same in (copy.deepcopy(trouble), pickle.loads(pickle.dumps(trouble))):
        assert vars(same) == vars(trouble)
        assert str(same) == str(trouble)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"data": [',
        b'{"data": []} x',
        b'{"data": [NaN]}',
        b"[]",
        b"null",
        b'{"data": [{"order_id": "\xff"}]}',
        b'{"data": [], "new": ' + b"[" * 100_000,
    ],
)
def test_a_body_that_cannot_be_read_is_one_typed_error(content: bytes) -> None:
    assert failure(200, content).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b'{"data": [{"id": "Jane Roe"}]}',
        b'{"data": [{"order_id": "Jane Roe \xff"}]}',
        b"Jane Roe",
        b'{"data": [{"id": 1, "order_id": "Jane Roe',
    ],
)
def test_an_error_shows_nothing_of_the_body(content: bytes) -> None:
    trouble = failure(200, content)
    assert "Jane" not in f"{trouble} {trouble!r} {trouble.args} {trouble.__cause__!r} {trouble.__context__!r}"


def test_an_unknown_value_of_a_closed_set_is_not_shown() -> None:
    with pytest.raises(UnreadableResponse) as caught:
        decode(WeightInput, b'{"value": 1, "unit": "Jane \' - at `$.x`"}')
    assert str(caught.value).endswith("Invalid enum value at $.unit")


@pytest.mark.parametrize("status", [520, 599, 499, 422, 404, 500])
def test_any_error_status_is_read_as_errors_even_one_that_python_does_not_know(status: int) -> None:
    body = {"errors": [{"status": str(status), "code": "odd", "detail": "Odd."}]}
    read = list_orders.parse_response(status, json.dumps(body).encode())
    assert read == ErrorResponse(errors=[ApiError(status=str(status), code="odd", detail="Odd.")])


def test_an_error_status_with_another_body_is_one_typed_error() -> None:
    trouble = failure(520, b"<html>Web server is returning an unknown error</html>", "text/html")
    assert (trouble.status_code, trouble.position) == (520, 0)


def test_a_status_that_is_neither_success_nor_error_is_one_typed_error() -> None:
    assert failure(302, b"").reason == "the status is not documented"


@pytest.mark.rule("UPSERT-STATUS")
@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_upsert_succeeds_with_any_success_status(status: int) -> None:
    read = upsert_orders.parse_response(status, json.dumps(example("UpsertedOrder")).encode())
    assert isinstance(read, UpsertResult)
    assert read.data[0].id == 669


@pytest.mark.parametrize(("status", "content"), [(204, b""), (200, b""), (202, b'{"data": null}'), (200, b"<html>")])
def test_a_delete_succeeds_with_any_success_status_whatever_the_body(status: int, content: bytes) -> None:
    assert delete_order.parse_response(status, content) is None


@pytest.mark.rule("ERROR-ENVELOPE", "ERROR-CODES-OPEN")
def test_errors_are_read_from_a_list_or_a_single_object_without_title_and_with_any_code() -> None:
    error = {"detail": "Field required", "status": 400, "code": "missing", "source": {"pointer": "/data"}}
    one = update_order.parse_response(400, json.dumps({"errors": error}).encode())
    several = update_order.parse_response(400, json.dumps({"errors": [error]}).encode())
    assert isinstance(one, ErrorResponse)
    assert isinstance(several, ErrorResponse)
    assert isinstance(one.errors, ApiError)
    assert several.errors == [one.errors]
    assert (one.errors.code, one.errors.status, one.errors.title) == ("missing", 400, None)


def test_every_answer_of_the_examples_is_read() -> None:
    operations = {
        module.__name__.rpartition(".")[2]: module
        for module in (
            *(upsert_orders, list_orders, get_order, update_order, delete_order),
            *(create_label, create_labels, list_integrations, get_integration),
        )
    }
    read = 0
    for path in schemas.document()["paths"].values():
        for operation in (value for value in path.values() if isinstance(value, dict) and "operationId" in value):
            for status, answer in operation["responses"].items():
                answer = _resolve(answer)
                for content in answer.get("content", {}).values():
                    for shown in content.get("examples", {}).values():
                        body = json.dumps(_resolve(shown)["value"]).encode()
                        operations[operation["operationId"]].parse_response(int(status.replace("X", "0")), body)
                        read += 1
    assert read > 20


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = schemas.document()
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def test_one_broken_order_can_be_told_apart_from_the_others_of_its_page() -> None:
    orders = [example("SparseOrder")["data"] for _ in range(3)]
    orders[1]["order_id"] = None
    raw = decode(_RawPage, json.dumps({"data": orders}).encode()).data
    assert decode(Order, bytes(raw[0])) == decode(Order, bytes(raw[2]))
    with pytest.raises(UnreadableResponse):
        decode(Order, bytes(raw[1]))


class _RawPage(msgspec.Struct):
    data: list[msgspec.Raw]


def test_a_page_is_read_whole() -> None:
    page = list_orders.parse_response(200, json.dumps(example("OrderPage")).encode())
    assert isinstance(page, OrderPage)
    assert [order.id for order in page.data] == [int(order["id"]) for order in example("OrderPage")["data"]]


def test_an_amount_is_a_decimal() -> None:
    assert isinstance(read_order(example("SparseOrder")["data"]).payment_details.total_price.value, Decimal)
