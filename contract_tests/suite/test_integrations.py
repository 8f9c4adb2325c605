"""Rules of orders that have the same `order_id` in two integrations."""

from dataclasses import dataclass
from typing import Any

import pytest

from orders.differences import differences
from suite.answer import Reply
from suite.target import Target

pytestmark = pytest.mark.stateful
WAYS = (
    "an upsert",
    pytest.param("an upsert by id", marks=pytest.mark.rule("UPSERT-ID")),
    "a patch",
    pytest.param("an upsert of both", marks=pytest.mark.rule("UPSERT-MIXED")),
)
PLACES = pytest.mark.parametrize("place", [0, 1], ids=["first integration", "second integration"])


@dataclass(repr=False)
class Pair:
    """The orders of a pair and their ids: of the first integration, and of the second."""

    orders: list[dict[str, Any]]
    ids: list[int]


@pytest.fixture(scope="module")
def accepted(target: Target) -> tuple[Reply, list[Pair]]:
    """Four pairs, sent in one batch, and its answer."""
    if len(target.integrations) < 2:
        pytest.skip("needs two integrations: name them in SENDCLOUD_INTEGRATION_IDS")
    found = [Pair(_alike(target), []) for _ in range(4)]
    # Which of both comes first in the batch makes no difference.
    batch = [*found[0].orders, *reversed(found[1].orders), *(order for pair in found[2:] for order in pair.orders)]
    answer = target.send("POST", "/orders", body=batch)
    assert answer.status in (200, 201, 202)
    return answer, found


@pytest.fixture(scope="module")
def pairs(target: Target, accepted: tuple[Reply, list[Pair]]) -> list[Pair]:
    """Those pairs, once stored: to change in the first integration or the second, to list, and to delete."""
    _, found = accepted
    for pair in found:
        order_id = pair.orders[0]["order_id"]
        rows = target.eventually(lambda order_id=order_id: _two(target.listed(order_id=order_id)))  # type: ignore[misc]
        assert rows, f"two orders {order_id!r} of two integrations did not become two orders"
        by_integration = {row["order_details"]["integration"]["id"]: int(row["id"]) for row in rows}
        pair.ids = [by_integration[integration] for integration in target.integrations[:2]]
    return found


def _alike(target: Target) -> list[dict[str, Any]]:
    here, there = (target.order(integration, notes=f"in {integration}") for integration in target.integrations[:2])
    return [here, there | {"order_id": here["order_id"]}]


def _two(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    return rows if len(rows) == 2 else None


@pytest.mark.rule("UPSERT-KEY", "UPSERT-MIXED")
def test_the_same_order_id_in_another_integration_is_another_order(target: Target, pairs: list[Pair]) -> None:
    for pair in pairs[:3]:
        assert pair.ids[0] != pair.ids[1]
        for id_, order in zip(pair.ids, pair.orders, strict=True):
            assert differences(order, target.read(id_)) == []


@pytest.mark.rule("UPSERT-RESULT", "READ-ID")
def test_each_order_of_a_pair_gets_a_reference_of_its_own(
    target: Target, accepted: tuple[Reply, list[Pair]], pairs: list[Pair]
) -> None:
    rows = accepted[0].json["data"]
    assert sorted(int(row["id"]) for row in rows) == sorted(id_ for pair in pairs for id_ in pair.ids)
    named = {int(row["id"]): row["order_id"] for row in rows}
    assert named == {id_: pair.orders[0]["order_id"] for pair in pairs for id_ in pair.ids}


@pytest.mark.rule("GET-ORDER", "READ-ID")
@PLACES
def test_an_id_reads_the_order_of_its_own_integration(target: Target, pairs: list[Pair], place: int) -> None:
    found = target.read(pairs[2].ids[place])
    assert int(found["id"]) == pairs[2].ids[place]
    assert found["order_details"]["integration"]["id"] == target.integrations[place]


@pytest.mark.rule("PATCH-RESULT", "READ-ID")
def test_a_patch_in_the_second_integration_answers_with_the_id_of_its_own_order(
    target: Target, pairs: list[Pair]
) -> None:
    id_, order = pairs[2].ids[1], pairs[2].orders[1]
    data = target.send("PATCH", f"/orders/{id_}", body={"order_number": order["order_number"]}).json["data"]
    assert int(data["id"]) == id_


@pytest.mark.rule("DELETE-ORDER")
def test_a_delete_in_the_second_integration_leaves_the_order_of_the_first(target: Target, pairs: list[Pair]) -> None:
    left, gone = pairs[3].ids
    assert target.send("DELETE", f"/orders/{gone}").status in (200, 202, 204)
    assert target.gone(gone)
    rows = target.listed(order_id=pairs[3].orders[0]["order_id"])
    assert [int(row["id"]) for row in rows] == [left]
    assert target.get(left).status == 200


@pytest.mark.rule("LIST-ORDER-ID", "LIST-INTEGRATION")
@PLACES
def test_an_integration_tells_orders_of_one_order_id_apart(target: Target, pairs: list[Pair], place: int) -> None:
    rows = target.listed(order_id=pairs[2].orders[0]["order_id"], integration=target.integrations[place])
    assert [int(row["id"]) for row in rows] == [pairs[2].ids[place]]


@pytest.mark.rule("LIST-ORDER-ID", "LIST-COMPLETE")
@pytest.mark.parametrize("sort", ["pk", "-pk", "integration", "-integration"])
def test_orders_of_one_order_id_are_listed_on_two_pages(target: Target, pairs: list[Pair], sort: str) -> None:
    pages = list(target.pages(order_id=pairs[2].orders[0]["order_id"].upper(), page_size=1, sort=sort))
    assert [len(page.json["data"]) for page in pages] == [1, 1]
    assert {int(page.json["data"][0]["id"]) for page in pages} == set(pairs[2].ids)


@pytest.mark.rule("UPSERT-KEY", "PATCH-MERGE")
@PLACES
@pytest.mark.parametrize("way", WAYS)
def test_a_change_reaches_the_order_of_its_integration_alone(
    target: Target, pairs: list[Pair], place: int, way: str
) -> None:
    pair = pairs[place]
    order, id_ = pair.orders[place], pair.ids[place]
    order["order_details"]["notes"] = f"changed by {way}"
    match way:
        case "an upsert":
            assert target.upsert(order) == [id_]
        case "an upsert by id":
            assert target.upsert({**order, "id": str(id_)}) == [id_]
        case "a patch":
            changes = {"order_details": {"notes": order["order_details"]["notes"]}}
            assert target.send("PATCH", f"/orders/{id_}", body=changes).status == 200
        case _:
            pair.orders[1 - place]["order_number"] += "-b"
            answer = target.send("POST", "/orders", body=pair.orders)
            assert sorted(int(row["id"]) for row in answer.json["data"]) == sorted(pair.ids)
    for id_, expected in zip(pair.ids, pair.orders, strict=True):
        target.read(id_, until=lambda found, expected=expected: differences(expected, found) == [])  # type: ignore[misc]
