"""Each policy of the sandbox makes the other legal choice, and no more than that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from doubles.sandbox_client import Api, Json, complaints
from orders.factory import address, item, order, price
from sendcloud_orders_sandbox import Policies, Sandbox
from sendcloud_orders_sandbox.policies import UnknownPolicyError

Use = Callable[..., None]


@pytest.mark.rule("UPSERT-ASYNC", "GET-MISSING")
def test_save_lag_hides_an_accepted_order_until_it_is_saved(api: Api, sandbox: Sandbox, use: Use) -> None:
    use(save_lag=60)
    (known,) = api.create(order())
    assert api.get(f"/orders/{known}").status_code == 404
    assert api.patch(f"/orders/{known}", json={}).status_code == 404
    assert api.delete(f"/orders/{known}").status_code == 404
    assert api.listed() == []
    sandbox.advance(61)
    assert api.read(known)["order_id"] == "A"
    assert api.listed() == ["A"]


@pytest.mark.rule("UPSERT-ASYNC", "UPSERT-KEY")
def test_save_lag_keeps_the_key_and_the_sequence_of_writes(api: Api, sandbox: Sandbox, use: Use) -> None:
    (known,) = api.create(order(notes="old"))
    use(save_lag=60)
    assert api.create(order(notes="newer", tags=["kept"])) == [known]
    assert api.create(order(notes="newest")) == [known]
    assert api.read(known)["order_details"]["notes"] == "old"
    sandbox.advance(61)
    assert api.read(known)["order_details"]["notes"] == "newest"
    assert api.read(known)["order_details"]["tags"] == ["kept"]


@pytest.mark.rule("UPSERT-ASYNC", "PATCH-MERGE")
def test_a_patch_builds_on_what_was_accepted_and_is_not_undone_by_it(api: Api, sandbox: Sandbox, use: Use) -> None:
    (known,) = api.create(order())
    use(save_lag=60)
    api.create(order(notes="upserted", tags=["upserted"]))
    api.patch(f"/orders/{known}", json={"order_details": {"notes": "patched"}})
    sandbox.advance(61)
    details = api.read(known)["order_details"]
    assert (details["notes"], details["tags"]) == ("patched", ["upserted"])


@pytest.mark.rule("UPSERT-ASYNC", "DELETE-ORDER")
def test_a_delete_takes_the_writes_along_that_are_not_saved_yet(api: Api, sandbox: Sandbox, use: Use) -> None:
    (known,) = api.create(order())
    use(save_lag=60)
    api.create(order(notes="late"))
    api.delete(f"/orders/{known}")
    sandbox.advance(61)
    assert sandbox.orders() == []


@pytest.mark.rule("UPSERT-CONFLICT", "UPSERT-ATOMIC")
def test_an_order_that_is_being_saved_is_a_conflict_for_its_whole_batch(api: Api, sandbox: Sandbox, use: Use) -> None:
    use(save_lag=60, conflict_while_saving=True)
    api.create(order("A"))
    refused = api.upsert(order("B"), order("A"))
    assert (refused.status_code, list(complaints(refused))) == (400, ["/data"])
    sandbox.advance(61)
    assert [stored["order_id"] for stored in sandbox.orders()] == ["A"]
    assert api.upsert(order("B"), order("A")).status_code == 201


@pytest.mark.rule("UPSERT-CONFLICT")
def test_every_nth_upsert_meets_a_conflict(api: Api, use: Use) -> None:
    use(conflict_every=3)
    statuses = [(api.upsert(order()).status_code, api.get("/orders").status_code) for _ in range(6)]
    assert statuses == [(201, 200), (201, 200), (400, 200)] * 2


@pytest.mark.rule("UPSERT-CONFLICT")
def test_a_conflict_can_have_the_status_that_its_name_suggests(api: Api, use: Use) -> None:
    use(save_lag=60, conflict_while_saving=True, key_twice="conflict", conflict_status=409)
    api.create(order("A"))
    for refused in (api.upsert(order("A")), api.upsert(order("B"), order("B"))):
        assert (refused.status_code, list(complaints(refused))) == (409, ["/data"])
        assert refused.json()["errors"][0]["status"] == "409"


@pytest.mark.rule("UPSERT-CONFLICT")
def test_every_nth_conflict_can_have_that_status_too(api: Api, use: Use) -> None:
    use(conflict_every=2, conflict_status=409)
    assert [api.upsert(order()).status_code for _ in range(4)] == [201, 409, 201, 409]


@pytest.mark.rule("RATE-LIMIT", "RATE-RETRY-AFTER")
def test_every_nth_request_is_throttled(api: Api, sandbox: Sandbox, use: Use) -> None:
    use(throttle_every=2, throttle_seconds=0)
    responses = [api.upsert(order()) for _ in range(4)]
    assert [response.status_code for response in responses] == [201, 429, 201, 429]
    assert responses[1].headers["Retry-After"] == "0"


@pytest.mark.rule("UPSERT-STATUS")
@pytest.mark.parametrize("status", [200, 202])
def test_a_success_may_have_another_status(api: Api, use: Use, status: int) -> None:
    use(success_status=status)
    assert api.upsert(order()).status_code == status


@pytest.mark.rule("UPSERT-ITEMS")
def test_omitted_optionals_can_be_cleared(api: Api, use: Use) -> None:
    use(omitted_optionals="clear")
    (known,) = api.create(order(notes="x", customer_details={"name": "Ada"}))
    api.create(order())
    stored = api.read(known)
    assert "notes" not in stored["order_details"]
    assert "customer_details" not in stored


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_a_key_twice_in_a_batch_is_refused_by_default(api: Api, sandbox: Sandbox) -> None:
    response = api.upsert(order("A"), order("A", 68), order("A"))
    assert list(complaints(response)) == ["/data/attributes/[2]/order_id"]
    assert sandbox.orders() == []


@pytest.mark.rule("UPSERT-KEY-TWICE")
def test_a_key_twice_can_let_the_last_one_win(api: Api, use: Use) -> None:
    use(key_twice="last")
    first, second = api.create(order(notes="first"), order(notes="second"))
    assert first == second
    assert api.read(first)["order_details"]["notes"] == "second"


@pytest.mark.rule("UPSERT-KEY-TWICE", "UPSERT-CONFLICT")
def test_a_key_twice_can_be_a_conflict(api: Api, use: Use) -> None:
    use(key_twice="conflict")
    assert list(complaints(api.upsert(order(), order()))) == ["/data"]
    assert api.upsert(order(), order("A", 68)).status_code == 201


@pytest.mark.rule("UPSERT-KEY-CASE")
def test_order_ids_that_differ_in_case_are_two_orders_by_default(api: Api, sandbox: Sandbox) -> None:
    assert len(set(api.create(order("Ä-1"), order("ä-1")))) == 2
    assert len(sandbox.orders()) == 2


@pytest.mark.rule("UPSERT-KEY-CASE")
def test_order_ids_that_differ_in_case_can_be_one_order(api: Api, use: Use) -> None:
    use(key_case="any")
    first, other = api.create(order("Ä-1", notes="first"), order("Ä-1", 68))
    assert api.create(order("ä-1", notes="second")) == [first] != [other]
    assert api.read(first)["order_details"]["notes"] == "second"
    assert len(api.listed()) == 2


@pytest.mark.rule("UPSERT-KEY-CASE", "UPSERT-ASYNC")
def test_an_order_is_known_in_any_case_while_it_is_being_saved(api: Api, use: Use) -> None:
    use(key_case="any", save_lag=60)
    assert api.create(order("A")) == api.create(order("a"))


@pytest.mark.rule("UPSERT-KEY-CASE")
def test_of_two_orders_that_were_stored_apart_the_exact_one_is_meant(api: Api, use: Use) -> None:
    upper, lower = api.create(order("A"), order("a"))
    use(key_case="any")
    assert api.create(order("A")) == [upper]
    assert api.create(order("a")) == [lower]


@pytest.mark.rule("UPSERT-KEY-CASE", "UPSERT-KEY-TWICE")
def test_a_key_in_another_case_is_twice_in_a_batch_where_case_does_not_tell(api: Api, use: Use) -> None:
    use(key_case="any")
    assert list(complaints(api.upsert(order("A"), order("a")))) == ["/data/attributes/[1]/order_id"]


@pytest.mark.rule("UPSERT-KEY-CASE", "UPSERT-IMMUTABLE")
def test_another_case_is_no_other_order_id_where_case_does_not_tell(api: Api, use: Use) -> None:
    (known,) = api.create(order("A"))
    assert list(complaints(api.upsert(order("a", id=str(known))))) == ["/data/attributes/[0]/order_id"]
    use(key_case="any")
    assert api.create(order("a", id=str(known))) == [known]
    assert list(complaints(api.upsert(order("b", id=str(known))))) == ["/data/attributes/[0]/order_id"]


@pytest.mark.rule("UPSERT-LONG-NAME")
@pytest.mark.parametrize("name", ["order_id", "order_number"])
def test_a_name_can_have_a_greatest_length(api: Api, sandbox: Sandbox, use: Use, name: str) -> None:
    use(**{f"{name}_length": 70})
    too_long = "String should have at most 70 characters"
    refused = api.upsert(order(), {**order(), name: "ß" * 71})
    assert complaints(refused) == {f"/data/attributes/[1]/{name}": too_long}
    assert sandbox.orders() == []
    (known,) = api.create({**order(), name: "ß" * 70})
    assert complaints(api.patch(f"/orders/{known}", json={name: "ß" * 71})) == {f"/data/attributes/{name}": too_long}
    other = {"order_id", "order_number"} - {name}
    assert api.upsert({**order(), other.pop(): "x" * 71}).status_code == 201


@pytest.mark.rule("UPSERT-ID")
@pytest.mark.parametrize(("policy", "status"), [("reject", 400), ("missing", 404), ("create", 201)])
@pytest.mark.parametrize("unknown", ["999999", "9" * 40, "0"])
def test_an_unknown_id_is_refused_missing_or_ignored(
    api: Api, sandbox: Sandbox, use: Use, policy: str, status: int, unknown: str
) -> None:
    use(unknown_id=policy)
    assert api.upsert(order(id=unknown)).status_code == status
    assert len(sandbox.orders()) == (status == 201)


@pytest.mark.rule("UPSERT-ID")
def test_an_id_of_another_integration_counts_as_unknown(api: Api) -> None:
    (known,) = api.create(order("A", 41))
    assert list(complaints(api.upsert(order("A", 68, id=str(known))))) == ["/data/attributes/[0]/id"]


@pytest.mark.rule("UPSERT-LIST")
@pytest.mark.parametrize(("policy", "status"), [("reject", 400), ("accept", 201)])
def test_an_empty_list_is_refused_or_taken(api: Api, use: Use, policy: str, status: int) -> None:
    use(empty_list=policy)
    assert api.upsert().status_code == status


@pytest.mark.rule("UPSERT-BOUNDS")
def test_unknown_fields_can_be_left_out_at_every_depth_while_the_rest_is_checked(api: Api, use: Use) -> None:
    use(unknown_fields="drop")
    cup = item("Cup", colour="red", properties={"colour": "red"})
    (known,) = api.create(order(surprise={"a": 1}, order_items=[cup]))
    api.patch(f"/orders/{known}", json={"surprise": 1, "order_details": {"notes": "x", "mood": "good"}})
    stored = api.read(known)
    assert "surprise" not in stored
    assert "mood" not in stored["order_details"]
    assert stored["order_details"]["notes"] == "x"
    assert "colour" not in stored["order_details"]["order_items"][0]
    assert stored["order_details"]["order_items"][0]["properties"] == {"colour": "red"}
    refused = api.upsert(order(surprise=1, order_number=""))
    assert list(complaints(refused)) == ["/data/attributes/[0]/order_number"]


@pytest.mark.rule("UPSERT-BOUNDS")
def test_unknown_fields_can_be_stored(api: Api, use: Use) -> None:
    use(unknown_fields="store")
    (known,) = api.create(order(surprise={"a": 1}, order_items=[item("Cup", colour="red")]))
    stored = api.read(known)
    assert stored["surprise"] == {"a": 1}
    assert stored["order_details"]["order_items"][0]["colour"] == "red"


@pytest.mark.rule("UPSERT-BOUNDS")
def test_codes_can_be_taken_in_any_case_and_numbers_as_text(api: Api, use: Use) -> None:
    use(enum_case="any", numeric_strings="accept")
    weighed: Json = {"measurement": {"weight": {"value": 1, "unit": "KG"}}}
    (known,) = api.create(order(shipping_details=weighed, order_items=[item("Cup", total_price=price("12.00"))]))
    stored = api.read(known)
    assert stored["shipping_details"] == weighed
    assert stored["order_details"]["order_items"][0]["total_price"]["value"] == "12.00"
    weighed["measurement"]["weight"]["unit"] = "stone"
    assert api.upsert(order(shipping_details=weighed)).status_code == 400
    assert api.upsert(order(order_items=[item("Cup", total_price=price("1,00"))])).status_code == 400
    assert api.upsert(order(order_items=[item("Cup", quantity="1")])).status_code == 400


@pytest.mark.rule("UPSERT-AMOUNT")
@pytest.mark.parametrize("name", ["freight_costs", "insurance_costs", "other_costs", "discount_granted"])
def test_costs_can_be_taken_as_numbers(api: Api, use: Use, name: str) -> None:
    def paid(value: Any) -> Json:
        return order(payment_details=order()["payment_details"] | {name: price(value)})

    pointer = f"/data/attributes/[0]/payment_details/{name}/value"
    refused = {pointer: "Input should be a valid string"}
    assert complaints(api.upsert(paid(4.5))) == refused
    use(numeric_costs="accept")
    (known,) = api.create(paid(4.5))
    assert api.read(known)["payment_details"][name]["value"] == 4.5
    assert api.upsert(paid(0)).status_code == 201
    for value in (-1, True, [4.5]):
        assert complaints(api.upsert(paid(value))) == refused


@pytest.mark.rule("UPSERT-IMPORT")
@pytest.mark.parametrize("name", ["dds_reference", "taric_code", "cpsc"])
def test_what_importers_are_asked_for_can_be_unknown(api: Api, use: Use, name: str) -> None:
    fields: Json = {name: {"version_id": "1"} if name == "cpsc" else "x"}
    (known,) = api.create(order(order_items=[item("Cup", **fields)]))
    use(import_fields="reject")
    change = {"order_details": {"order_items": [{"name": "Cup", **fields}]}}
    for refused in (api.upsert(order(order_items=[item("Cup", **fields)])), api.patch(f"/orders/{known}", json=change)):
        assert [pointer.rpartition("/")[2] for pointer in complaints(refused)] == [name]
    assert api.upsert(order(order_items=[item("Cup", manufacturer_product_id="x")])).is_success


@pytest.mark.rule("UPSERT-MAIL")
def test_mail_can_be_held_to_ascii(api: Api, use: Use) -> None:
    use(mail="ascii")
    refused = api.upsert(order(shipping_address=address(email="jörg@example.de")))
    assert complaints(refused) == {"/data/attributes/[0]/shipping_address/email": "value is not a valid email address"}
    assert api.upsert(order(shipping_address=address(email="joerg@example.de"))).is_success


@pytest.mark.rule("PATCH-MERGE")
def test_null_in_a_patch_can_be_ignored(api: Api, use: Use) -> None:
    use(patch_null="ignore")
    (known,) = api.create(order(notes="x", tags=["t"]))
    api.patch(f"/orders/{known}", json={"order_details": {"notes": None, "tags": []}, "customs_details": None})
    stored = api.read(known)
    assert (stored["order_details"]["notes"], stored["order_details"]["tags"]) == ("x", [])
    assert "customs_details" not in stored


@pytest.mark.rule("PATCH-IMMUTABLE")
@pytest.mark.parametrize(("policy", "status"), [("reject", 400), ("ignore", 200)])
def test_a_patch_never_moves_an_order_to_another_integration(
    api: Api, sandbox: Sandbox, use: Use, policy: str, status: int
) -> None:
    use(patch_integration=policy)
    (known,) = api.create(order("A", 41))
    response = api.patch(f"/orders/{known}", json={"order_details": {"integration": {"id": 68}}})
    assert response.status_code == status
    assert response.is_success or list(complaints(response)) == ["/data/attributes/order_details/integration/id"]
    assert sandbox.orders()[0]["order_details"]["integration"] == {"id": 41}


@pytest.mark.rule("PATCH-ITEMS")
@pytest.mark.parametrize(("policy", "quantities"), [("first", [5, 2]), ("all", [5, 5])])
def test_of_items_that_share_a_name_the_first_or_all_are_changed(
    api: Api, use: Use, policy: str, quantities: list[int]
) -> None:
    use(patch_same_names=policy)
    (known,) = api.create(order(order_items=[item("Cup"), item("Cup")]))
    api.patch(f"/orders/{known}", json={"order_details": {"order_items": [{"name": "Cup", "quantity": 5}]}})
    assert [changed["quantity"] for changed in api.read(known)["order_details"]["order_items"]] == quantities


@pytest.mark.rule("GET-MISSING")
def test_a_path_without_a_number_can_be_a_400(api: Api, use: Use) -> None:
    use(wrong_path_id="invalid")
    assert api.get("/orders/A").status_code == 400
    assert api.get("/orders/999999").status_code == 404


@pytest.mark.rule("LIST-PAGE-SIZE")
@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("clamp", {"0": 100, "-1": 100, "201": 200, "abc": 100, "1.5": 100, "9" * 30: 100, "": 100}),
        ("default", {"0": 100, "201": 100, "abc": 100}),
        ("reject", {"0": 400, "201": 400, "abc": 400, "": 100}),
    ],
)
def test_a_page_size_out_of_range(api: Api, use: Use, policy: str, expected: dict[str, int]) -> None:
    for start in (0, 100, 200):
        api.create(*[order(f"A-{start + number}") for number in range(100)])
    use(page_size=policy)
    for size, wanted in expected.items():
        response = api.get("/orders", params={"page_size": size})
        assert (len(response.json()["data"]) if response.is_success else response.status_code) == wanted


@pytest.mark.rule("LIST-EMPTY-FILTER")
@pytest.mark.parametrize("name", ["cursor", "order_id", "order_number", "status"])
def test_an_empty_filter_can_be_none(api: Api, use: Use, name: str) -> None:
    api.create(order("A"), order("B"))
    assert api.get("/orders", params={name: ""}).status_code == 400
    use(empty_filter="ignore")
    assert api.listed(**{name: ""}) == ["B", "A"]


@pytest.mark.rule("LIST-CREATED")
def test_the_day_can_be_taken_in_the_zone_that_was_sent(api: Api, use: Use) -> None:
    api.create(order(order_created_at="2026-11-02T00:30:00+02:00"))
    assert api.listed(order_created_at="2026-11-01") == ["A"]
    use(date_zone="as_sent")
    assert api.listed(order_created_at="2026-11-01") == []
    assert api.listed(order_created_at="2026-11-02") == ["A"]


@pytest.mark.rule("LIST-CREATED")
def test_a_time_of_day_in_a_date_filter_can_be_cut(api: Api, use: Use) -> None:
    api.create(order(order_created_at="2026-11-02T12:00:00Z"))
    use(date_filter_time="cut")
    assert api.listed(order_created_at_min="2026-11-02T23:00:00Z") == ["A"]


@pytest.mark.rule("LIST-CURSOR")
@pytest.mark.parametrize(
    ("base", "start"), [("/v3", "{host}/v3/orders?"), ("https://other.example/x/", "https://other.example/x/orders?")]
)
def test_links_can_have_another_base(api: Api, sandbox: Sandbox, use: Use, base: str, start: str) -> None:
    api.create(order("A"), order("B"))
    use(link_base=base)
    url = api.get("/orders", params={"page_size": 1}).links["next"]["url"]
    assert url.startswith(start.format(host=sandbox.base_url.removesuffix("/api/v3")))
    assert api.listed(page_size=1, cursor=httpx.URL(url).params["cursor"]) == ["A"]


@pytest.mark.rule("UPSERT-RESULT", "LIST-COMPLETE", "LIST-SORT")
def test_rows_can_come_in_another_order_where_none_is_promised(api: Api, use: Use) -> None:
    use(row_order="reversed")
    references = api.upsert(order("A"), order("B")).json()["data"]
    assert [reference["order_id"] for reference in references] == ["B", "A"]
    assert references[0]["id"] > references[1]["id"]
    assert api.listed() == api.listed(sort="-pk") == api.listed(sort="order_created_at") == ["B", "A"]
    assert api.listed(sort="-order_created_at") == ["A", "B"]


@pytest.mark.rule("READ-ID")
def test_ids_can_be_numbers_where_orders_are_read_and_text_in_references(api: Api, use: Use) -> None:
    use(ids="number", reference_ids="string")
    (reference,) = api.upsert(order()).json()["data"]
    assert isinstance(reference["id"], str)
    assert api.read(int(reference["id"]))["id"] == int(reference["id"])
    patched = api.patch(f"/orders/{reference['id']}", json={}).json()
    assert patched["data"]["id"] == reference["id"]


@pytest.mark.rule("READ-AMOUNT")
@pytest.mark.parametrize(
    ("policy", "total", "costs"), [("as_sent", 1234.5, "4.50"), ("number", 1234.5, 4.5), ("string", "1234.5", "4.50")]
)
def test_amounts_can_be_numbers_or_text(api: Api, use: Use, policy: str, total: Any, costs: Any) -> None:
    use(amounts=policy)
    details = {
        "total_price": price(1234.5),
        "freight_costs": price("4.50"),
        "other_costs": {"value": None},
        "status": {"code": "paid"},
    }
    (known,) = api.create(order(payment_details=details))
    stored = api.read(known)["payment_details"]
    assert (stored["total_price"]["value"], stored["freight_costs"]["value"]) == (total, costs)
    assert stored["other_costs"] == {"value": None}


@pytest.mark.rule("READ-TIME")
@pytest.mark.parametrize(
    ("policy", "created", "handed_over"),
    [
        ("service", "2026-11-02T10:00:00.000000+00:00", "2026-11-03T00:00:00.123456+00:00"),
        ("as_sent", "2026-11-02T12:00:00+02:00", "2026-11-02T19:00:00.123456-05:00"),
        ("zulu", "2026-11-02T10:00:00.000Z", "2026-11-03T00:00:00.123456Z"),
    ],
)
def test_timestamps_can_take_other_forms_of_the_same_moment(
    api: Api, use: Use, policy: str, created: str, handed_over: str
) -> None:
    use(timestamps=policy)
    dates = {"handover_at": "2026-11-02T19:00:00.123456-05:00", "deliver_at": None}
    sent = order(order_created_at="2026-11-02T12:00:00+02:00", order_items=[item("Cup", delivery_dates=dates)])
    (known,) = api.create(sent)
    details = api.read(known)["order_details"]
    assert details["order_created_at"] == created
    assert details["order_items"][0]["delivery_dates"] == {"handover_at": handed_over, "deliver_at": None}


@pytest.mark.rule("READ-TOLERANT")
def test_absent_optionals_can_be_printed_as_null(api: Api, use: Use) -> None:
    (known,) = api.create(order())
    before = api.read(known)
    use(nulls="null")
    after = api.read(known)
    assert after["billing_address"] is after["order_details"]["notes"] is None
    assert after["order_details"]["order_items"][0]["unit_price"] is None
    assert after["payment_details"]["status"] == {"code": "paid", "message": None}
    assert without_nulls(after) == before


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(field) for name, field in value.items() if field is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.mark.rule("READ-REQUIRED", "UPSERT-RESULT", "PATCH-RESULT")
def test_what_the_reference_does_not_require_can_be_left_out(api: Api, use: Use) -> None:
    (known,) = api.create(order())
    before = api.read(known)
    use(unrequired_fields="left_out", extra_fields=True)
    (reference,) = api.upsert(order()).json()["data"]
    patched = api.patch(f"/orders/{known}", json={}).json()["data"]
    assert set(reference) == {"id", "order_id", "sandbox_extra"}
    assert set(patched) == {"id", "sandbox_extra"}
    use(extra_fields=False)
    after = {name: value for name, value in before.items() if name not in ("created_at", "modified_at")}
    assert api.read(known) == after
    assert api.get("/orders").json()["data"] == [after]


@pytest.mark.rule("READ-TOLERANT")
def test_answers_can_hold_unknown_fields_at_every_level(api: Api, use: Use) -> None:
    use(extra_fields=True)
    upserted = api.upsert(order()).json()
    listed = api.get("/orders").json()
    refused = api.get("/orders/1").json()
    extended = [
        upserted,
        upserted["data"][0],
        listed,
        listed["data"][0],
        listed["data"][0]["order_details"]["order_items"][0]["total_price"],
        refused["errors"][0],
    ]
    assert all("sandbox_extra" in document for document in extended)


@pytest.mark.rule("ERROR-CODES-OPEN")
def test_codes_of_errors_can_be_the_finer_ones(api: Api, use: Use) -> None:
    use(error_codes="observed")
    weighed = {"measurement": {"weight": {"unit": "stone"}}}
    errors = api.upsert(order(shipping_details=weighed, surprise=1, order_number="")).json()["errors"]
    assert sorted(error["code"] for error in errors) == ["enum", "extra_forbidden", "invalid", "missing"]


@pytest.mark.rule("ERROR-TOGETHER")
def test_errors_can_come_in_another_order(api: Api, use: Use) -> None:
    bad = [order("A", notes=1), order("B", notes=2)]
    found = api.upsert(*bad).json()["errors"]
    use(error_order="reversed")
    assert api.upsert(*bad).json()["errors"] == found[::-1] != found


@pytest.mark.rule("UPSERT-PARTNER")
def test_no_partner_can_be_known(api: Api, use: Use) -> None:
    use(partner_ids="none")
    headers = {"Sendcloud-Partner-Id": "00000000-0000-4000-8000-000000000000"}
    assert api.upsert(order(), headers=headers).status_code == 400
    assert api.upsert(order()).status_code == 201


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("save_lag=2.5", Policies(save_lag=2.5)),
        ("success_status=200", Policies(success_status=200)),
        ("extra_fields=true", Policies(extra_fields=True)),
        ("ids = number", Policies(ids="number")),
        ("link_base=/v3", Policies(link_base="/v3")),
    ],
)
def test_policies_are_read_from_text(setting: str, expected: Policies) -> None:
    assert Policies.parse([setting]) == expected


@pytest.mark.parametrize(
    "setting", ["ids", "ids=roman", "colour=red", "save_lag=-1", "save_lag=soon", "extra_fields=2"]
)
def test_a_bad_policy_is_refused_in_one_line(setting: str) -> None:
    with pytest.raises(UnknownPolicyError) as caught:
        Policies.parse([setting])
    assert setting.partition("=")[0] in str(caught.value)
    assert "\n" not in str(caught.value)
