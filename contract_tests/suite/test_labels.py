"""Rules of the two operations that make labels.

A test that may make one is marked `labels`; the others ask for orders that nobody has.
"""

from collections.abc import Callable
from typing import Any

import pytest

from orders.factory import address
from suite.answer import Body, Reply, details, pointers
from suite.labels import NOBODYS_INTEGRATION, bytes_of, label_of, parcels_of, shipment_of
from suite.stock import Stock
from suite.target import Target

PAGE_MISSING = "The page you have requested could not be found."
WHOLE_ORDER_ID, WHOLE_NUMBER = 64, 255
BEGINNINGS = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "application/zpl": b"^XA"}
ENDS = {"application/pdf": b"%%EOF", "image/png": b"IEND\xaeB`\x82", "application/zpl": b"^XZ"}
makes_labels = pytest.mark.labels
MOCK = (400, 422)


def refused(target: Target, answer: Reply) -> bool:
    """Tell whether a body was refused; Prism prefers 422 wherever the spec knows it."""
    return answer.status == 400 if target.stateful else answer.status in MOCK


# ---------------------------------------------------------------------- bodies


def without_orders(body: Body, name: str) -> None:
    """Name no order; a server that then takes any finds none in this integration."""
    del body[name]
    body["integration_id"] = NOBODYS_INTEGRATION


OPTION = {"shipping_option_code": "invented:standard"}
Break = Callable[[Body], object]
BROKEN_ONE: dict[str, Break] = {
    "integration_id": lambda body: body.pop("integration_id"),
    "order": lambda body: without_orders(body, "order"),
    "order/order_id": lambda body: body["order"].update(order_id=10**15 + 7),
    "order/order_number": lambda body: body["order"].update(order_number=""),
    "order/apply_shipping_rules": lambda body: body["order"].update(apply_shipping_rules="perhaps"),
    "sender_address_id": lambda body: body.update(sender_address_id="home"),
    "brand_id": lambda body: body.update(brand_id=0),
    "ship_with/type": lambda body: body.update(ship_with={"type": "pigeon", "properties": OPTION}),
    "ship_with/properties": lambda body: body.update(ship_with={"type": "shipping_option_code"}),
    "label_details/mime_type": lambda body: body.update(label_details={"mime_type": "text/plain"}),
    "label_details/dpi": lambda body: body.update(label_details={"dpi": 71}),
}
BROKEN_SEVERAL: dict[str, Break] = {
    "integration_id": lambda body: body.pop("integration_id"),
    "orders": lambda body: without_orders(body, "orders"),
    "orders/1/order_id": lambda body: body["orders"][1].update(order_id=10**15 + 7),
    "orders/0/order_number": lambda body: body["orders"][0].update(order_number=""),
    "brand_id": lambda body: body.update(brand_id=0),
    "orders/0/parcels": lambda body: body["orders"][0].update(parcels=[]),
    "orders/1/parcels/0/weight/unit": lambda body: body["orders"][1].update(
        parcels=[{"weight": {"value": "1", "unit": "stone"}}]
    ),
    "orders/0/parcels/1/dimensions/width": lambda body: body["orders"][0].update(
        parcels=[{}, {"dimensions": {"length": "1", "height": "1", "unit": "cm"}}]
    ),
    "orders/0/parcels/0/parcel_items/0/quantity": lambda body: body["orders"][0].update(
        parcels=[{"parcel_items": [{"item_id": "line-1", "quantity": 0}]}]
    ),
}


@pytest.mark.rule("LABEL-BODY", "ERROR-POINTER")
@pytest.mark.parametrize("place", BROKEN_ONE)
def test_a_broken_request_for_one_label_is_refused_at_its_place(target: Target, place: str) -> None:
    body: Body = {"integration_id": target.integration, "order": {"order_id": target.nobodys()}}
    BROKEN_ONE[place](body)
    answer = target.send("POST", "/orders/create-label-sync", body=body, valid=False)
    assert refused(target, answer)
    if target.stateful:
        assert f"/data/attributes/{place}" in pointers(answer)


