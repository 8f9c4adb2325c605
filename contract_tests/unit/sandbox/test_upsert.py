"""The sandbox keeps the rules of an upsert."""

from __future__ import annotations

from typing import Any

import pytest

from doubles.sandbox_client import Api, Json, complaints
from orders.factory import address, item, order, price, without
from sendcloud_orders_sandbox import Sandbox


@pytest.mark.rule("UPSERT-KEY", "UPSERT-STATUS", "UPSERT-RESULT")
def test_a_new_key_creates_an_order_and_answers_201_with_its_names(api: Api, sandbox: Sandbox) -> None:
    response = api.upsert(order("A", order_number="#7"))
    (stored,) = sandbox.orders()
    assert response.status_code == 201
    assert response.json() == {"data": [{"id": int(stored["id"]), "order_id": "A", "order_number": "#7"}]}


@pytest.mark.rule("UPSERT-KEY", "UPSERT-STATUS")
def test_a_known_key_updates_the_order_under_the_same_id_and_answers_201_too(api: Api, sandbox: Sandbox) -> None:
    first = api.upsert(order(order_number="1"))
    second = api.upsert(order(order_number="2"))
    assert second.status_code == 201
    assert second.json()["data"][0]["id"] == first.json()["data"][0]["id"]
    assert [stored["order_number"] for stored in sandbox.orders()] == ["2"]


@pytest.mark.rule("UPSERT-KEY")
@pytest.mark.parametrize("other", [order("A", 68), order("a"), order("A ")])
def test_another_integration_or_another_spelling_is_another_key(api: Api, other: Json) -> None:
    assert api.create(order("A", 41)) != api.create(other)


@pytest.mark.rule("UPSERT-MIXED", "UPSERT-RESULT")
def test_one_batch_mixes_integrations_and_new_with_known_orders(api: Api, sandbox: Sandbox) -> None:
    (known,) = api.create(order("A"))
    references = api.upsert(order("B", 68), order("A", notes="changed"), order("C")).json()["data"]
    assert [reference["order_id"] for reference in references] == ["B", "A", "C"]
    assert references[1]["id"] == known
    assert len({reference["id"] for reference in references}) == len(sandbox.orders()) == 3


@pytest.mark.rule("UPSERT-ID")
def test_an_id_beside_its_own_key_updates_that_order(api: Api) -> None:
    (known,) = api.create(order())
    assert api.create(order(id=str(known), notes="by id")) == [known]
    assert api.read(known)["order_details"]["notes"] == "by id"


@pytest.mark.rule("UPSERT-ID", "ERROR-POINTER")
def test_an_id_that_is_a_number_is_refused(api: Api) -> None:
    (known,) = api.create(order())
    response = api.upsert(order("B"), order(id=known))
    assert response.status_code == 400
    assert complaints(response) == {"/data/attributes/[1]/id": "Input should be a valid string"}


@pytest.mark.rule("UPSERT-IMMUTABLE")
def test_an_id_of_another_order_id_is_refused(api: Api, sandbox: Sandbox) -> None:
    (known,) = api.create(order("A"))
    response = api.upsert(order("B", id=str(known)))
    assert response.status_code == 400
    assert complaints(response) == {"/data/attributes/[0]/order_id": "Order id A cannot be changed"}
    assert [stored["order_id"] for stored in sandbox.orders()] == ["A"]


@pytest.mark.rule("UPSERT-LIST", "ERROR-ENVELOPE")
@pytest.mark.parametrize("body", [order(), "text", 1, False, [order(), "text"], [None], [[order()]]])
def test_a_body_that_is_no_list_of_objects_is_refused(api: Api, body: Any) -> None:
    response = api.post("/orders", json=body)
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "status": "400",
                "code": "non_field_errors",
                "title": "Wrong format",
                "detail": "Wrong request format, expected list of objects",
            }
        ]
    }


@pytest.mark.rule("UPSERT-LIMIT")
def test_101_orders_are_refused_and_100_are_taken(api: Api, sandbox: Sandbox) -> None:
    batch = [order(f"A-{number}") for number in range(101)]
    refused = api.upsert(*batch)
    assert refused.status_code == 400
    assert complaints(refused) == {"/data/attributes/": "Orders list should have at most 100 items, not 101"}
    assert sandbox.orders() == []
    assert len(api.create(*batch[:100])) == 100


