"""The ways in which a body comes to be written: an order or an update, of dicts or of models."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sendcloud_orders import InvalidRequest, Rejected, SendcloudId
from sendcloud_orders.batching import PreparedOrder, prepare
from sendcloud_orders.errors import FieldError
from sendcloud_orders.exchange import Call
from sendcloud_orders.operations import update_one
from sendcloud_orders.pointers import FieldPath
from sendcloud_orders_api.models import OrderInput, OrderUpdate

Json = Any
UPDATE_ID = SendcloudId(669)
Outcome = bytes | tuple[FieldError, ...]
"""A body, or why it is refused."""


def as_dict(plain: Json, path: FieldPath, value: object, **options: Any) -> Outcome:
    """Prepare an order of dicts with `value` at `path`; give its body, or the errors."""
    changed = unshared(plain)
    put(changed, path, value)
    return outcome(prepare(changed, 0, **options))


def as_model(plain: Json, path: FieldPath, value: object, **options: Any) -> Outcome:
    """Prepare the same order as a model."""
    changed = msgspec.convert(unshared(plain), OrderInput)
    put(changed, path, value)
    return outcome(prepare(changed, 0, **options))


def as_update(plain: Json, path: FieldPath, value: object, **options: Any) -> Outcome:
    """Begin an update that holds the same fields."""
    changed = unshared(plain)
    put(changed, path, value)
    return begun(changed, **options)


def as_update_model(plain: Json, path: FieldPath, value: object, **options: Any) -> Outcome:
    """Begin the same update as a model."""
    changed = msgspec.convert(unshared(plain), OrderUpdate)
    put(changed, path, value)
    return begun(changed, **options)


WAYS = (as_dict, as_model, as_update, as_update_model)
Way = Callable[..., Outcome]
every_way = pytest.mark.parametrize("way", WAYS)
checked_or_not = pytest.mark.parametrize("check", [True, False], ids=["checked", "unchecked"])


def outcome(prepared: PreparedOrder | Rejected) -> Outcome:
    """Give the body of a prepared order, or the errors of a rejected one; it is always one of the two."""
    assert isinstance(prepared, PreparedOrder | Rejected)
    if isinstance(prepared, Rejected):
        assert prepared.errors
        return prepared.errors
    return prepared.body


def begun(changes: Any, **options: Any) -> Outcome:
    """Give the body of the first request of an update, or the errors for which it is refused."""
    try:
        call = next(update_one(UPDATE_ID, changes, **options))
    except InvalidRequest as error:
        return error.errors
    assert isinstance(call, Call)
    content = call.request.content
    assert content is not None
    return content


def unshared(body: Json) -> Json:
    """Copy JSON so that no two places share a part, which `deepcopy` would keep as it is."""
    if isinstance(body, dict):
        return {name: unshared(part) for name, part in body.items()}
    return [unshared(part) for part in body] if isinstance(body, list) else body


def put(body: Any, path: FieldPath, value: object) -> None:
    """Set one field of dicts or models."""
    *steps, last = path
    for step in steps:
        body = getattr(body, attribute(body, step)) if isinstance(body, msgspec.Struct) else body[step]
    if isinstance(body, msgspec.Struct):
        setattr(body, attribute(body, last), value)
    else:
        body[last] = value


def attribute(model: msgspec.Struct, name: str | int) -> str:
    """Give the name that a model has for a field."""
    return model.__struct_fields__[model.__struct_encode_fields__.index(str(name))]


def errors_of(result: Outcome) -> tuple[FieldError, ...]:
    """Give the errors of what must have been refused."""
    assert isinstance(result, tuple), "it was taken"
    return result


def sent(result: Outcome) -> Json:
    """Read the body of what must have been taken, its numbers digit for digit."""
    assert isinstance(result, bytes), result
    return json.loads(result, parse_float=Decimal)


def at(body: Json, path: FieldPath) -> Json:
    """Give what stands at a path."""
    for step in path:
        body = body[step]
    return body