@pytest.mark.rule("LABEL-BODY", "ERROR-POINTER")
@pytest.mark.parametrize("place", BROKEN_SEVERAL)
def test_a_broken_request_for_several_labels_is_refused_at_its_place(target: Target, place: str) -> None:
    body: Body = {"integration_id": target.integration, "orders": nobodys(target, 2)}
    BROKEN_SEVERAL[place](body)
    answer = target.send("POST", "/orders/create-labels-async", body=body, valid=False)
    assert refused(target, answer)
    if target.stateful:
        assert f"/data/attributes/{place}" in pointers(answer)


@pytest.mark.stateful
@pytest.mark.rule("LABEL-BODY")
def test_an_order_id_that_is_no_text_is_refused_in_the_documented_words(target: Target) -> None:
    order = {"order_id": 10**15 + 7}
    for answer in (target.label(order, valid=False), target.several_labels(order, valid=False)):
        assert answer.status == 400
        assert "Input should be a valid string" in details(answer)


@pytest.mark.stateful
@pytest.mark.rule("LABEL-NAMED")
def test_an_order_without_a_name_is_no_order(target: Target) -> None:
    unnamed = {"order": {}, "integration_id": NOBODYS_INTEGRATION}
    assert target.send("POST", "/orders/create-label-sync", body=unnamed, valid=False).status in (400, 404)


@pytest.mark.stateful
@pytest.mark.rule("LABEL-NAMED")
@pytest.mark.parametrize(("name", "most"), [("order_id", WHOLE_ORDER_ID), ("order_number", WHOLE_NUMBER)])
def test_a_name_has_a_longest_length(target: Target, name: str, most: int) -> None:
    nobody = {"order_id": target.nobodys(), "order_number": target.nobodys()}
    longest, longer = (nobody | {name: nobody[name].ljust(length, "x")} for length in (most, most + 1))
    assert target.label(longest).status == 404
    assert target.label(longer, valid=False).status == 400


def nobodys(target: Target, count: int) -> list[Body]:
    return [{"order_id": target.nobodys()} for _ in range(count)]


@pytest.mark.rule("LABELS-LIMIT")
@pytest.mark.parametrize("case", ["none", "21", "one twice"])
def test_none_more_than_20_and_one_twice_are_refused(target: Target, case: str) -> None:
    found = nobodys(target, 21)
    orders = {"none": [], "21": found, "one twice": [*found[:2], found[0]]}[case]
    body = {"integration_id": target.integration, "orders": orders}
    assert refused(target, target.send("POST", "/orders/create-labels-async", body=body, valid=False))


@pytest.mark.stateful
@pytest.mark.rule("LABELS-LIMIT")
def test_20_labels_can_be_asked_for_at_once(target: Target) -> None:
    assert target.several_labels(*nobodys(target, 20)).status in (202, 404)


# ---------------------------------------------------------------------- orders that are not there


@pytest.mark.stateful
@pytest.mark.rule("LABEL-MISSING")
def test_an_order_that_is_not_there_gets_no_label(target: Target) -> None:
    answer = target.label({"order_id": target.nobodys()})
    assert answer.status == 404
    assert PAGE_MISSING in details(answer)


@pytest.mark.stateful
@pytest.mark.rule("LABELS-CREATE")
def test_orders_that_are_not_there_get_no_shipments(target: Target) -> None:
    answer = target.several_labels(*nobodys(target, 3))
    assert answer.status in (202, 404)
    assert answer.errors
    assert not answer.json.get("data")


@pytest.mark.stateful
@pytest.mark.rule("LABELS-MISSING")
def test_orders_that_are_not_there_are_told_in_the_words_of_a_missing_page(target: Target) -> None:
    answer = target.several_labels(*nobodys(target, 2))
    assert {str(error["status"]) for error in answer.errors} == {"404"}
    assert PAGE_MISSING in details(answer)


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-MISSING", "DELETE-ORDER")
def test_a_deleted_order_gets_no_label(target: Target, stock: Stock) -> None:
    id_, order = stock.take()
    target.send("DELETE", f"/orders/{id_}")
    assert target.gone(id_)
    assert target.label({"order_id": order["order_id"]}).status == 404


@pytest.mark.rule("UPSERT-PARTNER")
@pytest.mark.stateful
@pytest.mark.parametrize("path", ["/orders/create-label-sync", "/orders/create-labels-async"])
def test_a_partner_id_that_is_no_uuid_makes_no_label(target: Target, path: str) -> None:
    nobody = {"order_id": target.nobodys()}
    body = {"integration_id": target.integration} | (
        {"order": nobody} if path.endswith("label-sync") else {"orders": [nobody]}
    )
    headers = {"Sendcloud-Partner-Id": "nobody"}
    # Which of the two faults is looked at first is the server's own affair.
    assert target.send("POST", path, body=body, headers=headers, valid=False).status in (400, 404)


