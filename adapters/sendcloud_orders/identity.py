"""Which order is which: the shop's key, Sendcloud's id, and how each is written."""

from __future__ import annotations

from typing import NamedTuple, NewType

from .errors import InvalidRequest

OrderId = NewType("OrderId", str)
"""The shop's own name of an order: `order_id`."""

SendcloudId = NewType("SendcloudId", int)
"""Sendcloud's name of an order: `id`. Another type than `OrderId`, so that a type checker sees them mixed up."""

LARGEST_ID = 2**63 - 1


class OrderKey(NamedTuple):
    """The key of an order: the shop that it came from, and the shop's own id of it. Rule: UPSERT-KEY."""

    integration_id: int
    order_id: OrderId

    def __str__(self) -> str:
        return f"integration {self.integration_id}, order_id {self.order_id!r}"


def sendcloud_id(value: object) -> SendcloudId:
    """Read a Sendcloud id from a number or a string of digits.

    The service writes ids as number in one answer and as string in the next, and callers hold either.

    Raises `InvalidRequest` for anything else: a fraction, a sign, blanks, nothing, zero, more than 64 bits.
    Rule: READ-ID.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    else:
        raise InvalidRequest(
            f"A Sendcloud id is a positive whole number or a string of digits, not {_described(value)}. "
            "The shop's order_id is another thing: find(integration, order_id) looks it up."
        )
    if not 1 <= number <= LARGEST_ID:
        raise InvalidRequest("A Sendcloud id lies between 1 and 2**63 - 1.")
    return SendcloudId(number)


def _described(value: object) -> str:
    return "a string with other characters" if isinstance(value, str) else type(value).__name__
