"""Which order each part of an answer belongs to: drawn answers, and the odd ones by name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders import LabelOutcome, OrderId, OrderKey, OrderNumber
from sendcloud_orders.exchange import Answer
from sendcloud_orders.label_matching import match_labels, read_labels
from sendcloud_orders_api.errors import UnreadableResponse

Json = Any


@dataclass(frozen=True)
class Asked:
    position: int
    key: OrderKey | OrderNumber


def by_id(*names: str) -> list[Asked]:
    return [Asked(place + 100, OrderKey(41, OrderId(name))) for place, name in enumerate(names)]


def told(asked: list[Asked], body: Json, status: int = 202) -> LabelOutcome:
    answer = Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())
    return match_labels(asked, read_labels(answer))


def made(name: str | None, number: str | None = None, shipment: Any = "7001", **fields: Any) -> Json:
    return {"shipment_id": shipment, "order_id": name, "order_number": number, "parcels_ids": [8001], **fields}


def wrong(pointer: str, status: Any = "400", detail: str = "The order has no valid shipping address.") -> Json:
    return {"status": status, "code": "validation_error", "detail": detail, "source": {"pointer": pointer}}


def groups(outcome: LabelOutcome) -> dict[str, list[int]]:
    return {
        name: [one.position - 100 for one in getattr(outcome, name)]
        for name in ("accepted", "rejected", "not_sent", "unknown")
        if getattr(outcome, name)
    }


# ---------------------------------------------------------------- drawn

NAMES = st.sampled_from("ABCD")
ASKED = st.lists(st.tuples(st.booleans(), NAMES), min_size=1, max_size=5, unique=True)
ROWS = st.lists(st.tuples(NAMES | st.none(), NAMES | st.none(), st.sampled_from(["7001", 7002, None])), max_size=6)
PLACES = st.lists(st.none() | st.integers(0, 7), max_size=4)


@pytest.mark.rule("LABELS-PARTIAL", "LABEL-ONCE")
@given(asked=ASKED, rows=ROWS, places=PLACES, status=st.sampled_from(["400", 404, "500"]))
def test_every_order_ends_in_one_outcome_that_the_answer_bears_out(
    asked: list[tuple[bool, str]],
    rows: list[tuple[str | None, str | None, Any]],
    places: list[int | None],
    status: Any,
) -> None:
    keys = [OrderKey(41, OrderId(name)) if id else OrderNumber(41, name) for id, name in asked]
    orders = [Asked(place + 100, key) for place, key in enumerate(keys)]
    data = [made(name, number, shipment) for name, number, shipment in rows]
    pointers = ["/data/attributes/brand_id" if one is None else f"/data/attributes/orders/[{one}]" for one in places]
    outcome = told(orders, {"data": data, "errors": [wrong(one, status) for one in pointers]})

    landed = groups(outcome)
    assert sorted(place for group in landed.values() for place in group) == list(range(len(orders)))
    assert len(outcome.accepted) + len(outcome.unasked) == len(rows)
    for place, (id, name) in enumerate(asked):
        fitting = [row for row in rows if (row[0] if id else row[1]) == name]
        blamed = place in places or None in places
        if place in landed.get("accepted", []):
            assert fitting
        elif place in landed.get("rejected", []):
            assert blamed
            assert status != "500"
        else:
            assert not blamed or status == "500"
        alone = [row for row in fitting if sum((row[0] if other else row[1]) == named for other, named in asked) == 1]
        if alone:
            assert place in landed["accepted"], "a shipment that can be of no other order"
    if outcome.unknown or outcome.unasked:
        assert outcome.problem is not None
        assert not outcome.ok


@pytest.mark.rule("LABELS-CREATE")
@given(st.permutations(range(5)), st.booleans())
def test_shipments_are_matched_by_name_in_whatever_order_they_come(places: list[int], numbers: bool) -> None:
    rows = [made(f"A-{one}", f"#{one}", str(7000 + one)) for one in places]
    keys = [OrderNumber(41, f"#{one}") if numbers else OrderKey(41, OrderId(f"A-{one}")) for one in range(5)]
    outcome = told([Asked(place, key) for place, key in enumerate(keys)], {"data": rows})
    assert [(one.position, one.shipment_id) for one in outcome.accepted] == [(one, str(7000 + one)) for one in range(5)]
    assert outcome.ok


# ---------------------------------------------------------------- by name


@pytest.mark.rule("LABELS-PARTIAL", "ERROR-POINTER")
@pytest.mark.parametrize("pointer", ["/data/attributes/orders/[1]", "/data/attributes/orders/1/order_id"])
def test_an_error_rejects_the_order_that_its_pointer_names(pointer: str) -> None:
    outcome = told(by_id("A", "B", "C"), {"data": [made("A"), made("C")], "errors": [wrong(pointer)]})
    assert groups(outcome) == {"accepted": [0, 2], "rejected": [1]}
    [rejected] = outcome.rejected
    assert rejected.status == 400
    assert rejected.errors[0].message == "The order has no valid shipping address."
    assert rejected.errors[0].index is None
    assert outcome.problem is None


@pytest.mark.rule("LABELS-SENDER")
def test_an_error_about_the_request_rejects_every_order_without_a_shipment() -> None:
    sender = wrong("/data/attributes/sender_address_id", "404", "Does not exist.")
    outcome = told(by_id("A", "B"), {"errors": [sender]})
    assert groups(outcome) == {"rejected": [0, 1]}
    assert {str(one.errors[0]) for one in outcome.rejected} == {"sender_address_id: Does not exist."}
    assert groups(told(by_id("A", "B"), {"data": [made("B")], "errors": [sender]})) == {
        "accepted": [1],
        "rejected": [0],
    }


@pytest.mark.rule("LABELS-MISSING")
def test_an_order_that_is_not_there_does_not_read_as_a_wrong_address() -> None:
    missing = wrong("/data/attributes/orders/[0]", 404, "The page you have requested could not be found.")
    [rejected] = told(by_id("A"), {"data": [], "errors": [missing]}).rejected
    assert rejected.status == 404
    assert "not stored yet: wait_until_available" in str(rejected)


@pytest.mark.rule("LABEL-ONCE")
def test_an_order_of_which_the_answer_says_nothing_is_unknown() -> None:
    outcome = told(by_id("A", "B"), {"data": [made("A")]})
    assert groups(outcome) == {"accepted": [0], "unknown": [1]}
    assert "1 shipment where 2 were asked for: 1 unclear" in str(outcome.problem)


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("status", ["500", 503, 408])
def test_a_failure_of_the_service_inside_a_success_settles_nothing(status: Any) -> None:
    failed = wrong("/data/attributes/orders/[0]", status, "A server error occurred.")
    assert groups(told(by_id("A"), {"errors": [failed]})) == {"unknown": [0]}


@pytest.mark.rule("LABELS-PARTIAL")
def test_an_order_with_a_shipment_is_accepted_and_what_is_said_against_it_is_told() -> None:
    outcome = told(by_id("A"), {"data": [made("A")], "errors": [wrong("/data/attributes/orders/[0]")]})
    [accepted] = outcome.accepted
    assert "no valid shipping address" in str(accepted)
    assert not outcome.ok
    assert outcome.problem is not None


@pytest.mark.rule("LABELS-CREATE", "LABEL-ONCE")
def test_the_second_shipment_of_an_order_is_told() -> None:
    outcome = told(by_id("A"), {"data": [made("A", None, "7001"), made("A", None, "7002")]})
    assert outcome.accepted[0].shipment_id == "7001"
    assert [one.shipment_id for one in outcome.unasked] == ["7002"]
    assert not outcome.ok


@pytest.mark.rule("LABELS-CREATE", "LABEL-ONCE")
def test_a_shipment_of_another_order_is_told_and_is_nobodys() -> None:
    outcome = told(by_id("A"), {"data": [made("a"), made(None, "A", "7002")]})
    assert groups(outcome) == {"unknown": [0]}
    assert [(one.shipment_id, one.order_id, one.order_number) for one in outcome.unasked] == [
        ("7001", "a", None),
        ("7002", None, "A"),
    ]


@pytest.mark.rule("LABELS-PARTIAL")
def test_a_pointer_to_no_order_is_about_none() -> None:
    assert groups(told(by_id("A"), {"errors": [wrong("/data/attributes/orders/[7]")]})) == {"unknown": [0]}


@pytest.mark.rule("LABELS-CREATE")
@pytest.mark.parametrize(
    ("row", "parcels"),
    [
        (made("A", parcels_ids=[1, 2]), (1, 2)),
        (made("A", parcels_ids=["1", "2"]), (1, 2)),
        (made("A", parcels_ids=None, parcel_id="3"), (3,)),
        (made("A", parcels_ids=[], parcel_id=3), (3,)),
        (made("A", parcels_ids=None), ()),
        (made("A", parcels_ids="none", parcel_id=3), (3,)),
        (made("A", parcels_ids=[1], ship_with="x"), (1,)),
    ],
)
def test_parcels_are_read_from_whatever_names_them(row: Json, parcels: tuple[int, ...]) -> None:
    [accepted] = told(by_id("A"), {"data": [row]}).accepted
    assert accepted.parcel_ids == parcels


@pytest.mark.rule("READ-TOLERANT")
def test_a_row_that_breaks_the_contract_hides_no_other() -> None:
    body = {"data": [5, made("A", documents=3, ship_with=[]), {"order_id": 7, "shipment_id": 7003}]}
    outcome = told(by_id("A", "7"), body)
    assert groups(outcome) == {"accepted": [0, 1]}
    assert [one.shipment_id for one in outcome.accepted] == ["7001", "7003"]


@pytest.mark.rule("READ-TOLERANT")
@pytest.mark.parametrize("body", [[made("A")], made("A"), {"data": made("A")}, {"data": [made("A", notes="\ud83d")]}])
def test_a_shipment_is_found_in_every_form_of_answer(body: Json) -> None:
    outcome = told(by_id("A", "B"), body)
    assert groups(outcome) == {"accepted": [0], "unknown": [1]}
    assert (outcome.accepted[0].shipment_id, outcome.accepted[0].parcel_ids) == ("7001", (8001,))


@pytest.mark.parametrize("body", [[], 5, "x", {"data": 5}, {"data": [5]}, None])
def test_an_answer_in_which_nothing_can_be_read_is_unreadable(body: Json) -> None:
    with pytest.raises(UnreadableResponse):
        told(by_id("A"), body)


OTHER_WORDS: list[Json] = [{"message": "Accepted"}, {"detail": "Not found."}, {"error": {"message": "no"}}]


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": [], "errors": []}, {"errors": None}, *OTHER_WORDS])
def test_an_answer_that_says_nothing_leaves_every_order_unknown(body: Json) -> None:
    assert groups(told(by_id("A", "B"), body)) == {"unknown": [0, 1]}
