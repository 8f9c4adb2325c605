"""Rules of refusals that hold for every operation."""

from typing import Any

import pytest

from orders.factory import address, item, without
from suite.answer import Reply, pointers
from suite.labels import NOBODYS_INTEGRATION
from suite.target import Target


def refusals(target: Target) -> list[Reply]:
    order = target.order()
    return [
        target.send("POST", "/orders", body=order, valid=False),
        target.send("POST", "/orders", body=[{**order, "id": 1}], valid=False),
        target.send("GET", "/orders/999999999999"),
        target.send("PATCH", "/orders/999999999999", body={"order_number": "x"}),
        target.send("DELETE", "/orders/999999999999"),
        target.page(integration=2_000_000_011),
        target.page(cursor="bm90LWEtY3Vyc29y"),
        target.send("GET", "/orders", auth=(target.public_key, "wrong")),
        target.label({"order_id": target.nobodys()}),
        target.send("GET", f"/integrations/{NOBODYS_INTEGRATION}"),
    ]


@pytest.mark.rule("ERROR-ENVELOPE")
def test_every_refusal_comes_in_the_envelope_with_its_status(target: Target) -> None:
    for answer in refusals(target) if target.stateful else refusals(target)[:2]:
        assert answer.status >= 400, str(answer)
        assert {str(error["status"]) for error in answer.errors} == {str(answer.status)}, str(answer)
        assert all(error["code"] and error["detail"] for error in answer.errors), str(answer)


@pytest.mark.rule("ERROR-ENVELOPE")
@pytest.mark.parametrize("content", [b"", b"{", b"[", b'[{"order_id": ', b"\xff\xfe", b"nonsense"])
@pytest.mark.stateful
def test_a_body_that_is_no_json_is_refused_with_an_error_and_not_a_failure(target: Target, content: bytes) -> None:
    answer = target.send("POST", "/orders", content=content, valid=False)
    assert 400 <= answer.status < 500
    assert answer.errors


FAULTY = (
    *("order_number", "order_details.status.code", "order_details.order_items.0.quantity"),
    *("order_details.order_items.2.name", "payment_details.total_price.currency", "shipping_address.city"),
)


@pytest.fixture(scope="module")
def good(target: Target) -> list[dict[str, Any]]:
    """Three orders, which no batch stores."""
    fields: dict[str, Any] = {
        "order_items": [item("Tea tin"), item("Lamp"), item("Pen")],
        "shipping_address": address(),
    }
    return [target.order(**fields) for _ in range(3)]


@pytest.fixture(scope="module", params=[0, 2], ids=["alone", "last of three"])
def manifold(target: Target, good: list[dict[str, Any]], request: pytest.FixtureRequest) -> tuple[int, Reply]:
    """The refusal of one order with many faults, and where it stands among good ones."""
    place: int = request.param
    bad = good[-1]
    for path in FAULTY:
        bad = without(bad, path)
    return place, target.send("POST", "/orders", body=[*good[:place], bad], valid=False)


@pytest.mark.stateful
@pytest.mark.rule("ERROR-TOGETHER")
def test_all_faults_of_one_order_are_told_together(target: Target, manifold: tuple[int, Reply]) -> None:
    place, answer = manifold
    assert answer.status == 400
    assert pointers(answer) == {f"/data/attributes/[{place}]/{path.replace('.', '/')}" for path in FAULTY}


@pytest.mark.stateful
@pytest.mark.rule("ERROR-ENVELOPE")
def test_each_of_many_errors_has_all_that_an_error_has(target: Target, manifold: tuple[int, Reply]) -> None:
    _, answer = manifold
    assert all(str(error.get("status")) == str(answer.status) for error in answer.errors)
    assert all(error.get("code") and error.get("detail") for error in answer.errors)


@pytest.mark.rule("ERROR-POINTER", "ERROR-TOGETHER")
def test_faults_of_several_orders_are_told_apart_by_their_pointers(target: Target) -> None:
    first, fine, third = target.order(), target.order(), target.order()
    del first["order_number"]
    third["order_details"]["order_items"] = [*third["order_details"]["order_items"], {"name": "x", "quantity": 1}]
    answer = target.send("POST", "/orders", body=[first, fine, third], valid=False)
    assert answer.status == 400
    if target.stateful:
        assert {error["source"]["pointer"] for error in answer.errors} == {
            "/data/attributes/[0]/order_number",
            "/data/attributes/[2]/order_details/order_items/1/total_price",
        }
