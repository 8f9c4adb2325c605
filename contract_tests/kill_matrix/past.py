"""Remember what was done to the orders of a sandbox, for damages that show only after it or in one row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from kill_matrix.damage import around
from sendcloud_orders_sandbox import Rules
from sendcloud_orders_sandbox.rules import key_of, parse_id

Order = dict[str, Any]


@dataclass
class Past:
    """What a sandbox did so far.

    batch: the orders of the upsert that is being worked on.
    known: which of them were there before it; empty until all of them are found to be sound.
    updated: how often an upsert found an order there already, by id.
    patched: ids of the orders that a PATCH changed.
    deleted: the last document of each order that was deleted, by id.
    """

    batch: list[Order] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    updated: Counter[int] = field(default_factory=Counter)
    patched: set[int] = field(default_factory=set)
    deleted: dict[int, Order] = field(default_factory=dict)

    def position(self, order: Order) -> int:
        """Return the place of an order in its batch."""
        return next(place for place, one in enumerate(self.batch) if one is order)

    def is_last(self, position: int) -> bool:
        """Tell whether this is the last order of a batch of several."""
        return len(self.batch) - 1 == position > 0

    def last_of(self, key: tuple[int, str]) -> Order | None:
        """Return the document of the last deleted order with this key."""
        return next((order for order in reversed(self.deleted.values()) if key_of(order) == key), None)


def remember(patch: pytest.MonkeyPatch) -> Past:
    """Note from now on what is written."""
    past = Past()

    def require_size(true: Any, rules: Rules, body: Sequence[Order]) -> None:
        past.batch, past.known = list(body), []
        true(rules, body)

    def require_no_conflict(true: Any, rules: Rules, batch: Sequence[Order]) -> None:
        true(rules, batch)
        past.known = [rules.store.find_key(*key_of(order)) is not None for order in batch]

    def accept(true: Any, rules: Rules, order: Order) -> int:
        known = rules.store.find_key(*key_of(order)) is not None
        target: int = true(rules, order)
        past.updated[target] += known
        return target

    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        reference = true(rules, path_id, body)
        past.patched.add(parse_id(path_id) or 0)
        return reference

    def delete(true: Any, store: Any, order: int) -> None:
        past.deleted[order] = store.latest(order)
        true(store, order)

    around(patch, "rules.Rules.require_size", require_size)
    around(patch, "rules.Rules.require_no_conflict", require_no_conflict)
    around(patch, "rules.Rules.accept", accept)
    around(patch, "rules.Rules.update", update)
    around(patch, "store.Store.delete", delete)
    return past


def integration_of(order: Any) -> Any:
    """Return the integration of an order, sound or not."""
    details = order.get("order_details")
    integration = details.get("integration") if isinstance(details, dict) else None
    return integration.get("id") if isinstance(integration, dict) else None


def is_second(rules: Rules, order: Any) -> bool:
    """Tell whether an order belongs to the second integration of the account, or a later one."""
    return integration_of(order) in sorted(rules.own_integrations)[1:]


def is_known(rules: Rules, order: Order) -> bool:
    """Tell whether an order, sound or not, is there already."""
    return rules.store.find_key(integration_of(order), str(order.get("order_id"))) is not None
