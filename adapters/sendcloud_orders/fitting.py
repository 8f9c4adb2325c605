"""Write a model in one go where it is what the spec wants; whatever is not, or may not be, takes a closer look.

The codec writes the model, reads its own JSON back as strictly as the model's types and bounds say, and compares: what
comes back equal was neither of another type nor beyond a bound, nor turned into something else on the way, as bytes and
NaN would be. All of it happens in C. What the codec has no words for is looked at by itself: formats, patterns,
extreme amounts, free-form objects and rules between fields.

A test holds that this and the validator of `checking` agree on valid and damaged orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec

from sendcloud_orders_api.models import OrderInput
from sendcloud_orders_api.types import UNSET

from .amounts import LARGEST_EXPONENT
from .vocabulary import document

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(OrderInput)

_Check = Callable[[Any], bool]


def write_fitting(order: OrderInput) -> bytes | None:
    """Write an order that is what the spec wants; give None of one that takes a closer look.

    Its numbers may be longer than others read, and something may be in its `extra`. Rules: UPSERT-REQUIRED,
    UPSERT-BOUNDS, UPSERT-ID, UPSERT-SERVICE-POINT.
    """
    try:
        content = _ENCODER.encode(order)
        return content if _DECODER.decode(content) == order and _rest()(order) else None
    except Exception:  # of the codec, or of an object of the caller's
        return None


# ---------------------------------------------------------------- what the codec has no words for

_BY_CODEC = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "oneOf"),
        *("minLength", "maxLength", "minimum", "exclusiveMinimum"),
        *("title", "description", "examples", "readOnly"),
    }
)


@cache
def _rest() -> _Check:
    check = _check_of({"$ref": "#/components/schemas/OrderInput"})
    assert check is not None
    return check


def _check_of(schema: Mapping[str, Any]) -> _Check | None:
    """Make the check of what the codec leaves open at one place; None where it leaves nothing."""
    if "$ref" in schema:
        return _check_of(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "oneOf" in schema:
        [choice] = [one for one in schema["oneOf"] if one.get("type") != "null"]
        return _check_of(choice)
    if schema.get("format") == "decimal":
        return _is_usual
    if schema.get("format") == "date-time":
        return None
    if schema.keys() - _BY_CODEC:
        return _by_validator(schema)
    if "items" in schema:
        check = _check_of(schema["items"])
        return None if check is None else _each(check)
    if "object" in schema["type"]:
        return _members(schema["properties"]) if "properties" in schema else _is_of_texts
    return None


def _members(properties: Mapping[str, Any]) -> _Check | None:
    found = [(name, _check_of(schema)) for name, schema in properties.items() if not schema.get("readOnly")]
    checks = [(name, check) for name, check in found if check is not None]

    def check(model: Any) -> bool:
        for name, fits in checks:
            value = getattr(model, name)
            if value is not UNSET and value is not None and not fits(value):
                return False
        return True

    if len(checks) == 1:  # as of a price, of which an order has many
        name, fits = checks[0]
        return lambda model: (value := getattr(model, name)) is UNSET or value is None or fits(value)
    return check if checks else None


def _each(fits: _Check) -> _Check:
    def check(values: Any) -> bool:
        for value in values:  # noqa: SIM110 - a generator takes twice as long
            if not fits(value):
                return False
        return True

    return check


def _by_validator(schema: Mapping[str, Any]) -> _Check:
    validator = jsonschema_rs.Draft202012Validator(
        {**schema, "components": document()["components"]}, validate_formats=True
    )
    if schema["type"] == "object":
        return lambda model: validator.is_valid(msgspec.to_builtins(model))
    return validator.is_valid


def _is_usual(amount: Any) -> bool:
    """Tell whether a double can hold an amount that is finite, as one is that came back equal."""
    return type(amount) is not Decimal or -LARGEST_EXPONENT <= amount.adjusted() <= LARGEST_EXPONENT


def _is_of_texts(free_form: Any) -> bool:
    """Tell whether all that is in a free-form object is text, which nothing can be wrong with."""
    for part in free_form.values():  # noqa: SIM110 - as above
        if type(part) is not str:
            return False
    return True
