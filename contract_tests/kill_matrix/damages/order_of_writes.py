"""Damages of the order in which one key is written twice, which the adapters' own tests have to see."""

from functools import partial
from typing import Any

import pytest

from kill_matrix.damage import ADAPTERS, around, damage, instead

damaged = partial(damage, "order of writes", "UPSERT-KEY-TWICE", of=ADAPTERS)
replace_in = partial(instead, of=ADAPTERS)
wrap_in = partial(around, of=ADAPTERS)


@damaged()
def two_batches_with_one_key_are_in_flight_at_once(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "departures._shares_a_key", lambda batch, keys: False)


@damaged()
def a_later_write_of_a_key_is_put_into_an_earlier_batch(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching._OpenBatch.writes", lambda batch, key: False)


@damaged()
def a_superseded_order_is_sent(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching._OpenBatch.remove", lambda batch, key: batch.orders[key.order_id])


@damaged()
def a_superseded_order_is_named_nowhere(patch: pytest.MonkeyPatch) -> None:
    def supersede(planner: Any, key: Any) -> None:
        for batch in planner._open:
            if batch.writes(key):
                batch.remove(key)

    replace_in(patch, "batching.Planner._supersede", supersede)


@damaged()
def of_two_orders_of_a_key_the_earlier_is_kept(patch: pytest.MonkeyPatch) -> None:
    def place(true: Any, planner: Any, order: Any) -> Any:
        known = any(batch.writes(order.key) for batch in planner._open)
        return [] if known and planner._duplicates == "last" else true(planner, order)

    wrap_in(patch, "batching.Planner._place", place)


@damaged()
def the_same_key_of_two_shops_counts_as_one(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching._OpenBatch.writes", lambda batch, key: key.order_id in batch.orders)