# ---------------------------------------------------------------------- one label


@pytest.fixture(scope="module")
def pdf(target: Target, stock: Stock) -> tuple[Body, Body]:
    """An order that was shipped, and the shipment."""
    _, order = stock.take()
    return order, shipment_of(target.label({"order_id": order["order_id"]}))


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-CREATE", "LABEL-NAMED")
def test_a_label_is_of_the_order_that_was_named(pdf: tuple[Body, Body], target: Target) -> None:
    order, shipment = pdf
    assert (shipment["order_id"], shipment["order_number"]) == (order["order_id"], order["order_number"])


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-CREATE")
def test_a_label_says_which_shipment_and_parcel_it_is_of(pdf: tuple[Body, Body], target: Target) -> None:
    _, shipment = pdf
    assert shipment["shipment_id"]
    assert str(shipment["parcel_id"]).isdecimal()


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-CREATE")
def test_a_label_has_a_tracking_number_and_documents(pdf: tuple[Body, Body], target: Target) -> None:
    _, shipment = pdf
    assert shipment["tracking_number"]
    assert any("label" in (one.get("document_type"), one.get("type")) for one in shipment["documents"])
    assert all(one["link"] for one in shipment["documents"])


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-FORM")
def test_a_label_is_a_pdf_where_nothing_else_is_asked_for(pdf: tuple[Body, Body], target: Target) -> None:
    assert_form(pdf[1], "application/pdf", 72)


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-FORM")
@pytest.mark.parametrize(
    ("mime_type", "dpi"), [("image/png", 150), ("image/png", None), ("application/zpl", None)], ids=str
)
def test_a_label_is_of_the_type_that_was_asked_for(
    target: Target, stock: Stock, mime_type: str, dpi: int | None
) -> None:
    _, order = stock.take()
    wanted: Body = {"mime_type": mime_type} | ({"dpi": dpi} if dpi else {})
    shipment = shipment_of(target.label({"order_id": order["order_id"]}, label_details=wanted))
    assert_form(shipment, mime_type, dpi or (300 if mime_type == "image/png" else None))


def assert_form(shipment: Body, mime_type: str, dpi: int | None) -> None:
    label = label_of(shipment)
    file = bytes_of(label)
    assert label.get("mime_type", mime_type) == mime_type
    assert label.get("dpi", dpi) == dpi or dpi is None
    assert file.startswith(BEGINNINGS[mime_type])
    assert file.rstrip().endswith(ENDS[mime_type])


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-NAMED")
def test_an_order_can_be_named_by_its_number(target: Target, stock: Stock) -> None:
    _, order = stock.take()
    shipment = shipment_of(target.label({"order_number": order["order_number"]}))
    assert shipment["order_id"] == order["order_id"]


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-NAMED")
@pytest.mark.parametrize("place", [0, 1], ids=["first integration", "second integration"])
@pytest.mark.parametrize("name", ["order_id", "order_number"])
def test_a_label_is_of_the_order_of_its_integration(target: Target, alike: list[Body], place: int, name: str) -> None:
    order = alike[place + (2 if name == "order_number" else 0)]
    integration = order["order_details"]["integration"]["id"]
    shipment = shipment_of(target.label({name: order[name]}, integration_id=integration))
    assert (shipment["order_id"], shipment["order_number"]) == (order["order_id"], order["order_number"])


@pytest.fixture(scope="module")
def alike(target: Target) -> list[Body]:
    """An order of each of two integrations with one `order_id`, and another pair with one `order_number`."""
    if len(target.integrations) < 2:
        pytest.skip("needs two integrations: name them in SENDCLOUD_INTEGRATION_IDS")
    found = [target.order(target.integrations[place], shipping_address=address()) for place in (0, 1, 0, 1)]
    found[1]["order_id"], found[3]["order_number"] = found[0]["order_id"], found[2]["order_number"]
    for order in found:
        target.read(target.upsert(order)[0])
    return found


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-CREATE")
def test_two_labels_are_of_two_shipments(target: Target, stock: Stock, pdf: tuple[Body, Body]) -> None:
    _, order = stock.take()
    other = shipment_of(target.label({"order_id": order["order_id"]}))
    for name in ("shipment_id", "parcel_id", "tracking_number"):
        assert other[name] != pdf[1][name]


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABEL-REFUSED")
def test_an_order_without_an_address_gets_no_label(target: Target) -> None:
    order = target.order()
    target.read(target.upsert(order)[0])
    answer = target.label({"order_id": order["order_id"]})
    assert 400 <= answer.status < 500
    assert answer.errors


