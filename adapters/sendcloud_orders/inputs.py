"""Turn an order that was read into one that can be sent."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from sendcloud_orders_api.models import Order, OrderInput

from .arguments import described, reading
from .errors import InvalidRequest


def to_input(order: Order) -> OrderInput:
    """Make of an order that was read the one to change and upsert: all that can be sent, and nothing else.

    Left out are the times at which Sendcloud stored it, and what is null. Fields that no model names stay in `extra`,
    at every depth; `upsert(..., unknown_fields="send")` sends them. What the service holds and would not take, such as
    an unknown unit of weight, is taken over, so that the check before sending names it. Nothing is shared with `order`.

    Raises `InvalidRequest` for anything but an `Order`. Rules: READ-UNKNOWN, UPSERT-ID.
    """
    with reading("order"):
        if not isinstance(order, Order):
            raise InvalidRequest(f"order should be an Order, such as get and list give, not {described(order)}.")
        written: OrderInput = _rewritten(order, OrderInput)
        return written


def _rewritten(read: msgspec.Struct, model: Any) -> Any:
    fields: dict[str, object] = {}
    for field in _fields(model):
        value = getattr(read, field.name)
        if value is not None or field.required:
            fields[field.name] = _taken_over(value, field.type)
    return model(**fields)


@cache
def _fields(model: Any) -> tuple[inspect.Field, ...]:
    described_model = inspect.type_info(model)
    assert isinstance(described_model, inspect.StructType)
    return described_model.fields


def _taken_over(value: Any, wanted: inspect.Type) -> Any:
    """Write a value that was read leniently in the one form that is sent."""
    match value, _without_null(wanted):
        case msgspec.Struct(), inspect.StructType(cls=model):
            return _rewritten(value, model)
        case list(), inspect.ListType(item_type=item):
            return [_taken_over(part, item) for part in value]
        case Decimal(), inspect.StrType():
            return f"{value:f}"
        case int(), inspect.StrType():
            return str(value)
        case float(), inspect.IntType() if value.is_integer():
            return int(value)
    return deepcopy(value)


def _without_null(wanted: inspect.Type) -> inspect.Type:
    if isinstance(wanted, inspect.UnionType):
        return next(one for one in wanted.types if not isinstance(one, inspect.NoneType))
    return wanted
