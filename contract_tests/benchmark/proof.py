"""Whoever did less work would win: hold what came to the server against what was to come."""

from __future__ import annotations

import json
from typing import Any

from .orders import BATCH, PAGE, dictionary, sum_of_ids
from .server import DISTINCT_PAGES


class NotMeasured(Exception):
    """A client that did not do all of the work, and what was missing."""


def check(kind: str, orders: int, served: dict[str, Any], ids: int) -> None:
    """Raise `NotMeasured` unless all orders were sent or served, each once and whole, and the client read the answers.

    served: what the server tells of the run. ids: the sum of Sendcloud's ids that the client read.
    """
    if kind == "upsert":
        _check_upsert(orders, served)
        expected = sum_of_ids(range(orders))
    else:
        if served["pages"] != orders // PAGE:
            raise NotMeasured(f"{served['pages']} pages were read, not {orders // PAGE}")
        expected = sum(
            sum_of_ids(range(page % DISTINCT_PAGES * PAGE, (page % DISTINCT_PAGES + 1) * PAGE))
            for page in range(orders // PAGE)
        )
    if ids != expected:
        raise NotMeasured("the ids in the answers do not add up to those that were served")


def _check_upsert(orders: int, served: dict[str, Any]) -> None:
    if sorted(served["starts"]) != list(range(0, orders, BATCH)):
        raise NotMeasured(f"{len(served['starts'])} batches came, not each of {orders // BATCH} once")
    # Each order is as long as any other.
    if len(served["lengths"]) != 1:
        raise NotMeasured(
            f"the batches are not of one length, but of {served['lengths'][0]} to {served['lengths'][-1]}"
        )
    # The first one that came: with several in flight, it need not be that of the first orders.
    sample = json.loads(served["sample"])
    first = int(sample[0]["order_id"].removeprefix("shop-"))
    if not _same(sample, [dictionary(number) for number in range(first, first + BATCH)]):
        raise NotMeasured("what came does not say the same as the dictionaries")


def _same(one: object, other: object) -> bool:
    """Compare JSON, with the two spellings of UTC taken for one."""
    texts = (json.dumps(value, sort_keys=True).replace('Z"', '+00:00"') for value in (one, other))
    return next(texts) == next(texts)
