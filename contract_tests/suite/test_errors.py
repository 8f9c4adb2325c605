"""Rules of refusals that hold for every operation."""

import pytest

from suite.answer import Reply
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
