"""Rules of credentials."""

from typing import Any

import pytest

from orders.differences import differences
from suite.answer import next_cursor
from suite.labels import NOBODYS, NOBODYS_INTEGRATION
from suite.shelf import PAGE, Shelf
from suite.stock import Stock
from suite.target import Target

# Nobody has this id: a server that lets everybody in is not to delete an order because of it.
NO_ORDER = "/orders/999999999999"
# Nobody has this integration, and this order.
NO_LABEL = {"integration_id": NOBODYS_INTEGRATION}
NOBODY = {"order_id": f"{NOBODYS}order"}
OPERATIONS: list[tuple[str, str, Any]] = [
    ("POST", "/orders", []),
    ("GET", "/orders", None),
    ("GET", NO_ORDER, None),
    ("PATCH", NO_ORDER, {"order_number": "x"}),
    ("DELETE", NO_ORDER, None),
    ("POST", "/orders/create-label-sync", NO_LABEL | {"order": NOBODY}),
    ("POST", "/orders/create-labels-async", NO_LABEL | {"orders": [NOBODY]}),
    ("GET", "/integrations", None),
    ("GET", f"/integrations/{NOBODYS_INTEGRATION}", None),
]
EACH_OPERATION = pytest.mark.parametrize(("method", "path", "body"), OPERATIONS, ids=lambda value: str(value))


@pytest.mark.rule("AUTH-BASIC")
def test_key_and_secret_open_the_service(target: Target) -> None:
    assert target.page(page_size=1).status == 200


@pytest.mark.rule("AUTH-BASIC")
@EACH_OPERATION
def test_key_and_secret_open_every_operation(target: Target, method: str, path: str, body: Any) -> None:
    answer = target.send(method, path, body=[target.order()] if body == [] else body)
    assert answer.status not in (401, 403)


@pytest.mark.rule("AUTH-BASIC")
def test_key_and_secret_open_a_later_page(target: Target, shelf: Shelf) -> None:
    first = target.page(**shelf.filters, page_size=PAGE)
    assert first.status == 200
    assert target.page(**shelf.filters, page_size=PAGE, cursor=str(next_cursor(first))).status == 200


WAYS = ("no credentials", "a wrong key", "a wrong secret", "the secret for the key", "half of the secret", "no secret")


def credentials(target: Target, way: str) -> tuple[str, str] | None:
    key, secret = target.public_key, target.secret_key
    return {
        "no credentials": None,
        "a wrong key": ("wrong", secret),
        "a wrong secret": (key, "wrong"),
        "the secret for the key": (secret, key),
        "half of the secret": (key, secret[: len(secret) // 2]),
        "no secret": (key, ""),
    }[way]


@pytest.mark.rule("AUTH-REFUSED")
@EACH_OPERATION
@pytest.mark.parametrize("way", WAYS)
def test_without_the_right_credentials_every_operation_is_refused(
    target: Target, method: str, path: str, body: Any, way: str
) -> None:
    if body == []:
        body = [target.order()]
    answer = target.send(method, path, body=body, auth=credentials(target, way), valid=False)
    assert answer.status == 401
    assert answer.errors
    if way in ("a wrong key", "a wrong secret"):
        assert answer.errors[0]["code"] == "authentication_failed"


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("way", WAYS[:3])
def test_an_order_that_is_there_is_neither_shown_nor_changed_nor_deleted(
    target: Target, kept: tuple[int, dict[str, Any]], way: str
) -> None:
    id_, order = kept
    changes = {"order_number": "N-refused", "order_details": {"notes": "N-refused"}}
    for method, body in (("GET", None), ("PATCH", changes), ("DELETE", None)):
        answer = target.send(method, f"/orders/{id_}", body=body, auth=credentials(target, way), valid=False)
        assert answer.status == 401
        assert order["order_id"] not in answer.content.decode()
    target.settle()
    assert differences(order, target.read(id_)) == []


@pytest.fixture(scope="module")
def kept(stock: Stock) -> tuple[int, dict[str, Any]]:
    """An order that nobody without credentials touches."""
    return stock.take()


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("way", WAYS[:3])
def test_no_page_is_shown_to_others(target: Target, shelf: Shelf, way: str) -> None:
    cursor = next_cursor(shelf.pages(**shelf.filters, page_size=PAGE)[0])
    params = [*shelf.filters.items(), ("page_size", PAGE), ("cursor", cursor)]
    for asked in (params[:-1], params):
        answer = target.send(
            "GET",
            "/orders",
            params=[(name, str(value)) for name, value in asked],
            auth=credentials(target, way),
            valid=False,
        )
        assert answer.status == 401
        assert target.run not in answer.content.decode()


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("way", ["no credentials", "a wrong secret"])
def test_no_filter_opens_the_list_to_others(target: Target, shelf: Shelf, way: str) -> None:
    for name, value in shelf.alike(20, "order_id", "order_number", "status", "integration").items():
        auth = credentials(target, way)
        answer = target.send("GET", "/orders", params=[(name, str(value))], auth=auth, valid=False)
        assert answer.status == 401
        assert target.run not in answer.content.decode()


@pytest.mark.rule("AUTH-REFUSED")
def test_a_refused_upsert_stores_nothing(target: Target) -> None:
    orders = [target.order() for _ in WAYS]
    for order, way in zip(orders, WAYS, strict=True):
        target.send("POST", "/orders", body=[order], auth=credentials(target, way), valid=False)
    target.settle()
    assert [target.listed(order_id=order["order_id"]) for order in orders] == [[] for _ in orders]