@pytest.mark.rule("UPSERT-ATOMIC")
@pytest.mark.parametrize("bad", [order("B", notes=5), order("B", 4100), order("A"), order("B", id="999999")])
def test_one_bad_order_and_none_is_stored_or_changed(api: Api, sandbox: Sandbox, bad: Json) -> None:
    api.create(order("A", notes="before"))
    before = sandbox.orders()
    assert api.upsert(order("N"), order("A", notes="after"), bad).status_code == 400
    assert sandbox.orders() == before


@pytest.mark.rule("UPSERT-REQUIRED", "ERROR-POINTER")
@pytest.mark.parametrize(
    "path",
    [
        "order_id",
        "order_number",
        "order_details",
        "payment_details",
        "order_details/integration",
        "order_details/integration/id",
        "order_details/status",
        "order_details/status/code",
        "order_details/order_created_at",
        "order_details/order_items",
        "order_details/order_items/0/name",
        "order_details/order_items/0/quantity",
        "order_details/order_items/0/total_price",
        "payment_details/total_price",
        "payment_details/total_price/value",
        "payment_details/total_price/currency",
        "payment_details/status",
        "payment_details/status/code",
    ],
)
def test_a_missing_required_field_is_refused_even_for_a_known_order(api: Api, path: str) -> None:
    api.create(order())
    lacking = without(order(), path.replace("/", "."))
    response = api.upsert(lacking)
    assert response.status_code == 400
    assert complaints(response) == {f"/data/attributes/[0]/{path}": "Field required"}


