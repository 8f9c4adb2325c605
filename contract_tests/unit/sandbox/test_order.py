"""The sandbox keeps the rules of reading, changing and deleting one order."""

from __future__ import annotations

from typing import Any

import pytest

from doubles.sandbox_client import Api, Json, complaints
from orders.factory import address, item, order, price
from sendcloud_orders_sandbox import Sandbox

NOT_FOUND = {
    "errors": [
        {
            "status": "404",
            "code": "not_found",
            "title": "Not found",
            "detail": "The order could not be found with the search criteria given",
        }
    ]
}
UNKNOWN_IDS = ["999999", "0", "-1", "A", "6.0", "٦٦٩", "9" * 30, "669%2F1"]


@pytest.mark.rule("GET-ORDER", "READ-ID", "READ-TIME")
def test_an_order_is_read_by_sendclouds_id_with_the_times_of_its_storing(api: Api) -> None:
    (known,) = api.create(order(order_created_at="2026-11-02T12:00:00.5+02:00"))
    stored = api.read(known)
    assert stored["id"] == str(known)
    assert stored["order_details"]["order_created_at"] == "2026-11-02T10:00:00.500000+00:00"
    assert stored["created_at"] == stored["modified_at"]
    assert stored["created_at"].endswith("+00:00")


@pytest.mark.rule("GET-MISSING")
@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_id_or_the_shops_own_is_a_404_on_get_and_delete(api: Api, sandbox: Sandbox, unknown: str) -> None:
    api.create(order("A"))
    for method in ("GET", "DELETE"):
        response = api.request(method, f"/orders/{unknown}")
        assert response.status_code == 404
        assert "/" in unknown or "%" in unknown or response.json() == NOT_FOUND
    assert len(sandbox.orders()) == 1


@pytest.mark.rule("PATCH-MISSING")
@pytest.mark.parametrize("unknown", UNKNOWN_IDS[:-1])
def test_a_patch_of_an_unknown_id_is_a_404_of_its_own_wording(api: Api, unknown: str) -> None:
    response = api.patch(f"/orders/{unknown}", json={})
    (error,) = response.json()["errors"]
    assert (response.status_code, error["code"], error["detail"]) == (
        404,
        "not_found",
        "Could not find specified item.",
    )


@pytest.mark.rule("PATCH-MERGE")
def test_a_patch_changes_what_it_names_deep_down_and_leaves_the_rest(api: Api) -> None:
    sent = order(
        shipping_address=address(company_name="Fictiva"), notes="Ring twice", tags=["a", "b"], order_items=[item("Cup")]
    )
    (known,) = api.create(sent)
    before = api.read(known)
    changes = {
        "order_number": "2",
        "shipping_address": {"city": "Gouda"},
        "order_details": {"tags": ["c"], "status": {"message": "Wait"}},
        "payment_details": {"total_price": {"value": 5}},
    }
    assert api.patch(f"/orders/{known}", json=changes).status_code == 200
    after = api.read(known)
    assert after.pop("modified_at") > before.pop("modified_at")
    before["order_number"] = "2"
    before["shipping_address"]["city"] = "Gouda"
    before["order_details"]["tags"] = ["c"]
    before["order_details"]["status"] = {"code": "unshipped", "message": "Wait"}
    before["payment_details"]["total_price"] = {"value": 5, "currency": "EUR"}
    assert after == before


@pytest.mark.rule("PATCH-RESULT")
def test_a_patch_answers_with_one_reference(api: Api) -> None:
    (known,) = api.create(order())
    response = api.patch(f"/orders/{known}", json={"order_number": "2"})
    assert response.json() == {"data": {"id": known, "order_id": "A", "order_number": "2"}}


@pytest.mark.rule("PATCH-MERGE")
def test_a_patch_can_clear_and_add_blocks(api: Api) -> None:
    (known,) = api.create(order(customs_details={"shipment_type": "gift"}, notes="x"))
    api.patch(f"/orders/{known}", json={"customs_details": None, "order_details": {"notes": None}})
    api.patch(f"/orders/{known}", json={"billing_address": {"city": "Gouda"}})
    stored = api.read(known)
    assert stored["customs_details"] is None
    assert stored["order_details"]["notes"] is None
    assert stored["billing_address"] == {"city": "Gouda"}


@pytest.mark.rule("PATCH-ITEMS")
def test_a_patch_changes_items_by_exact_name_and_keeps_the_others(api: Api) -> None:
    (known,) = api.create(order(order_items=[item("Cup", sku="C"), item("cup"), item("Pot")]))
    changes = [{"name": "Pot", "quantity": 0}, {"name": "Cup", "total_price": {"value": 1}}]
    assert api.patch(f"/orders/{known}", json={"order_details": {"order_items": changes}}).status_code == 200
    assert api.read(known)["order_details"]["order_items"] == [
        item("Cup", sku="C", total_price=price(1)),
        item("cup"),
        item("Pot", quantity=0),
    ]


@pytest.mark.rule("PATCH-ITEM-MISSING", "PATCH-ITEMS")
@pytest.mark.parametrize("change", [{"name": "cup"}, {"name": "Pot"}, {"quantity": 3}])
def test_an_item_that_is_not_there_is_a_400_and_nothing_is_stored(api: Api, sandbox: Sandbox, change: Json) -> None:
    (known,) = api.create(order(order_items=[item("Cup")]))
    before = sandbox.orders()
    items = [{"name": "Cup", "quantity": 9}, change]
    response = api.patch(f"/orders/{known}", json={"order_number": "2", "order_details": {"order_items": items}})
    assert response.status_code == 400
    assert complaints(response) == {"order/order_details/order_items": "Could not find specified item."}
    assert sandbox.orders() == before


