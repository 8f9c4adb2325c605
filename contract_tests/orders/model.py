"""A small model of what the service holds, written from spec/LEDGER.md and apart from the sandbox.

It is plain data and plain rules: no HTTP, no clock, no lag. Where the ledger calls something undocumented, the model
follows the default policy of the sandbox, or the caller must not ask.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import schemas

Json = dict[str, Any]
Key = tuple[int, str]
Path = tuple[str | int, ...]

LIMIT = 100
DEFAULT_SORT = "-pk"
"""Newest first. Rule: LIST-SORT."""


class MissingError(Exception):
    """Say that the service holds no order of this id (404)."""


class RefusedError(Exception):
    """Say that the service refuses a request as a whole (400), and name every fault by position and field path."""

    def __init__(self, faults: Iterable[tuple[int | None, Path]]) -> None:
        self.faults = set(faults)
        super().__init__(self.faults)


def key_of(order: Json) -> Key:
    """Return the upsert key of an order. Rule: UPSERT-KEY."""
    return order["order_details"]["integration"]["id"], order["order_id"]


class Model:
    """Hold what a service with these integrations holds: orders by key, and the ids that the service gave them."""

    def __init__(self, integrations: Iterable[int]) -> None:
        self.integrations = frozenset(integrations)
        self.orders: dict[Key, Json] = {}
        self.ids: dict[int, Key] = {}

    def upsert(self, batch: Sequence[Json]) -> list[Key]:
        """Store a batch whole or not at all, and return the key of each order.

        The ids of new orders are the service's to choose: tell them to `learn`.
        Raises `RefusedError`. Rules: UPSERT-ATOMIC, UPSERT-KEY, UPSERT-MIXED, UPSERT-LIMIT.
        """
        if len(batch) > LIMIT:
            raise RefusedError([(None, ())])
        faults = [(position, path) for position, order in enumerate(batch) for path in self._faults(order)]
        if faults:
            raise RefusedError(faults)
        for order in batch:
            key = key_of(order)
            sent = {name: value for name, value in deepcopy(order).items() if name != "id"}
            self.orders[key] = lay(sent, over=self.orders.get(key))
        return [key_of(order) for order in batch]

    def _faults(self, order: Json) -> Iterable[Path]:
        if found := schemas.faults("OrderInput", order):
            return [fault.path for fault in found]
        integration, order_id = key_of(order)
        if integration not in self.integrations:
            return [("order_details", "integration", "id")]
        if "id" in order and self.ids[int(order["id"])][1] != order_id:
            return [("order_id",)]
        return []

    def learn(self, key: Key, id_: int) -> None:
        """Note the id that the service gave an order: the same for as long as it is stored. Rule: UPSERT-KEY."""
        known = {key: id_ for id_, key in self.ids.items()}.get(key, id_)
        assert known == id_, f"{key} had id {known} and now has {id_}"
        assert self.ids.get(id_, key) == key, f"{id_} named {self.ids[id_]} and now names {key}"
        self.ids[id_] = key

    def get(self, id_: int) -> Json:
        """Return the stored order. Raises `MissingError`. Rules: GET-ORDER, GET-MISSING."""
        return {"id": id_, **deepcopy(self.orders[self._key(id_)])}

    def update(self, id_: int, changes: Json) -> None:
        """Change what is named, deep down, items by their name.

        Raises `MissingError`, RefusedError. Rules: PATCH-MERGE, PATCH-ITEMS, PATCH-ITEM-MISSING, PATCH-IMMUTABLE.
        """
        key = self._key(id_)
        stored, sent = self.orders[key], deepcopy(changes)
        if sent.pop("order_id", key[1]) != key[1]:
            raise RefusedError([(None, ("order_id",))])
        sent.pop("id", None)
        if "phone" in sent.get("customer_details", {}):
            sent["customer_details"]["phone_number"] = sent["customer_details"].pop("phone")
        if "order_items" in sent.get("order_details", {}):
            by_name = {item.get("name"): item for item in sent["order_details"]["order_items"]}
            items = stored["order_details"]["order_items"]
            if by_name.keys() - {item["name"] for item in items}:
                raise RefusedError([(None, ("order_details", "order_items"))])
            sent["order_details"]["order_items"] = [merge(item, by_name.get(item["name"], {})) for item in items]
        self.orders[key] = lay(sent, over=stored)

    def delete(self, id_: int) -> None:
        """Take an order away. Raises `MissingError`. Rules: DELETE-ORDER, DELETE-MISSING."""
        del self.orders[self._key(id_)]
        del self.ids[id_]

    def _key(self, id_: int) -> Key:
        if id_ not in self.ids:
            raise MissingError(id_)
        return self.ids[id_]

    def list(self, sort: str = DEFAULT_SORT, **filters: Any) -> Sequence[Json]:
        """Return the orders that pass every filter, in sequence.

        `integration` is a list of ids, dates are `date`s in UTC with both bounds included, the rest is text that has to
        match whole, without regard to case. Raises `RefusedError` for an integration that the account lacks.
        """
        if unknown := set(filters.get("integration", ())) - self.integrations:
            raise RefusedError([(None, ("integration", id_)) for id_ in unknown])
        rows = [self.get(id_) for id_ in self.ids]
        rows = [row for row in rows if all(passes(row, name, wanted) for name, wanted in filters.items())]
        for name in reversed(sort.split(",")):
            rows.sort(key=SORT_KEYS[name.removeprefix("-")], reverse=name.startswith("-"))
        return rows


def lay(sent: Json, over: Json | None) -> Json:
    """Return the order that is stored after one was sent. Rules: UPSERT-ITEMS, UPSERT-SERVICE-POINT."""
    order: Json = merge(over, sent)
    point = sent.get("service_point_details")
    for other, named in (("id", "carrier_service_point_id"), ("carrier_service_point_id", "id")):
        if point and named in point:
            order["service_point_details"].pop(other, None)
    return order


def merge(stored: Any, sent: Any) -> Any:
    """Lay what is sent over what is stored: objects field by field, anything else, lists too, as a whole."""
    if not (isinstance(stored, dict) and isinstance(sent, dict)):
        return sent
    return stored | {name: merge(stored.get(name), value) for name, value in sent.items()}


def passes(row: Json, name: str, wanted: Any) -> bool:
    """Tell whether a row passes one filter; one without the filtered date passes no filter on it."""
    if name == "integration":
        return row["order_details"]["integration"]["id"] in wanted
    if name == "status":
        return bool(row["order_details"]["status"]["code"].casefold() == wanted.casefold())
    if name in ("order_number", "order_id"):
        return bool(row[name].casefold() == wanted.casefold())
    moment = row["order_details"].get(name.removesuffix("_min").removesuffix("_max"))
    if moment is None:
        return False
    day = instant(moment).date()
    return bool(day >= wanted if name.endswith("_min") else day <= wanted if name.endswith("_max") else day == wanted)


def instant(written: str) -> datetime:
    """Read a time stamp of the shop as a moment in UTC."""
    return datetime.fromisoformat(written).astimezone(UTC)


def _moment(name: str) -> Callable[[Json], datetime]:
    return lambda row: instant(row["order_details"].get(name) or "0001-01-01T00:00:00Z")


SORT_KEYS: dict[str, Callable[[Json], Any]] = {
    "integration": lambda row: row["order_details"]["integration"]["id"],
    "order_number": lambda row: row["order_number"],
    "order_created_at": _moment("order_created_at"),
    "order_updated_at": _moment("order_updated_at"),
    "pk": lambda row: row["id"],
}
