"""Which order is which: the shop's key, Sendcloud's id, and how each is written."""

from __future__ import annotations

from typing import NamedTuple, NewType

from .arguments import as_whole_number, described, reading
from .errors import InvalidRequest

OrderId = NewType("OrderId", str)
"""The shop's own name of an order: `order_id`."""

SendcloudId = NewType("SendcloudId", int)
"""Sendcloud's name of an order: `id`. Another type than `OrderId`, so that a type checker sees them mixed up."""

LARGEST_ID = 2**63 - 1
_MOST_DIGITS = len(str(LARGEST_ID))


class OrderKey(NamedTuple):
    """The key of an order: the shop that it came from, and the shop's own id of it. Rule: UPSERT-KEY."""

    integration_id: int
    order_id: OrderId

    def __str__(self) -> str:
        return f"integration {self.integration_id}, order_id {self.order_id!r}"


class OrderNumber(NamedTuple):
    """Another name of an order, where its id is not at hand: its shop, and the number shown to the customer.

    Orders may share a number, so that it is no key. Rule: LIST-ORDER-NUMBER.
    """

    integration_id: int
    order_number: str

    def __str__(self) -> str:
        return f"integration {self.integration_id}, order_number {self.order_number!r}"


def sendcloud_id(value: object) -> SendcloudId:
    """Read a Sendcloud id from a number or a string of digits.

    The service writes ids as number in one answer and as string in the next, and callers hold either.

    Raises `InvalidRequest` for anything else: a fraction, a sign, blanks, nothing, zero, more than 64 bits.
    Rule: READ-ID.
    """
    with reading("A Sendcloud id"):
        number = _number_in(value) if isinstance(value, str) else as_whole_number(value)
    if number is None:
        given = "a string with other characters" if isinstance(value, str) else described(value)
        raise InvalidRequest(
            f"A Sendcloud id is a positive whole number or a string of digits, not {given}. "
            "The shop's order_id is another thing: find(integration, order_id) looks it up."
        )
    if not 1 <= number <= LARGEST_ID:
        raise InvalidRequest("A Sendcloud id lies between 1 and 2**63 - 1.")
    return SendcloudId(number)


def integration_id(value: object) -> int:
    """Read the id of an integration from a number or a string of digits. Raises `InvalidRequest`. Rule: READ-ID."""
    with reading("The id of an integration"):
        number = _number_in(value) if isinstance(value, str) else as_whole_number(value)
    if number is None or not 1 <= number <= LARGEST_ID:
        given = "another string" if isinstance(value, str) else described(value)
        raise InvalidRequest(
            f"The id of an integration is a whole number from 1 to 2**63 - 1 or a string of its digits, not {given}; "
            "integrations() lists those of the account."
        )
    return number


def _number_in(value: str) -> int | None:
    text = str.__str__(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
