"""The operations on one order, as conversations that both clients hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, get_args

import msgspec

from sendcloud_orders_api.api.orders import delete_order, get_order, update_order
from sendcloud_orders_api.models import Order, OrderReference, OrderResult, OrderUpdate, UpdateResult
from sendcloud_orders_api.types import encode

from .arguments import check_choice, check_flag, check_wait, check_whole_number, described, reading
from .bodies import UnwritableBody, write_body
from .checking import UnknownFields, find_errors
from .errors import ContractError, FieldError, InvalidRequest, NotYetAvailable, UpdateNotApplied
from .exchange import DELETE, GET, UPDATE, Answer, Call, Conversation, Exchange, Pause, Refused, value_of
from .identity import LARGEST_ID, SendcloudId, sendcloud_id
from .pagination import Listing, read_filters
from .plural import counted
from .pointers import FieldPath
from .report import Accepted, BatchOutcome, UpsertReport
from .verification import find_differences

Reference = Accepted | OrderReference | Order | int
"""What names a stored order: an outcome, a reference, the order itself, or its Sendcloud id."""


def read_order(id: SendcloudId) -> Conversation[Order]:
    """Read one order. Rules: GET-ORDER, GET-MISSING."""
    exchange: Exchange[Order] = yield _get_call(id)
    return value_of(GET, exchange)


def find_order(integration: int, order_id: str) -> Conversation[Order | None]:
    """Look an order up by its key. The service compares without regard to case; here every letter counts.

    Raises `InvalidRequest` for a key that no order can have, `ContractError` when orders come that were not asked for,
    or more pages than such a look-up can have.
    Rules: UPSERT-KEY, LIST-ORDER-ID, LIST-INTEGRATION.
    """
    integration = check_whole_number("integration", integration, 1, LARGEST_ID)
    filters = read_filters({"integration": integration, "order_id": order_id})
    order_id = filters["order_id"]
    listing = Listing(filters)
    unreadable: list[str] = []
    for _ in range(_MOST_PAGES_OF_A_LOOK_UP):
        page = yield from listing.read_page()
        for order in page.orders:
            if order.order_id == order_id:
                return order
            if order.order_id.casefold() != order_id.casefold():
                raise ContractError("The service answered with orders of another order_id: the filter was ignored.")
        unreadable += [row.path for row in page.unreadable]
        if listing.ended:
            break
    else:
        raise ContractError(
            f"The look-up of one order_id did not end after {_MOST_PAGES_OF_A_LOOK_UP} pages; list(order_id=...) can "
            "follow it further."
        )
    if unreadable:
        raise ContractError(
            f"{counted(len(unreadable), 'order')} of the answer cannot be read; the one looked for may be among them.",
            path=unreadable[0],
        )
    return None


# Orders whose order_id differs in case alone, of one integration: a page holds 200 of them.
_MOST_PAGES_OF_A_LOOK_UP = 5


def delete_one(id: SendcloudId, *, missing_ok: bool) -> Conversation[None]:
    """Delete one order.

    A 404 after an attempt that got lost means that the lost one had worked. Rule: DELETE-MISSING.
    """
    check_flag("missing_ok", missing_ok)
    exchange: Exchange[None] = yield Call(DELETE, delete_order.build_request(id), _read_nothing)
    missing = isinstance(exchange.outcome, Refused) and exchange.outcome.missing
    if missing and (missing_ok or exchange.sent_before):
        return
    value_of(DELETE, exchange)


def update_one(
    id: SendcloudId,
    changes: OrderUpdate | Mapping[str, Any],
    *,
    check: bool = True,
    unknown_fields: UnknownFields = "refuse",
    verify: bool = False,
    verify_timeout: float = 10.0,
) -> Conversation[OrderReference]:
    """Change parts of one order, and read them back when asked to.

    Rules: PATCH-MERGE, PATCH-IMMUTABLE, PATCH-RESULT, PATCH-NONE.
    """
    check_flag("check", check)
    check_choice("unknown_fields", unknown_fields, get_args(UnknownFields))
    check_flag("verify", verify)
    longest = check_wait("verify_timeout", verify_timeout)
    body = _update_body(id, changes, check=check, unknown_fields=unknown_fields)
    sent: dict[str, Any] = msgspec.json.decode(body)
    if "order_id" in sent:
        stored = yield from read_order(id)
        if stored.order_id != sent["order_id"]:
            raise InvalidRequest(
                "An order_id never changes: leave it out of the update, or upsert the order under its new order_id and "
                "delete this one."
            )
    request = update_order.build_request(id, body=body)
    exchange: Exchange[OrderReference] = yield Call(UPDATE, request, partial(_read_reference, id))
    reference = value_of(UPDATE, exchange)
    if verify:
        sent.pop("id", None)
        yield from _verify(id, sent, began=exchange.ended, timeout=longest)
    return reference


def _update_body(
    id: SendcloudId, changes: OrderUpdate | Mapping[str, Any], *, check: bool, unknown_fields: UnknownFields
) -> bytes:
    with reading("changes"):
        if not isinstance(changes, OrderUpdate | Mapping):
            raise InvalidRequest(f"changes should be an OrderUpdate or a dict, not {described(changes)}.")
    try:
        plain, body = write_body(changes, "OrderUpdate", check=False)
    except UnwritableBody as error:
        errors = error.errors
    else:
        if not plain:
            raise InvalidRequest("The update changes nothing: it is empty.")
        if plain.get("id") is not None and str(plain["id"]) != str(id):
            raise InvalidRequest("The update holds the id of another order than the one to change.")
        wrong = find_errors("OrderUpdate", plain, unknown_fields=unknown_fields) if check else ()
        errors = (*wrong, *(_nameless_items(plain) if check else ()))
    if errors:
        raise InvalidRequest("The update cannot be sent", errors)
    return body


def _nameless_items(plain: dict[str, Any]) -> Iterator[FieldError]:
    """Find items without the name that the service would look them up by."""
    details = plain.get("order_details")
    items = details.get("order_items") if isinstance(details, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and "name" not in item:
            yield FieldError("Field required", ("order_details", "order_items", index, "name"), "missing")


def _verify(id: SendcloudId, sent: dict[str, Any], *, began: float, timeout: float) -> Conversation[None]:
    delay = _FIRST_POLL
    while True:
        exchange: Exchange[Order] = yield _get_call(id)
        missing = isinstance(exchange.outcome, Refused) and exchange.outcome.missing
        differing: list[FieldPath] = [()]
        if not missing:
            stored = msgspec.json.decode(encode(value_of(GET, exchange)))
            differing = list(find_differences(sent, stored))
        if not differing:
            return
        if exchange.ended + delay - began > timeout:
            raise UpdateNotApplied(id, differing)
        yield Pause(delay)
        delay = min(delay * 2, _LONGEST_POLL)


_FIRST_POLL = 0.25
_LONGEST_POLL = 5.0


def wait_for(references: Iterable[Reference | str], *, timeout: float) -> Conversation[None]:
    """Wait until each order can be read. Raises `InvalidRequest` for what names no orders. Rule: UPSERT-ASYNC."""
    timeout = check_wait("timeout", timeout)
    missing = _ids_of(references)
    began: float | None = None
    delay = _FIRST_POLL
    while missing:
        still_missing: list[SendcloudId] = []
        for place, id in enumerate(missing):
            exchange = yield Call(GET, get_order.build_request(id), partial(_read_id, id))
            began = exchange.began if began is None else began
            if isinstance(exchange.outcome, Refused) and exchange.outcome.missing:
                still_missing.append(id)
            else:
                value_of(GET, exchange)
            if exchange.ended - began > timeout:
                still_missing += missing[place + 1 :]
                break
        if not still_missing:
            return
        assert began is not None
        if exchange.ended + delay - began > timeout:
            raise NotYetAvailable(still_missing, exchange.ended - began)
        yield Pause(delay)
        missing, delay = still_missing, min(delay * 2, _LONGEST_POLL)


_MOST_REFERENCES = 100_000
"""Orders to wait for: each costs a read, and these take seventeen hours."""


def _ids_of(references: object) -> list[SendcloudId]:
    ids: dict[SendcloudId, None] = {}
    with reading("references"):
        if isinstance(references, UpsertReport | BatchOutcome):
            what = "report" if isinstance(references, UpsertReport) else "outcome"
            raise InvalidRequest(f"Pass the accepted orders as references: {what}.accepted, not the {what} itself.")
        if isinstance(references, _NO_LIST) or not isinstance(references, Iterable):
            raise InvalidRequest(
                "references should be a list or another iterable of accepted orders, references, orders or ids, such "
                f"as report.accepted, not {described(references)}."
            )
        for place, reference in enumerate(references):
            if place >= _MOST_REFERENCES:
                raise InvalidRequest(f"references may be at most {_MOST_REFERENCES}: wait for them in several calls.")
            try:
                ids[id_of(reference)] = None
            except InvalidRequest as error:
                raise InvalidRequest(f"references[{place}] names no stored order. {error}") from None
    return list(ids)


_NO_LIST = (str, bytes, bytearray, memoryview, Mapping, msgspec.Struct, type)


def id_of(reference: Reference | str) -> SendcloudId:
    """Read the Sendcloud id of whatever names a stored order. Rule: READ-ID."""
    with reading("A Sendcloud id"):
        return sendcloud_id(reference.id if isinstance(reference, Accepted | OrderReference | Order) else reference)


def _get_call(id: SendcloudId) -> Call[Order]:
    return Call(GET, get_order.build_request(id), partial(_read_order, id))


def _read_order(id: SendcloudId, answer: Answer) -> Order:
    order = answer.decode(OrderResult).data
    _check_same(id, order.id, answer)
    return order


def _read_reference(id: SendcloudId, answer: Answer) -> OrderReference:
    reference = answer.decode(UpdateResult).data
    _check_same(id, reference.id, answer)
    return reference


def _read_id(id: SendcloudId, answer: Answer) -> None:
    """Take whatever the service says of the order, if only it is this one."""
    _check_same(id, answer.decode(_NamedResult).data.id, answer)


class _Named(msgspec.Struct):
    id: int


class _NamedResult(msgspec.Struct):
    data: _Named


def _check_same(asked: SendcloudId, came: int, answer: Answer) -> None:
    """Raise `ContractError` for an answer about another order. Rule: READ-ID."""
    if asked != came:
        raise ContractError(
            f"The answer is about order {came}, and order {asked} was asked for: nothing of it is taken over.",
            path="$.data.id",
            status=answer.status,
        )


def _read_nothing(answer: Answer) -> None:
    """Take whatever the service says, but not the page of a gateway: that tells nothing of the order."""
    if answer.content:
        answer.decode(msgspec.Raw)
