"""Rules of credentials."""

from typing import Any

import pytest

from suite.target import Target

OPERATIONS: list[tuple[str, str, Any]] = [
    ("POST", "/orders", []),
    ("GET", "/orders", None),
    ("GET", "/orders/1", None),
    ("PATCH", "/orders/1", {"order_number": "x"}),
    ("DELETE", "/orders/1", None),
]


@pytest.mark.rule("AUTH-BASIC")
def test_key_and_secret_open_the_service(target: Target) -> None:
    assert target.page(page_size=1).status == 200


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS, ids=lambda value: str(value))
def test_no_credentials_are_refused(target: Target, method: str, path: str, body: Any) -> None:
    if body == []:
        body = [target.order()]
    answer = target.send(method, path, body=body, auth=None, valid=False)
    assert answer.status == 401
    assert answer.errors


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS, ids=lambda value: str(value))
@pytest.mark.parametrize("wrong", ["key", "secret"])
def test_wrong_credentials_are_refused(target: Target, method: str, path: str, body: Any, wrong: str) -> None:
    if body == []:
        body = [target.order()]
    pair = ("wrong", target.secret_key) if wrong == "key" else (target.public_key, "wrong")
    answer = target.send(method, path, body=body, auth=pair)
    assert answer.status == 401
    assert answer.errors[0]["code"] == "authentication_failed"


@pytest.mark.rule("AUTH-REFUSED")
def test_a_refused_upsert_stores_nothing(target: Target) -> None:
    order = target.order()
    target.send("POST", "/orders", body=[order], auth=(target.public_key, "wrong"))
    target.settle()
    assert target.listed(order_id=order["order_id"]) == []