# ---------------------------------------------------------------------- several labels


class Several:
    """A request for four labels, of an order without an address and three others, and its answer."""

    def __init__(self, target: Target, stock: Stock) -> None:
        by_id, by_number, in_parcels = (stock.take()[1] for _ in range(3))
        bare = target.order()
        target.read(target.upsert(bare)[0])
        self.shipped = [by_id, by_number, in_parcels]
        self.bare, self.in_parcels = bare, in_parcels
        self.answer = target.several_labels(
            {"order_id": by_id["order_id"]},
            {"order_id": bare["order_id"]},
            {"order_number": by_number["order_number"]},
            {"order_id": in_parcels["order_id"], "parcels": [{"weight": {"value": "1.5", "unit": "kg"}}, {}, {}]},
        )
        self.rows: list[Body] = self.answer.json.get("data") or [] if self.answer.status == 202 else []


@pytest.fixture(scope="module")
def several(target: Target, stock: Stock) -> Several:
    """Labels of several orders, one of which cannot be shipped."""
    return Several(target, stock)


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-CREATE", "LABEL-NAMED")
def test_each_order_that_is_shipped_has_a_reference(target: Target, several: Several) -> None:
    assert several.answer.status == 202
    expected = sorted((order["order_id"], order["order_number"]) for order in several.shipped)
    assert sorted((row["order_id"], row["order_number"]) for row in several.rows) == expected


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-CREATE")
def test_each_reference_has_a_shipment_and_parcels_of_its_own(target: Target, several: Several) -> None:
    shipments = [row["shipment_id"] for row in several.rows]
    parcels = [parcel for row in several.rows for parcel in parcels_of(row)]
    assert all(shipments)
    assert len(set(shipments)) == len(several.shipped)
    assert all(parcels_of(row) for row in several.rows)
    assert all(parcels)
    assert len(set(parcels)) == len(parcels)


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-PARTIAL", "ERROR-POINTER")
def test_the_order_that_is_not_shipped_is_told_by_its_place(target: Target, several: Several) -> None:
    assert pointers(several.answer) == {"/data/attributes/orders/[1]"}


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-PARTIAL")
def test_one_order_that_cannot_be_shipped_holds_no_other_back(target: Target, several: Several) -> None:
    assert {row["order_id"] for row in several.rows} == {order["order_id"] for order in several.shipped}


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-ADDRESS")
def test_an_order_without_an_address_is_an_error_in_the_documented_words(target: Target, several: Several) -> None:
    (error,) = several.answer.errors
    assert (str(error["status"]), error["code"]) == ("400", "validation_error")
    assert "The order has no valid shipping address." in error["detail"]


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-PARCELS")
def test_each_parcel_of_an_order_has_an_id(target: Target, several: Several) -> None:
    (row,) = (row for row in several.rows if row["order_id"] == several.in_parcels["order_id"])
    # A server may still name the first parcel alone, in the field that is deprecated.
    assert len(parcels_of(row)) == (3 if row.get("parcels_ids") is not None else 1)
    others = [row for row in several.rows if row["order_id"] != several.in_parcels["order_id"]]
    assert [len(parcels_of(row)) for row in others] == [1, 1]


@makes_labels
@pytest.mark.stateful
@pytest.mark.rule("LABELS-SENDER")
def test_an_unknown_address_of_the_sender_ships_nothing(target: Target, stock: Stock) -> None:
    orders: list[Any] = [{"order_id": stock.take()[1]["order_id"]} for _ in range(2)]
    answer = target.several_labels(*orders, sender_address_id=2_000_000_011)
    assert answer.status == 202
    assert not answer.json.get("data")
    assert [str(error["status"]) for error in answer.errors] == ["404"]
    assert pointers(answer) == {"/data/attributes/sender_address_id"}
    assert "Does not exist." in details(answer)
