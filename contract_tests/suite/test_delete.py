"""Rules of DELETE /orders/{id}, and of what is there afterwards."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from orders.differences import differences
from suite.answer import Reply, details
from suite.stock import Stock
from suite.target import Target

pytestmark = pytest.mark.stateful
NO_ORDER = 999_999_999_999
# A version that nothing else has: its number stands in every text of the order.
OLD = 7
FILTERS = ("order_id", "order_number", "status", "order_created_at", "order_updated_at", "integration")
Order = dict[str, Any]


@dataclass(repr=False)
class Deleted:
    """Three orders of one status, of which the second was deleted; and one of its `order_id` in another integration."""

    ids: list[int]
    orders: list[Order]
    answer: Reply
    gone: bool

    @property
    def order(self) -> Order:
        """The order that is no longer there."""
        return self.orders[1]

    @property
    def others(self) -> list[tuple[int, Order]]:
        """The orders that are still there."""
        return [pair for pair in zip(self.ids, self.orders, strict=True) if pair[1] is not self.order]

    def value(self, name: str) -> str | int:
        """Return the value of a filter that the order passed while it was there."""
        of_order = self.order["order_details"]
        every: dict[str, str | int] = {
            "order_id": self.order["order_id"],
            "order_number": self.order["order_number"],
            "status": of_order["status"]["code"],
            "order_created_at": of_order["order_created_at"][:10],
            "order_updated_at": of_order["order_updated_at"][:10],
            "integration": of_order["integration"]["id"],
        }
        return every[name]


@pytest.fixture(scope="module")
def deleted(target: Target) -> Deleted:
    """One order with every field, deleted from between others."""
    first, last = target.order(), target.order()
    fields: Order = {"status": {"code": f"{target.run}passing"}, "order_updated_at": "2026-01-02T12:00:00Z"}
    order = target.full_order(OLD, **fields)
    for other in (first, last):
        other["order_details"] |= fields
    orders = [first, order, last]
    ids = target.upsert(*orders)
    if len(target.integrations) > 1:
        orders.append(target.order(target.integrations[1]) | {"order_id": order["order_id"]})
        ids += target.upsert(orders[-1])
    for id_ in ids:
        target.read(id_)
    answer = target.send("DELETE", f"/orders/{ids[1]}")
    return Deleted(ids, orders, answer, target.gone(ids[1]))


@pytest.fixture(scope="module")
def again(target: Target, deleted: Deleted) -> tuple[int, Order]:
    """A small order, upserted at the key of the one that was deleted."""
    order = target.order() | {"order_id": deleted.order["order_id"]}
    [id_] = target.upsert(order)
    target.read(id_)
    return id_, order


@pytest.mark.rule("DELETE-ORDER")
def test_a_deleted_order_cannot_be_read(target: Target, deleted: Deleted) -> None:
    target.exchanges.append(deleted.answer)
    assert deleted.answer.status in (200, 202, 204)
    assert deleted.answer.content == b""
    assert deleted.gone


@pytest.mark.rule("DELETE-ORDER")
@pytest.mark.parametrize("name", FILTERS)
def test_a_deleted_order_is_found_by_no_filter(target: Target, deleted: Deleted, name: str) -> None:
    answer = target.page(**{name: deleted.value(name)}, page_size=200)
    assert answer.status == 200
    assert deleted.ids[1] not in [int(row["id"]) for row in answer.json["data"]]


@pytest.mark.rule("DELETE-ORDER")
@pytest.mark.parametrize("others", [("order_id",), ("order_number",), ("status",), FILTERS[:-1]], ids=" and ".join)
def test_a_deleted_order_is_not_found_beside_its_integration(
    target: Target, deleted: Deleted, others: tuple[str, ...]
) -> None:
    answer = target.page(**{name: deleted.value(name) for name in ("integration", *others)}, page_size=200)
    assert answer.status == 200
    assert deleted.ids[1] not in [int(row["id"]) for row in answer.json["data"]]


@pytest.mark.rule("DELETE-ORDER")
def test_a_deleted_order_is_not_listed_without_a_filter(target: Target, deleted: Deleted) -> None:
    assert deleted.ids[1] not in [int(row["id"]) for row in target.page(page_size=200).json["data"]]


@pytest.mark.rule("DELETE-ORDER", "LIST-COMPLETE")
@pytest.mark.parametrize("sort", ["pk", "-pk"])
def test_pages_close_over_a_deleted_order(target: Target, deleted: Deleted, sort: str) -> None:
    status = deleted.order["order_details"]["status"]["code"]
    pages = list(target.pages(status=status, page_size=1, sort=sort))
    found = [int(row["id"]) for page in pages for row in page.json["data"]]
    assert found == [deleted.ids[0], deleted.ids[2]][:: -1 if sort == "-pk" else 1]
    assert len(pages) == 2


@pytest.mark.rule("DELETE-ORDER")
def test_a_delete_touches_no_other_order(target: Target, deleted: Deleted) -> None:
    for id_, order in deleted.others:
        answer = target.get(id_)
        assert answer.status == 200
        assert differences(order, answer.json["data"]) == []


@pytest.mark.rule("DELETE-ORDER", "UPSERT-KEY")
def test_a_delete_leaves_the_keys_of_others_known(target: Target, deleted: Deleted) -> None:
    for id_, order in deleted.others:
        assert target.upsert(order) == [id_]


@pytest.mark.rule("GET-MISSING")
def test_a_deleted_order_is_not_found(target: Target, deleted: Deleted) -> None:
    answer = target.get(deleted.ids[1])
    assert answer.status == 404
    assert details(answer) == "The order could not be found with the search criteria given"


@pytest.mark.rule("PATCH-MISSING")
def test_a_deleted_order_cannot_be_patched(target: Target, deleted: Deleted) -> None:
    answer = target.send("PATCH", f"/orders/{deleted.ids[1]}", body={"order_number": "x"})
    assert answer.status == 404
    assert details(answer) == "Could not find specified item."


@pytest.mark.rule("DELETE-MISSING")
def test_a_second_delete_is_not_found_and_no_later_one_is(target: Target, deleted: Deleted) -> None:
    for _ in range(2):
        answer = target.send("DELETE", f"/orders/{deleted.ids[1]}")
        assert answer.status == 404
        assert details(answer) == "The order could not be found with the search criteria given"


@pytest.mark.rule("AUTH-REFUSED")
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_nobody_without_credentials_is_told_that_an_order_is_gone(
    target: Target, deleted: Deleted, method: str
) -> None:
    body = {"order_number": "x"} if method == "PATCH" else None
    answer = target.send(method, f"/orders/{deleted.ids[1]}", body=body, auth=None, valid=False)
    assert answer.status == 401


@pytest.mark.rule("DELETE-MISSING")
@pytest.mark.parametrize("id_", [NO_ORDER, 2**53 - 1])
def test_a_delete_of_an_unknown_id_is_not_found(target: Target, id_: int) -> None:
    answer = target.send("DELETE", f"/orders/{id_}")
    assert answer.status == 404
    assert details(answer) == "The order could not be found with the search criteria given"


@pytest.mark.rule("DELETE-ORDER", "UPSERT-KEY")
def test_the_key_of_a_deleted_order_makes_a_new_one_with_nothing_of_the_old(
    target: Target, deleted: Deleted, again: tuple[int, Order]
) -> None:
    id_, order = again
    found = target.read(id_)
    assert differences(order, found) == []
    assert f"version {OLD}" not in json.dumps(found)


@pytest.mark.rule("DELETE-ORDER", "UPSERT-KEY", "LIST-ORDER-ID")
def test_an_order_that_was_deleted_and_made_again_is_one_order(
    target: Target, deleted: Deleted, again: tuple[int, Order]
) -> None:
    rows = target.listed(order_id=deleted.order["order_id"], integration=target.integration)
    assert [int(row["id"]) for row in rows] == [again[0]]
    assert differences(again[1], rows[0]) == []
    assert target.upsert(again[1]) == [again[0]]


@pytest.mark.rule("DELETE-ORDER")
def test_an_order_can_be_deleted_once_it_has_changed(target: Target, stock: Stock) -> None:
    (upserted, order), (patched, _) = stock.take(), stock.take()
    order["order_number"] += "-b"
    target.upsert(order)
    target.read(upserted, until=lambda found: found["order_number"] == order["order_number"])
    target.send("PATCH", f"/orders/{patched}", body={"order_number": "N-last"})
    target.read(patched, until=lambda found: found["order_number"] == "N-last")
    for id_ in (upserted, patched):
        assert target.send("DELETE", f"/orders/{id_}").status in (200, 202, 204)
        assert target.gone(id_)
