"""Check what a label needs and an order may lack, while the order can still be put right.

The service stores an order without an address or a weight, and refuses its label later, when the parcel is packed.
Two lists, for two kinds of knowledge:

- errors, `find_label_errors`: what is documented, or was seen, to keep every order from its label. Bounds of the names
  that label operations take; an address, with each of its parts (an order to a service point as well, whose examples
  all have one: the parcel bears the customer's name); a weight, of the order or of an item; no negative price of an
  item. An order that the customer collects in the shop (`is_local_pickup`) is not shipped, and may lack address and
  weight.
- warnings, `find_label_warnings`: what some carriers want. Which carrier it will be is chosen when the label is made,
  often by rules of the account, so that nobody can tell from the order whether it is needed: to refuse it would keep
  orders back that ship.

An item's `item_id` is not asked for: only a label of several parcels names items. Rule: LABEL-CHECK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from .amounts import read_number
from .errors import FieldError
from .pointers import FieldPath

LONGEST_ORDER_ID = 64
LONGEST_ORDER_NUMBER = 255
"""Characters by which the label operations take an order. Rule: LABEL-NAMED."""

_PARTS = ("name", "address_line_1", "postal_code", "city", "country_code")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_ITEMS = ("order_details", "order_items")
_WEIGHT = ("shipping_details", "measurement", "weight")


def find_label_errors(order: Mapping[str, Any]) -> Iterator[FieldError]:
    """List what keeps an order, in dicts and lists, from getting a label. Never raises, whatever the order holds."""
    yield from _names(order)
    if _at(order, ("shipping_details", "is_local_pickup")) is not True:
        yield from _address(order)
        yield from _weight(order)
    yield from _prices(order)


def find_label_warnings(order: Mapping[str, Any]) -> Iterator[FieldError]:
    """List what some carriers want of an order, and others do not. Never raises, whatever the order holds."""
    if _at(order, ("shipping_details", "is_local_pickup")) is True:
        return
    address = _at(order, ("shipping_address",))
    for field, what in (("phone_number", "telephone number"), ("email", "mail address")):
        if not _given(_at(order, ("shipping_address", field))) and not _given(_at(order, ("customer_details", field))):
            message = f"Some carriers want the customer's {what}, such as for deliveries to service points or abroad"
            yield FieldError(message, ("shipping_address", field), "missing")
    lines = [_at(address, (field,)) for field in ("house_number", "address_line_1", "address_line_2")]
    if isinstance(address, Mapping) and not any(re.search(r"\d", line) for line in lines if isinstance(line, str)):
        message = "Some carriers want a house number, and there is none in the address"
        yield FieldError(message, ("shipping_address", "house_number"), "missing")


def _names(order: object) -> Iterator[FieldError]:
    for field, longest in (("order_id", LONGEST_ORDER_ID), ("order_number", LONGEST_ORDER_NUMBER)):
        name = _at(order, (field,))
        if isinstance(name, str) and len(name) > longest:
            message = f"String should have at most {longest} characters for a label to be made by it"
            yield FieldError(message, (field,), "invalid")


def _address(order: object) -> Iterator[FieldError]:
    address = _at(order, ("shipping_address",))
    if not isinstance(address, Mapping):
        yield FieldError("Field required to make a label: where the parcel is to go", ("shipping_address",), "missing")
        return
    for part in _PARTS:
        value = _at(address, (part,))
        if not _given(value):
            yield FieldError("Field required to make a label, and not blank", ("shipping_address", part), "missing")
        elif part == "country_code" and isinstance(value, str) and not _COUNTRY.fullmatch(value):
            message = "Input should be the country's code of two letters (ISO 3166-1 alpha-2), such as NL"
            yield FieldError(message, ("shipping_address", part), "invalid")


def _weight(order: object) -> Iterator[FieldError]:
    items = _at(order, _ITEMS)
    weights = [_at(item, ("measurement", "weight")) for item in items] if isinstance(items, list | tuple) else []
    if not any(_is_above_zero(_at(weight, ("value",))) for weight in (_at(order, _WEIGHT), *weights)):
        message = "Field required to make a label: the weight of the order here, or of its items (measurement.weight)"
        yield FieldError(message, _WEIGHT, "missing")


def _prices(order: object) -> Iterator[FieldError]:
    items = _at(order, _ITEMS)
    for place, item in enumerate(items if isinstance(items, list | tuple) else ()):
        for name in ("unit_price", "total_price"):
            amount = _amount(_at(item, (name, "value")))
            if amount is not None and amount < 0:
                message = (
                    "Input should be greater than or equal to 0: no label is made of an order with a discount line"
                )
                yield FieldError(message, (*_ITEMS, place, name, "value"), "invalid")


def _at(holder: object, path: FieldPath) -> Any:
    """Give what stands at a path, or None where it leads nowhere."""
    for name in path:
        if not isinstance(holder, Mapping):
            return None
        holder = holder.get(name)
    return holder


def _given(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _is_above_zero(value: object) -> bool:
    amount = _amount(value)
    return amount is not None and amount > 0


def _amount(value: object) -> Decimal | None:
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        amount = Decimal(value) if not isinstance(value, float) else Decimal(repr(value))
        return amount if amount.is_finite() else None
    return None
