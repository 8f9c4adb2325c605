"""Orders named by their ids and keys: on the command line, or by the orders of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from sendcloud_orders import InvalidRequest, OrderId, OrderKey, SendcloudId, sendcloud_id

from .endings import Failure
from .files import OrderFile, read_options

_MOST_DIGITS = 18
_MOST_TOLD = 10


def read_id(text: str) -> SendcloudId:
    """Read a Sendcloud id. Raises `click.BadParameter`."""
    try:
        return sendcloud_id(text)
    except InvalidRequest:
        raise click.BadParameter(
            f"{text!r} is no Sendcloud id, which is a whole number; `find` takes the shop's own order_id"
        ) from None


def read_key(text: str) -> OrderKey:
    """Read INTEGRATION/ORDER_ID; a shop's order id may hold slashes itself. Raises `click.BadParameter`."""
    integration, _, order_id = text.partition("/")
    is_number = integration.isascii() and integration.isdigit() and len(integration) <= _MOST_DIGITS
    if not (is_number and int(integration) and order_id):
        raise click.BadParameter(f"{text!r} is no order such as 41/shop-1001: integration, slash, the shop's order id")
    return OrderKey(int(integration), OrderId(order_id))


def open_for_keys(
    file: str,
    *,
    format_: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    fixed: Sequence[str] = (),
) -> OrderFile:
    """Describe a file of orders of which the keys alone are wanted; it may hold what no push would take.

    Raises `click.BadParameter` for options that cannot be meant.
    """
    return read_options(
        file,
        format_=format_,
        encoding=encoding,
        delimiter=delimiter,
        fixed=fixed,
        decimal_comma=False,
        skip_unknown_columns=False,
        unknown_fields="send",
    )


def keys_in(file: OrderFile) -> list[OrderKey]:
    """Read the key of each order of a file. Raises `Failure` that names the lines without one."""
    keys, problems = [], []
    for line, order, problem in file.entries():
        key = None if order is None else _key_of(order)
        if key is None:
            said = problem or "it has no key: order_id, a text, and order_details.integration.id, a whole number"
            problems.append(f"{file.name}:{line}: {said}")
        else:
            keys.append(key)
    if problems:
        more = len(problems) - _MOST_TOLD
        raise Failure(*problems[:_MOST_TOLD], *([f"and {more} more such lines."] if more > 0 else ()))
    if not keys:
        raise Failure(f"{file.name}: there is no order in it.")
    return keys


def _key_of(order: Mapping[str, Any]) -> OrderKey | None:
    integration: Any = order.get("order_details")
    for name in ("integration", "id"):
        integration = integration.get(name) if isinstance(integration, dict) else None
    order_id = order.get("order_id")
    if type(integration) is not int or integration < 1 or not isinstance(order_id, str) or not order_id:
        return None
    return OrderKey(integration, OrderId(order_id))
