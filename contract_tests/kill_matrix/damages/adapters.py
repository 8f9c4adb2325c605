"""Damages of the adapters, which their own tests have to see."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from kill_matrix.damage import ADAPTERS, around, damage, instead
from sendcloud_orders.batching import PreparedOrder
from sendcloud_orders.delivery import Assignment
from sendcloud_orders.exchange import Call, Lost, Outcome, Refused
from sendcloud_orders.identity import SendcloudId
from sendcloud_orders.pacing import PaceLimits
from sendcloud_orders.pagination import Listing, Page
from sendcloud_orders.pointers import Pointer
from sendcloud_orders.report import Accepted, BatchOutcome, UpsertReport
from sendcloud_orders_api.models import OrderReference
from sendcloud_orders_sandbox.store import decode_json, encode_json

# Where no rule of the ledger is named, one of the adapters' own is broken: any of their tests may see it.
damaged = partial(damage, "adapters", of=ADAPTERS)
replace_in = partial(instead, of=ADAPTERS)
wrap_in = partial(around, of=ADAPTERS)


# ---------------------------------------------------------------------- batches, keys and ids


@damaged("UPSERT-ID")
def the_adapters_send_an_id_as_a_number(patch: pytest.MonkeyPatch) -> None:
    def write_body(true: Any, order: Any, schema: Any, **options: Any) -> tuple[dict[str, Any], bytes]:
        copy, content = true(order, schema, **options)
        plain = decode_json(content)
        return copy, encode_json(plain | ({"id": int(plain["id"])} if "id" in plain else {}))

    wrap_in(patch, "bodies.write_body", write_body)


@damaged("UPSERT-LIMIT")
def the_adapters_send_101_orders_at_once(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch, "batching.Planner.__init__", lambda true, planner, **options: true(planner, max_orders=101, **options)
    )


@damaged("UPSERT-LIMIT")
def the_adapters_send_more_bytes_than_they_may(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching._OpenBatch._size", lambda batch, order: 0)


@damaged("UPSERT-KEY-TWICE")
def the_adapters_do_not_refuse_a_key_that_comes_twice(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching.Planner._refuse_twin", lambda planner, order: None)


@damaged("UPSERT-KEY-TWICE")
def the_adapters_put_a_key_into_a_batch_that_holds_it(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "batching._OpenBatch.writes", lambda batch, key: False)
    replace_in(patch, "batching._OpenBatch.has_room_for", lambda batch, order: not batch.is_full)


@damaged("UPSERT-KEY-TWICE")
def the_adapters_send_the_first_of_two_orders_last(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "batching.Planner._close", lambda true, planner, count: true(planner, count)[::-1])


@damaged("UPSERT-REQUIRED", "UPSERT-BOUNDS")
def the_adapters_check_nothing_before_sending(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "bodies.write_body",
        lambda true, order, schema, **options: true(order, schema, **options | {"check": False}),
    )


@damaged("UPSERT-UNKNOWN-FIELD")
def the_adapters_send_a_field_that_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    def write_body(true: Any, order: Any, schema: Any, **options: Any) -> tuple[dict[str, Any], bytes]:
        return true(order, schema, **options | {"unknown_fields": "send"})  # type: ignore[no-any-return]

    wrap_in(patch, "bodies.write_body", write_body)


@damaged("UPSERT-AMOUNT")
def the_adapters_write_costs_with_an_exponent(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "forms.write_digits", str)


@damaged("UPSERT-NONE")
def the_adapters_send_null_for_none(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "bodies.form_of", lambda true, schema: true("OrderUpdate"))


@damaged("PATCH-NONE")
def the_adapters_leave_none_out_of_an_update(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "bodies.form_of", lambda true, schema: true("OrderInput"))


@damaged("READ-UNKNOWN")
def an_order_loses_on_its_way_back_what_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    wrap_in(patch, "inputs._fields", lambda true, model: [field for field in true(model) if field.name != "extra"])


@damaged("READ-UNKNOWN")
def the_adapters_tell_nothing_of_what_nobody_knows(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "events.Reporter.unknown_fields", lambda reporter, operation, paths: None)


@damaged("READ-ID")
def the_adapters_take_an_id_as_a_number_alone(patch: pytest.MonkeyPatch) -> None:
    def sendcloud_id(true: Any, value: object) -> Any:
        if isinstance(value, str):
            raise TypeError(value)
        return true(value)

    wrap_in(patch, "operations.sendcloud_id", sendcloud_id)


# ---------------------------------------------------------------------- reports


@damaged("UPSERT-ATOMIC")
def the_adapters_report_a_rejected_order_as_accepted(patch: pytest.MonkeyPatch) -> None:
    def add(true: Any, report: UpsertReport, outcome: BatchOutcome) -> None:
        taken = tuple(Accepted(one.position, one.key, 1) for one in outcome.rejected if one.key)  # type: ignore[arg-type]
        true(report, replace(outcome, accepted=outcome.accepted + taken, rejected=()))

    wrap_in(patch, "report.UpsertReport.add", add)


@damaged("UPSERT-ATOMIC")
def the_adapters_report_the_good_orders_of_a_bad_batch_as_accepted(patch: pytest.MonkeyPatch) -> None:
    def add(true: Any, report: UpsertReport, outcome: BatchOutcome) -> None:
        innocent = [one for one in outcome.rejected if one.key and not one.errors]
        taken = tuple(Accepted(one.position, one.key, 1) for one in innocent)  # type: ignore[arg-type]
        guilty = tuple(one for one in outcome.rejected if one not in innocent)
        true(report, replace(outcome, accepted=outcome.accepted + taken, rejected=guilty))

    wrap_in(patch, "report.UpsertReport.add", add)


@damaged()
def the_adapters_report_a_lost_order_as_not_sent(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "delivery.is_uncertain", lambda outcome: False)


@damaged("UPSERT-RESULT")
def the_adapters_match_references_by_their_place(patch: pytest.MonkeyPatch) -> None:
    def assign(orders: Sequence[PreparedOrder], references: Sequence[OrderReference]) -> Assignment:
        pairs = zip(orders, references, strict=False)
        return Assignment(tuple(Accepted(one.position, one.key, SendcloudId(named.id)) for one, named in pairs))

    replace_in(patch, "delivery.assign_references", assign)


@damaged("UPSERT-RESULT")
def the_adapters_overlook_a_reference_that_is_missing(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "delivery.assign_references",
        lambda true, orders, references: replace(true(orders, references), unknown=(), problem=None),
    )


@damaged("READ-REQUIRED")
def the_adapters_take_a_reference_without_an_order_id_for_that_of_the_order_at_its_place(
    patch: pytest.MonkeyPatch,
) -> None:
    def assign(true: Any, orders: Sequence[PreparedOrder], references: Sequence[OrderReference]) -> Assignment:
        pairs = zip(orders, references, strict=False)
        named = [OrderReference(id=one.id, order_id=one.order_id or order.key.order_id) for order, one in pairs]
        found: Assignment = true(orders, named)
        return found

    wrap_in(patch, "delivery.assign_references", assign)


@damaged("READ-REQUIRED")
def the_adapters_want_the_order_number_of_a_reference(patch: pytest.MonkeyPatch) -> None:
    def assign(true: Any, orders: Sequence[PreparedOrder], references: Sequence[OrderReference]) -> Assignment:
        found: Assignment = true(orders, [one for one in references if one.order_number is not None])
        return found

    wrap_in(patch, "delivery.assign_references", assign)


@damaged("ERROR-POINTER")
def the_adapters_blame_the_order_after_the_guilty_one(patch: pytest.MonkeyPatch) -> None:
    def parse_pointer(true: Any, pointer: object) -> Pointer:
        found: Pointer = true(pointer)
        return found if found.index is None else replace(found, index=found.index + 1)

    wrap_in(patch, "error_bodies.parse_pointer", parse_pointer)


@damaged("ERROR-POINTER")
def the_adapters_take_no_order_out_of_a_refused_batch(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "delivery._blame",
        lambda true, group, status, errors, *, isolate: true(group, status, errors, isolate=False),
    )


@damaged("UPSERT-ATOMIC")
def the_adapters_go_on_after_a_refused_batch(patch: pytest.MonkeyPatch) -> None:
    def decide(true: Any, run: Any, outcome: BatchOutcome) -> None:
        true(run, outcome)
        run.stopped = False

    wrap_in(patch, "upserting.UpsertRun._decide", decide)


# ---------------------------------------------------------------------- retries and pace


def retried(patch: pytest.MonkeyPatch, reason: Callable[[Outcome[Any], str | None], str | None]) -> None:
    """Let `reason` make the reason to send again out of the outcome and the true reason."""
    wrap_in(patch, "retry._reason_to_retry", lambda true, outcome: reason(outcome, true(outcome)))


@damaged()
def the_adapters_send_a_bad_request_again(patch: pytest.MonkeyPatch) -> None:
    retried(
        patch,
        lambda outcome, true: "bad request" if isinstance(outcome, Refused) and outcome.status == 400 else true,
    )


@damaged("RATE-LIMIT")
def the_adapters_give_up_at_a_server_error(patch: pytest.MonkeyPatch) -> None:
    retried(
        patch,
        lambda outcome, true: None if isinstance(outcome, Refused) and outcome.status >= 500 else true,
    )


@damaged("RATE-LIMIT")
def the_adapters_give_up_at_a_lost_connection(patch: pytest.MonkeyPatch) -> None:
    retried(patch, lambda outcome, true: None if isinstance(outcome, Lost) else true)


@damaged("UPSERT-CONFLICT")
def the_adapters_take_a_conflict_for_a_bad_order(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "exchange.read_error_body",
        lambda true, status, content: replace(true(status, content), conflict=False),
    )


@damaged("RATE-RETRY-AFTER")
def the_adapters_do_not_wait_as_long_as_asked(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "attempts.read_retry_after", lambda value, date, now: None)


@damaged("RATE-LIMIT")
def the_adapters_send_twice_as_fast_as_they_may(patch: pytest.MonkeyPatch) -> None:
    def init(true: Any, pace: Any, limits: PaceLimits | None = None, **options: Any) -> None:
        true(pace, (limits or PaceLimits()).faster(2), **options)

    wrap_in(patch, "pacing.Pace.__init__", init)


# ---------------------------------------------------------------------- pages and filters


@damaged("LIST-CURSOR")
def the_adapters_follow_a_link_to_another_host(patch: pytest.MonkeyPatch) -> None:
    def page_call(true: Any, filters: dict[str, Any], cursor: str | None) -> Call[Page]:
        call: Call[Page] = true(filters, cursor)
        if cursor is None or "://" not in cursor:
            return call
        return replace(call, request=replace(call.request, path=cursor, params={}))

    replace_in(patch, "pagination.read_cursor", lambda url: url)
    wrap_in(patch, "pagination.page_call", page_call)


@damaged("LIST-CURSOR", "LIST-COMPLETE")
def the_adapters_follow_a_cursor_that_repeats(patch: pytest.MonkeyPatch) -> None:
    pages = iter(range(30))

    def follow(listing: Listing, page: Page) -> str | None:
        # Followed for long, not for ever.
        return page.next_cursor if next(pages, None) is not None else None

    replace_in(patch, "pagination.Listing._follow", follow)


@damaged("LIST-COMPLETE", "LIST-CURSOR")
def the_adapters_stop_at_the_first_page(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "pagination.Listing._follow", lambda listing, page: None)


@damaged("LIST-UNKNOWN-FILTER")
def the_adapters_pass_unknown_filters_on(patch: pytest.MonkeyPatch) -> None:
    def read_filters(true: Any, filters: Mapping[str, Any]) -> dict[str, Any]:
        known = {"integration", "order_number", "order_id", "status", "sort", "page_size", "cursor"}
        return {name: true({name: value})[name] if name in known else value for name, value in filters.items()}

    wrap_in(patch, "client.read_filters", read_filters)
    wrap_in(patch, "async_client.read_filters", read_filters)
    wrap_in(patch, "operations.read_filters", read_filters)


@damaged("READ-TOLERANT")
def the_adapters_pass_over_rows_that_cannot_be_read(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "pagination.UnreadableRows.complain", lambda rows, next_cursor=None: None)


# ---------------------------------------------------------------------- one order


def nothing(*given: Any, **named: Any) -> Iterator[Any]:
    """Converse with nobody."""
    yield from ()


@damaged("PATCH-RESULT")
def the_adapters_believe_an_update_without_reading_it_back(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "operations._verify", nothing)


@damaged("UPSERT-ASYNC")
def the_adapters_do_not_wait_until_an_order_is_there(patch: pytest.MonkeyPatch) -> None:
    for client in ("client", "async_client"):
        replace_in(patch, f"{client}.wait_for", nothing)


@damaged("DELETE-MISSING")
def the_adapters_take_a_second_delete_for_a_failure(patch: pytest.MonkeyPatch) -> None:
    for client in ("client", "async_client"):
        wrap_in(patch, f"{client}.delete_one", lambda true, id, *, missing_ok: true(id, missing_ok=False))


@damaged("DELETE-MISSING", "GET-MISSING")
def the_adapters_take_a_missing_page_for_a_missing_order(patch: pytest.MonkeyPatch) -> None:
    wrap_in(
        patch,
        "exchange.read_error_body",
        lambda true, status, content: replace(true(status, content), unknown_address=False),
    )


# ---------------------------------------------------------------------- credentials


@damaged()
def the_adapters_show_their_keys(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "auth.BasicCredentials.__repr__", lambda credentials: credentials.authorization())


@damaged("AUTH-OAUTH")
def the_adapters_fetch_a_token_for_each_request(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "auth._RENEW_BEFORE_END", 1e9)


@damaged("AUTH-REFUSED")
def the_adapters_keep_credentials_that_were_refused(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "attempts.Attempts.wants_renewal", lambda attempts: False)


@damaged()
def the_adapters_quote_what_was_sent(patch: pytest.MonkeyPatch) -> None:
    replace_in(patch, "error_bodies.known_words", lambda text: text)
    replace_in(patch, "error_bodies.known_code", lambda text: text)