@pytest.mark.rule("UPSERT-BOUNDS", "ERROR-POINTER")
@pytest.mark.parametrize(
    ("bad", "path", "detail"),
    [
        (order(order_number=""), "order_number", "String should have at least 1 character"),
        (order(order_number=7), "order_number", "Input should be a valid string"),
        (order() | {"order_id": None}, "order_id", "Input should be a valid string"),
        (order(id="12a"), "id", "String should match pattern '^[0-9]+$'"),
        (order(payment_details=5), "payment_details", "Input should be a valid dictionary"),
        (order(tags="x"), "order_details/tags", "Input should be a valid list"),
        (order(order_created_at="2026-11-02T12:00:00"), "order_details/order_created_at", "valid datetime"),
        (order(order_created_at="yesterday"), "order_details/order_created_at", "Input should be a valid datetime"),
        (order(order_created_at="2026-02-30T12:00:00Z"), "order_details/order_created_at", "valid datetime"),
        (order(order_items=[item("x", quantity=0)]), "order_details/order_items/0/quantity", "greater than 0"),
        (
            order(order_items=[item("x"), item("y", quantity=1.5)]),
            "order_details/order_items/1/quantity",
            "Input should be a valid integer, got a number with a fractional part",
        ),
        (
            order(order_items=[item("x", quantity="2")]),
            "order_details/order_items/0/quantity",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            order(order_items=[item("x", total_price={"value": "9.90", "currency": "EUR"})]),
            "order_details/order_items/0/total_price/value",
            "Input should be a valid number, unable to parse string as a number",
        ),
        (
            order(order_items=[item("x", country_of_origin="NLD")]),
            "order_details/order_items/0/country_of_origin",
            "String should have at most 2 characters",
        ),
        (
            order(order_items=[item("x", image_url="no address")]),
            "order_details/order_items/0/image_url",
            "Input should be a valid URL",
        ),
        (
            order(shipping_details={"measurement": {"weight": {"value": 0, "unit": "kg"}}}),
            "shipping_details/measurement/weight/value",
            "Input should be greater than 0",
        ),
        (
            order(shipping_details={"measurement": {"weight": {"value": 1, "unit": "KG"}}}),
            "shipping_details/measurement/weight/unit",
            "Input should be 'kg', 'g', 'lbs' or 'oz'",
        ),
        (
            order(shipping_details={"measurement": {"volume": {"value": -1, "unit": "l"}}}),
            "shipping_details/measurement/volume/value",
            "Input should be greater than or equal to 0",
        ),
        (
            order(
                shipping_details={
                    "ship_with": {"type": "shipping_option_code", "properties": {"shipping_option_code": 5}}
                }
            ),
            "shipping_details/ship_with/properties/shipping_option_code",
            "Input should be a valid string",
        ),
        (order(shipping_details={"is_local_pickup": "yes"}), "shipping_details/is_local_pickup", "a valid boolean"),
        (order(shipping_address=address(email="@")), "shipping_address/email", "not a valid email address"),
        (order(billing_address=address(email="jörg@")), "billing_address/email", "not a valid email address"),
        (order(customs_details={"shipment_type": "x"}), "customs_details/shipment_type", "'gift', 'commercial_goods',"),
        (order(customs_details=5), "customs_details", "Input should be a valid dictionary"),
        (
            order(payment_details={"total_price": price(1) | {"currency": "EU"}, "status": {"code": "paid"}}),
            "payment_details/total_price/currency",
            "String should have at least 3 characters",
        ),
        (order(surprise=1), "surprise", "Extra inputs are not permitted"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_place_and_reason(api: Api, bad: Json, path: str, detail: str) -> None:
    response = api.upsert(bad)
    assert response.status_code == 400
    ((pointer, wording),) = complaints(response).items()
    assert pointer == f"/data/attributes/[0]/{path}"
    assert detail in wording


@pytest.mark.rule("ERROR-TOGETHER", "ERROR-ENVELOPE", "ERROR-POINTER")
def test_all_faults_of_all_orders_come_in_one_answer(api: Api) -> None:
    response = api.upsert(order("A", notes=1, order_number=""), order("B"), order("C", 4100), order("D", surprise=1))
    assert complaints(response) == {
        "/data/attributes/[0]/order_details/notes": "Input should be a valid string",
        "/data/attributes/[0]/order_number": "String should have at least 1 character",
        "/data/attributes/[2]/order_details/integration/id": "Integration with id 4100 does not exist",
        "/data/attributes/[3]/surprise": "Extra inputs are not permitted",
    }
    assert all(error["status"] == "400" and error["code"] == "invalid" for error in response.json()["errors"])


@pytest.mark.rule("UPSERT-ACCOUNT")
def test_an_integration_is_known_only_once_the_account_has_it(api: Api, sandbox: Sandbox) -> None:
    pointer = "/data/attributes/[0]/order_details/integration/id"
    assert complaints(api.upsert(order("A", 52))) == {pointer: "Integration with id 52 does not exist"}
    sandbox.add_integration(52)
    assert api.upsert(order("A", 52)).status_code == 201


@pytest.mark.rule("UPSERT-ITEMS")
def test_an_upsert_replaces_the_items_and_keeps_other_omitted_fields(api: Api) -> None:
    (known,) = api.create(order(order_items=[item("Cup"), item("Pot")], notes="Ring twice", billing_address=address()))
    api.create(order(order_items=[item("Lid")]))
    stored = api.read(known)
    assert [kept["name"] for kept in stored["order_details"]["order_items"]] == ["Lid"]
    assert stored["order_details"]["notes"] == "Ring twice"
    assert stored["billing_address"] == address()


@pytest.mark.rule("UPSERT-SERVICE-POINT")
@pytest.mark.parametrize(
    ("point", "at", "detail"),
    [
        ({}, "carrier_service_point_id", "Field required"),
        ({"id": "1", "carrier_service_point_id": "X"}, "carrier_service_point_id", "Extra inputs are not permitted"),
        ({"id": 1}, "id", "Input should be a valid string"),
    ],
)
def test_a_service_point_has_exactly_one_id(api: Api, point: Json, at: str, detail: str) -> None:
    response = api.upsert(order(service_point_details=point))
    assert complaints(response) == {f"/data/attributes/[0]/service_point_details/{at}": detail}


@pytest.mark.rule("UPSERT-SERVICE-POINT")
def test_naming_a_service_point_by_its_other_id_drops_the_first(api: Api) -> None:
    (known,) = api.create(order(service_point_details={"id": "1", "post_number": "9"}))
    api.create(order(service_point_details={"carrier_service_point_id": "X"}))
    assert api.read(known)["service_point_details"] == {"carrier_service_point_id": "X", "post_number": "9"}


@pytest.mark.rule("UPSERT-PARTNER")
@pytest.mark.parametrize(
    "wrong", ["me", "", "00000000000040008000000000000000", "00000000-0000-4000-8000-00000000000g"]
)
def test_a_partner_id_is_optional_and_must_be_a_uuid(api: Api, sandbox: Sandbox, wrong: str) -> None:
    known = {"Sendcloud-Partner-Id": "00000000-0000-4000-8000-00000000000F"}
    assert api.upsert(order("A"), headers=known).status_code == 201
    refused = api.upsert(order("B"), headers={"Sendcloud-Partner-Id": wrong})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["source"] == {"header": "Sendcloud-Partner-Id"}
    assert [stored["order_id"] for stored in sandbox.orders()] == ["A"]


@pytest.mark.rule("VALUES-SURVIVE")
@pytest.mark.parametrize(
    "text", ["  blanks  ", "Ελλάδα 日本 עברית", "👩‍👩‍👧 🎁", "a\u0000b\t\r\n", '"\\/<&>', "x" * 70_000, ""]
)
def test_text_comes_back_as_it_was_sent(api: Api, text: str) -> None:
    (known,) = api.create(order(notes=text, tags=[text], order_items=[item(text)]))
    details = api.read(known)["order_details"]
    assert (details["notes"], details["tags"], details["order_items"][0]["name"]) == (text, [text], text)


@pytest.mark.rule("VALUES-SURVIVE")
@pytest.mark.parametrize("amount", ["0", "0.1", "12.10", "-3.99", "99999999999999.99", "123456789012345678901"])
def test_amounts_come_back_with_the_digits_they_were_sent_with(api: Api, amount: str) -> None:
    body = api.build_request("POST", "/orders", json=[order(order_number="N")]).content
    sent = body.replace(b"19.9", amount.encode())
    assert api.post("/orders", content=sent, headers={"Content-Type": "application/json"}).status_code == 201
    assert f'"total_price":{{"value":{amount},'.encode() in api.get("/orders").content


@pytest.mark.rule("VALUES-SURVIVE")
def test_empty_lists_nulls_and_free_objects_come_back(api: Api) -> None:
    sent = order(
        order_items=[],
        tags=[],
        notes=None,
        customs_details={"tax_numbers": {"sender": [], "receiver": [{"name": None, "value": "1"}]}},
        service_point_details={"id": "1", "extra_data": {"any": {"thing": [1, None]}}},
    )
    (known,) = api.create(sent)
    stored = api.read(known)
    assert {name: stored[name] for name in ("customs_details", "service_point_details")} == {
        name: sent[name] for name in ("customs_details", "service_point_details")
    }
    assert [stored["order_details"][name] for name in ("order_items", "tags", "notes")] == [[], [], None]


def test_ids_are_never_given_twice(api: Api) -> None:
    (first,) = api.create(order("A"))
    api.delete(f"/orders/{first}")
    (second,) = api.create(order("A"))
    assert second > first


@pytest.mark.parametrize(
    "body", [b"", b"[", b'["\xff"]', b"[1e400]", b"[1e99999999999999999999]", b"[" * 5000, b'["\\ud800"]']
)
def test_a_body_that_is_no_json_is_a_400(api: Api, body: bytes) -> None:
    response = api.post("/orders", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, complaints(response)) == (400, {"/data": "JSON parse error"})


@pytest.mark.rule("UPSERT-BOUNDS")
def test_the_smallest_number_that_a_double_can_hold_is_a_weight(api: Api) -> None:
    weight = {"value": 5e-324, "unit": "kg"}
    assert api.upsert(order(shipping_details={"measurement": {"weight": weight}})).status_code == 201


@pytest.mark.parametrize("media_type", ["text/plain", "", "application/x-www-form-urlencoded"])
def test_a_body_of_another_media_type_is_a_415(api: Api, sandbox: Sandbox, media_type: str) -> None:
    body = api.build_request("POST", "/orders", json=[order()]).content
    assert api.post("/orders", content=body, headers={"Content-Type": media_type}).status_code == 415
    assert sandbox.orders() == []


def test_the_path_may_end_in_a_slash(api: Api) -> None:
    response = api.post("/orders/", json=[order()])
    (reference,) = response.json()["data"]
    assert api.get("/orders/").json()["data"][0]["order_id"] == "A"
    assert api.get(f"/orders/{reference['id']}/").status_code == 200


@pytest.mark.rule("UPSERT-KEY")
def test_an_order_that_was_read_may_be_sent_back_and_the_service_keeps_its_own_times(api: Api) -> None:
    (known,) = api.create(order())
    read = api.read(known)
    sent = read | {"created_at": "2001-01-01T00:00:00Z", "modified_at": "2001-01-01T00:00:00Z"}
    assert api.create(sent) == [known]
    assert api.patch(f"/orders/{known}", json={"created_at": sent["created_at"]}).status_code == 200
    assert api.read(known)["created_at"] == read["created_at"]