@pytest.mark.rule("PATCH-IMMUTABLE")
def test_a_patch_may_repeat_the_order_id_and_not_change_it(api: Api, sandbox: Sandbox) -> None:
    (known,) = api.create(order())
    same = {"id": str(known), "order_id": "A", "order_details": {"integration": {"id": 41}}}
    assert api.patch(f"/orders/{known}", json=same).status_code == 200
    response = api.patch(f"/orders/{known}", json={"order_id": "B", "order_number": "2"})
    assert (response.status_code, complaints(response)) == (
        400,
        {"/data/attributes/order_id": "Order id A cannot be changed"},
    )
    (stored,) = sandbox.orders()
    assert (stored["order_id"], stored["order_number"]) == ("A", "#A")


@pytest.mark.rule("PATCH-IMMUTABLE", "UPSERT-ACCOUNT")
def test_a_patch_names_an_integration_that_the_account_lacks_as_an_upsert_does(api: Api) -> None:
    (known,) = api.create(order())
    response = api.patch(f"/orders/{known}", json={"order_details": {"integration": {"id": 4100}}})
    assert complaints(response) == {
        "/data/attributes/order_details/integration/id": "Integration with id 4100 does not exist"
    }


@pytest.mark.rule("PATCH-PHONE")
@pytest.mark.parametrize("name", ["phone", "phone_number"])
def test_a_patch_stores_either_spelling_of_the_telephone_as_phone_number(api: Api, name: str) -> None:
    (known,) = api.create(order(customer_details={"name": "Ada", "phone_number": "1"}))
    api.patch(f"/orders/{known}", json={"customer_details": {name: "2"}})
    assert api.read(known)["customer_details"] == {"name": "Ada", "phone_number": "2"}


@pytest.mark.rule("UPSERT-SERVICE-POINT", "PATCH-MERGE")
def test_a_patch_that_names_the_other_service_point_id_drops_the_first(api: Api) -> None:
    (known,) = api.create(order(service_point_details={"id": "1", "post_number": "9"}))
    api.patch(f"/orders/{known}", json={"service_point_details": {"carrier_service_point_id": "X"}})
    assert api.read(known)["service_point_details"] == {"carrier_service_point_id": "X", "post_number": "9"}


@pytest.mark.rule("UPSERT-MAIL", "PATCH-MERGE")
@pytest.mark.parametrize("place", ["shipping_address", "billing_address"])
def test_an_address_holds_a_mail_address_outside_ascii(api: Api, place: str) -> None:
    fields: Json = {place: address(email="jörg@example.de")}
    (known,) = api.create(order(**fields))
    assert api.read(known)[place]["email"] == "jörg@example.de"
    assert api.patch(f"/orders/{known}", json={place: {"email": "x@bücher.example"}}).is_success
    assert api.read(known)[place] == fields[place] | {"email": "x@bücher.example"}


@pytest.mark.rule("UPSERT-BOUNDS", "ERROR-POINTER", "ERROR-TOGETHER")
def test_a_patch_of_bad_values_is_refused_with_all_of_them(api: Api) -> None:
    (known,) = api.create(order())
    bad = {"order_details": {"order_items": [{"name": "Tea tin", "quantity": -1}]}, "surprise": 1}
    response = api.patch(f"/orders/{known}", json=bad)
    assert complaints(response) == {
        "/data/attributes/order_details/order_items/0/quantity": "Input should be greater than or equal to 0",
        "/data/attributes/surprise": "Extra inputs are not permitted",
    }


@pytest.mark.parametrize("body", [[], "text", 1])
def test_a_patch_body_that_is_no_object_is_refused(api: Api, body: object) -> None:
    (known,) = api.create(order())
    response = api.patch(f"/orders/{known}", json=body)
    assert complaints(response) == {"/data/attributes": "Input should be a valid dictionary"}


@pytest.mark.rule("DELETE-ORDER", "DELETE-MISSING")
def test_a_deleted_order_is_gone_and_a_second_delete_is_a_404(api: Api) -> None:
    known, other = api.create(order("A"), order("B"))
    deleted = api.delete(f"/orders/{known}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(f"/orders/{known}").json() == NOT_FOUND
    assert api.listed() == ["B"]
    again = api.delete(f"/orders/{known}")
    assert (again.status_code, again.json()) == (404, NOT_FOUND)
    assert api.read(other)["order_id"] == "B"


@pytest.mark.parametrize(
    ("path", "methods"), [("/orders", {"GET", "POST"}), ("/orders/669", {"GET", "PATCH", "DELETE"})]
)
def test_other_methods_are_a_405_that_names_those_that_are_served(api: Api, path: str, methods: set[str]) -> None:
    for method in {"PUT", "POST", "PATCH", "DELETE", "TRACE", "QUERY"} - methods:
        response = api.request(method, path)
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == methods
    assert set(api.options(path).headers["Allow"].split(", ")) == methods


def test_a_path_that_is_not_served_is_a_404(api: Api) -> None:
    response = api.get("/shipments")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "not_found")


@pytest.mark.rule("PATCH-MERGE")
@pytest.mark.parametrize("stored", ["08:00", ["08:00"], 8, None])
def test_an_object_replaces_what_was_no_object(api: Api, stored: Any) -> None:
    point = {"id": "1", "extra_data": {"opens": stored}}
    (known,) = api.create(order(service_point_details=point))
    changed = {"id": "1", "extra_data": {"opens": {"monday": "08:00"}}}
    assert api.patch(f"/orders/{known}", json={"service_point_details": changed}).status_code == 200
    assert api.read(known)["service_point_details"] == changed
