# ruff: noqa: ASYNC109 - a time-out is per attempt and the transport keeps it
"""The asynchronous client: the same names, arguments and rules as the blocking one."""

from __future__ import annotations

import asyncio
import builtins
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack
from uuid import UUID

from sendcloud_orders_api.models import (
    LabelDpi,
    LabelType,
    Order,
    OrderInput,
    OrderReference,
    OrderUpdate,
    OrderWithParcelsInput,
    ShopIntegration,
)

from .addresses import PRODUCTION
from .app_info import AppInfo
from .arguments import check_flag, check_wait, check_whole_number
from .auth import Credentials, authorize_async, bind_async, renew_async
from .batching import MAX_BODY_BYTES, Duplicates, PlannedBatch
from .changes import LOOKBACK, SETTLE, AsyncChanges, ChangeFeed, read_scope
from .checking import UnknownFields
from .clock import Clock
from .coalescing import LINGER, AsyncCoalescing, options_of_coalescing
from .departures import Departures
from .environment import read_environment
from .errors import ConfigurationError, SendcloudError
from .events import Hooks
from .exchange import Call, Conversation, Exchange, Pause
from .identity import SendcloudId, integration_id
from .integrations import read_integration, read_integrations
from .journal import Journal
from .label_report import LabelReport
from .labelling import MAX_LABELS, OnLabelOutcome, refuse_single_label
from .labels import Label, LabelPurchase, OrderToLabel, ShipOptions, ShipWith
from .lingering import AsyncReader, Linger
from .operations import Reference, delete_one, find_order, id_of, read_order, update_one, wait_for
from .pacing import Pace
from .pagination import Filters, Listing, Page, UnreadableRows, read_filters
from .report import BatchOutcome, UpsertReport
from .retry import RetryPolicy
from .settings import AsyncSettings, Settings
from .sources import refuse_single
from .transport import DEFAULT_MAX_ANSWER_BYTES, AsyncHttpTransport, AsyncWire, Timeout
from .upserting import NOTHING_YET, OnOutcome, OnRejected, UpsertOptions, UpsertRun, prepare_one_batch

T = TypeVar("T")
Orders = Iterable[OrderInput | Mapping[str, Any]] | AsyncIterable[OrderInput | Mapping[str, Any]]


class AsyncOrdersClient:
    """The asynchronous client: what `OrdersClient` does, without blocking the event loop; its docstrings hold here too.

    What one does on the wire, the other does; where that one has threads, this one has tasks. Each event loop that uses
    the client has connections of its own, and `close` closes those of the loop that it runs in; pace and OAuth2 tokens
    are shared by all.

    Raises `ConfigurationError` for a setting that is missing or wrong.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str = PRODUCTION,
        partner_id: UUID | str | None = None,
        retry: RetryPolicy | None = None,
        pace: Pace | None = None,
        timeout: Timeout | float | None = None,
        transport: AsyncHttpTransport | None = None,
        proxy: str | None = None,
        verify: ssl.SSLContext | bool = True,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        hooks: Hooks | None = None,
        app_info: AppInfo | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = Settings.check(
            credentials,
            base_url=base_url,
            partner_id=partner_id,
            retry=retry,
            pace=pace,
            timeout=timeout,
            proxy=proxy,
            verify=verify,
            max_answer_bytes=max_answer_bytes,
            hooks=hooks,
            app_info=app_info,
            clock=clock,
        )
        self._wire = AsyncWire(self._settings.wire, transport)
        self._credentials = bind_async(credentials, self._wire)

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None, **settings: Unpack[AsyncSettings]) -> Self:
        """Make a client from the environment variables that `OrdersClient.from_env` reads."""
        credentials, base_url = read_environment(environment)
        settings.setdefault("base_url", base_url)
        return cls(credentials, **settings)

    # ------------------------------------------------------------------ upsert

    async def upsert(
        self,
        orders: Orders,
        *,
        on_rejected: OnRejected = "stop",
        duplicates: Duplicates = "error",
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        check_for_label: bool = False,
        max_body_bytes: int = MAX_BODY_BYTES,
        journal: Journal | str | Path | None = None,
        concurrency: int = 4,
        on_outcome: OnOutcome | None = None,
        timeout: Timeout | float | None = None,
    ) -> UpsertReport:
        """Create or update orders like `OrdersClient.upsert`, with up to `concurrency` batches in flight.

        `orders` may be an asynchronous iterable as well. When the run stops, the batches in flight are waited for; a
        cancellation gives them up, and they are unknown on the `report` that the `CancelledError` carries.

        Safe to retry for the reasons that `OrdersClient.upsert` gives. Raises as it does.
        Rules: UPSERT-KEY, UPSERT-KEY-TWICE, UPSERT-LIMIT, UPSERT-ATOMIC, UPSERT-CONFLICT.
        """
        options = UpsertOptions(
            on_rejected=on_rejected,
            duplicates=duplicates,
            check=check,
            unknown_fields=unknown_fields,
            check_for_label=check_for_label,
            max_body_bytes=max_body_bytes,
            on_outcome=on_outcome,
        )
        self._wire.check_usable(timeout)
        refuse_single(orders, awaitable=True)
        check_whole_number("concurrency", concurrency)
        run = self._settings.upsert_run(options, journal)
        run.check_before_sending(orders)
        with run:
            async with aclosing(self._deliveries(orders, run, concurrency, timeout, drain=True)) as outcomes:
                async for _ in outcomes:
                    pass
        return run.finish()

    def upsert_iter(
        self,
        orders: Orders,
        *,
        on_rejected: OnRejected = "stop",
        duplicates: Duplicates = "error",
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        check_for_label: bool = False,
        max_body_bytes: int = MAX_BODY_BYTES,
        journal: Journal | str | Path | None = None,
        concurrency: int = 4,
        linger: float | None = None,
        timeout: Timeout | float | None = None,
    ) -> AsyncIterator[BatchOutcome]:
        """Create or update orders like `OrdersClient.upsert_iter`; outcomes come as batches end, in any order.

        With `linger` a plain iterable is read in a thread of its own; without, the event loop waits with it. Of an
        asynchronous one the wait for the next order is cancelled when the run stops.

        Closing the iterator early gives the batches in flight up: the hook `batch` is told that they are unknown.
        """
        options = UpsertOptions(
            on_rejected=on_rejected,
            duplicates=duplicates,
            check=check,
            unknown_fields=unknown_fields,
            check_for_label=check_for_label,
            max_body_bytes=max_body_bytes,
        )
        self._wire.check_usable(timeout)
        refuse_single(orders, awaitable=True)
        check_whole_number("concurrency", concurrency)
        lingering = None if linger is None else Linger(check_wait("linger", linger), self._settings.clock.monotonic)
        run = self._settings.upsert_run(options, journal, keep_report=False)
        return self._outcomes(orders, run, concurrency, lingering, timeout)

    async def _outcomes(
        self,
        orders: Orders,
        run: UpsertRun,
        concurrency: int,
        linger: Linger | None,
        timeout: Timeout | float | None,
    ) -> AsyncIterator[BatchOutcome]:
        with run:
            async with aclosing(self._deliveries(orders, run, concurrency, timeout, linger=linger)) as outcomes:
                async for outcome in outcomes:
                    yield outcome

    def coalescing(
        self,
        *,
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        check_for_label: bool = False,
        max_body_bytes: int = MAX_BODY_BYTES,
        journal: Journal | str | Path | None = None,
        concurrency: int = 4,
        linger: float = LINGER,
        timeout: Timeout | float | None = None,
    ) -> AsyncCoalescing:
        """Give a context manager that sends single upserts together, like `OrdersClient.coalescing`."""
        options = options_of_coalescing(
            check=check, unknown_fields=unknown_fields, check_for_label=check_for_label, max_body_bytes=max_body_bytes
        )
        self._wire.check_usable(timeout)
        check_whole_number("concurrency", concurrency)
        check_wait("linger", linger)
        self._settings.upsert_run(options, journal)

        def begin(orders: AsyncIterator[Any]) -> tuple[UpsertRun, AsyncIterator[BatchOutcome]]:
            self._wire.check_usable(timeout)
            run = self._settings.upsert_run(options, journal, keep_report=False)
            lingering = Linger(linger, self._settings.clock.monotonic)
            return run, self._outcomes(orders, run, concurrency, lingering, timeout)

        return AsyncCoalescing(begin)

    async def upsert_batch(
        self,
        orders: Sequence[OrderInput | Mapping[str, Any]],
        *,
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        check_for_label: bool = False,
        max_body_bytes: int = MAX_BODY_BYTES,
        timeout: Timeout | float | None = None,
    ) -> UpsertReport:
        """Send 1 to 100 orders as exactly one batch, like `OrdersClient.upsert_batch`.

        Safe to retry, as for `upsert`. Rules: UPSERT-LIST, UPSERT-LIMIT, UPSERT-ATOMIC.
        """
        options = UpsertOptions(
            check=check, unknown_fields=unknown_fields, check_for_label=check_for_label, max_body_bytes=max_body_bytes
        )
        self._wire.check_usable(timeout)
        refuse_single(orders)
        batch = prepare_one_batch(orders, options)
        with self._settings.upsert_run(options) as run:
            await self._converse(run.deliver(batch), timeout)
        return run.finish()

    async def _deliveries(
        self,
        orders: Orders,
        run: UpsertRun,
        concurrency: int,
        timeout: Timeout | float | None,
        *,
        drain: bool = False,
        linger: Linger | None = None,
    ) -> AsyncGenerator[BatchOutcome]:
        """Keep up to `concurrency` batches in flight, no key in two of them, and give outcomes as they come."""
        reader: AsyncReader | None = None
        source: Iterable[object] | AsyncIterable[object] = orders
        if linger is not None:
            if isinstance(orders, AsyncIterable):
                source = _as_they_come(orders, linger, run)
            else:
                reader = AsyncReader(orders, run.tell_late)
                source = _as_they_come(reader, linger, run)
        plan = _plan(source, run, drain=drain)
        planning: asyncio.Task[PlannedBatch | None] | None = None
        departures = Departures(concurrency, linger)
        in_flight: dict[asyncio.Task[BatchOutcome], PlannedBatch] = {}
        ended = False
        try:
            while True:
                if planning and linger and run.stopped and planning.cancel():
                    await asyncio.wait([planning])
                    if planning.cancelled():
                        planning, ended = None, True
                        departures.add(*run.flush())
                if ended and reader:
                    departures.add(*map(run.set_aside, reader.close()))
                while batch := departures.next():
                    in_flight[asyncio.create_task(self._converse(run.deliver(batch), timeout))] = batch
                if departures.wants_more and not (ended or planning):
                    planning = asyncio.create_task(_next(plan))
                under_way = {*in_flight, *((planning,) if planning else ())}
                if not under_way:
                    break
                due = linger.due() if linger else None
                done, _ = await asyncio.wait(under_way, timeout=due, return_when=asyncio.FIRST_COMPLETED)
                if not done or due == 0:
                    departures.add(*run.flush())
                for task in [task for task in in_flight if task in done]:
                    departures.land(in_flight.pop(task))
                    yield task.result()
                if planning is not None and planning in done:
                    planned, planning = planning.result(), None
                    ended = planned is None
                    if planned is not None and planned is not NOTHING_YET:
                        departures.add(planned)
        finally:
            left = {*in_flight, *((planning,) if planning else ())}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await plan.aclose()
            for order in reader.close() if reader else ():
                run.set_aside(order)

    # ------------------------------------------------------------------ list

    def list(
        self, *, prefetch: bool = False, timeout: Timeout | float | None = None, **filters: Unpack[Filters]
    ) -> AsyncIterator[Order]:
        """Yield the orders that match, like `OrdersClient.list`; with `prefetch` the next page comes in a task."""
        return self._orders(self._checked_pages(filters, prefetch, timeout))

    async def _orders(self, pages: AsyncGenerator[Page]) -> AsyncIterator[Order]:
        unreadable = UnreadableRows()
        async with aclosing(pages):
            async for page in pages:
                for order in page.orders:
                    yield order
                unreadable.note(page)
                # Or the name would keep it while the next one is fetched.
                del page
        unreadable.complain()

    def pages(
        self, *, prefetch: bool = False, timeout: Timeout | float | None = None, **filters: Unpack[Filters]
    ) -> AsyncIterator[Page]:
        """Yield the pages of `list`, like `OrdersClient.pages`."""
        return self._checked_pages(filters, prefetch, timeout)

    def _checked_pages(self, filters: Filters, prefetch: bool, timeout: Timeout | float | None) -> AsyncGenerator[Page]:
        check_flag("prefetch", prefetch)
        self._wire.check_usable(timeout)
        return self._pages(read_filters(filters), prefetch, timeout)

    async def _pages(
        self, filters: dict[str, Any], prefetch: bool, timeout: Timeout | float | None
    ) -> AsyncGenerator[Page]:
        listing = Listing(filters)
        if not prefetch:
            # A page has no name here, which would keep it while the next one is fetched.
            while not listing.ended:
                yield await self._converse(listing.read_page(), timeout)
            return
        page = await self._converse(listing.read_page(), timeout)
        coming: asyncio.Task[Page] | None = None
        try:
            while not listing.ended:
                coming = asyncio.create_task(self._converse(listing.read_page(), timeout))
                yield page
                page = await coming
            yield page
        finally:
            if coming is not None:
                coming.cancel()

    # ------------------------------------------------------------------ changes

    def changes(
        self,
        *,
        since: datetime | str,
        integration: int | Iterable[int] | None = None,
        lookback: timedelta | Literal["all"] = LOOKBACK,
        settle: float = SETTLE,
        poll: float | None = None,
        timeout: Timeout | float | None = None,
    ) -> AsyncChanges:
        """Yield the orders that were created or modified since a moment, like `OrdersClient.changes`.

        What that says of the shop's dates, and of orders that no filter finds, holds here too. A cancellation leaves
        iterator and `token` where they were. Safe to retry: it only reads.
        Rules: CHANGES-SINCE, CHANGES-DATES, CHANGES-SETTLE, CHANGES-TOKEN, CHANGES-UNDATED, LIST-SORT.
        """
        self._wire.check_usable(timeout)
        scope = read_scope(self._settings.account, integration=integration, lookback=lookback, settle=settle, poll=poll)
        return AsyncChanges(ChangeFeed(since, scope), lambda conversation: self._converse(conversation, timeout))

    # ------------------------------------------------------------------ one order

    async def get(self, id: SendcloudId | int, *, timeout: Timeout | float | None = None) -> Order:
        """Read the order with this Sendcloud id, like `OrdersClient.get`. Safe to retry: it only reads.

        Rules: GET-ORDER, GET-MISSING, READ-ID.
        """
        self._wire.check_usable(timeout)
        return await self._converse(read_order(id_of(id)), timeout)

    async def find(self, integration: int, order_id: str, *, timeout: Timeout | float | None = None) -> Order | None:
        """Look an order up by its key, like `OrdersClient.find`. Safe to retry: it only reads.

        Rules: UPSERT-KEY, LIST-ORDER-ID.
        """
        self._wire.check_usable(timeout)
        return await self._converse(find_order(integration, order_id), timeout)

    async def update(
        self,
        id: SendcloudId | int,
        changes: OrderUpdate | Mapping[str, Any],
        *,
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        verify: bool = False,
        verify_timeout: float = 10.0,
        timeout: Timeout | float | None = None,
    ) -> OrderReference:
        """Change parts of one order, like `OrdersClient.update`.

        Safe to retry: a PATCH sets values and adds none. Rules: PATCH-MERGE, PATCH-ITEMS, PATCH-IMMUTABLE,
        PATCH-RESULT, PATCH-MISSING.
        """
        self._wire.check_usable(timeout)
        conversation = update_one(
            id_of(id),
            changes,
            check=check,
            unknown_fields=unknown_fields,
            verify=verify,
            verify_timeout=verify_timeout,
        )
        return await self._converse(conversation, timeout)

    async def delete(
        self, id: SendcloudId | int, *, missing_ok: bool = False, timeout: Timeout | float | None = None
    ) -> None:
        """Delete one order, like `OrdersClient.delete`.

        Safe to retry: a 404 after an attempt that got lost means that the lost one had worked.
        Rules: DELETE-ORDER, DELETE-MISSING.
        """
        self._wire.check_usable(timeout)
        await self._converse(delete_one(id_of(id), missing_ok=missing_ok), timeout)

    async def wait_until_available(self, references: Iterable[Reference], *, timeout: float = 60.0) -> None:
        """Wait until each of these orders can be read, like `OrdersClient.wait_until_available`. Rule: UPSERT-ASYNC."""
        self._wire.check_usable()
        await self._converse(wait_for(references, timeout=timeout), None)

    # ------------------------------------------------------------------ labels

    async def create_label(
        self,
        order: OrderToLabel,
        *,
        ship_with: ShipWith | None = None,
        apply_shipping_rules: bool | None = None,
        sender_address_id: int | None = None,
        brand_id: int | None = None,
        mime_type: LabelType = "application/pdf",
        dpi: LabelDpi | None = None,
        path: str | Path | None = None,
        overwrite: bool = False,
        timeout: Timeout | float | None = None,
    ) -> Label:
        """Make the label of one stored order, like `OrdersClient.create_label`; the file is written on the event loop.

        Never sent again, for the reasons that `OrdersClient.create_label` gives; a cancellation leaves with a note that
        the label may have been made. Rules: LABEL-CREATE, LABEL-ONCE, LABEL-NAMED, LABEL-FORM, LABEL-DATA, LABEL-FILE.
        """
        self._wire.check_usable(timeout)
        options = ShipOptions(
            ship_with=ship_with,
            apply_shipping_rules=apply_shipping_rules,
            sender_address_id=sender_address_id,
            brand_id=brand_id,
        )
        partner_id = self._settings.partner_id
        with LabelPurchase(
            order, options, mime_type=mime_type, dpi=dpi, path=path, overwrite=overwrite, partner_id=partner_id
        ) as purchase:
            return await self._converse(purchase.converse(), timeout)

    async def create_labels(
        self,
        orders: Iterable[OrderToLabel | OrderWithParcelsInput] | AsyncIterable[OrderToLabel | OrderWithParcelsInput],
        *,
        integration: int | None = None,
        ship_with: ShipWith | None = None,
        apply_shipping_rules: bool | None = None,
        sender_address_id: int | None = None,
        brand_id: int | None = None,
        at_a_time: int = MAX_LABELS,
        on_outcome: OnLabelOutcome | None = None,
        timeout: Timeout | float | None = None,
    ) -> LabelReport:
        """Announce the shipments of any number of stored orders, like `OrdersClient.create_labels`.

        `orders` may be an asynchronous iterable as well. Never sent again, for the reasons that
        `OrdersClient.create_labels` gives; a cancellation leaves with the `label_report`.
        Rules: LABELS-CREATE, LABELS-LIMIT, LABELS-PARTIAL, LABELS-PARCELS, LABEL-ONCE.
        """
        options = ShipOptions(
            ship_with=ship_with,
            apply_shipping_rules=apply_shipping_rules,
            sender_address_id=sender_address_id,
            brand_id=brand_id,
        )
        self._wire.check_usable(timeout)
        refuse_single_label(orders, awaitable=True)
        with self._settings.label_run(
            options, integration=integration, at_a_time=at_a_time, on_outcome=on_outcome
        ) as run:
            if isinstance(orders, AsyncIterable):
                async for planned in run.plan_async(orders):
                    await self._converse(run.deliver(planned), timeout)
            else:
                for planned in run.plan(orders):
                    await self._converse(run.deliver(planned), timeout)
        return run.finish()

    # ------------------------------------------------------------------ integrations

    async def integrations(self, *, timeout: Timeout | float | None = None) -> builtins.list[ShopIntegration]:
        """Read the account's integrations, like `OrdersClient.integrations`.

        Safe to retry: it only reads. Rule: INTEGRATION-LIST.
        """
        self._wire.check_usable(timeout)
        return await self._converse(read_integrations(), timeout)

    async def integration(self, id: int, *, timeout: Timeout | float | None = None) -> ShopIntegration:
        """Read one integration, like `OrdersClient.integration`.

        Safe to retry: it only reads. Rules: INTEGRATION-GET, READ-ID.
        """
        self._wire.check_usable(timeout)
        return await self._converse(read_integration(integration_id(id)), timeout)

    # ------------------------------------------------------------------ the driver

    async def _converse(self, conversation: Conversation[T], timeout: Timeout | float | None) -> T:
        try:
            step = next(conversation)
            while True:
                try:
                    reply = await self._perform(step, timeout)
                except Exception as error:
                    step = conversation.throw(error)
                else:
                    step = conversation.send(reply)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _perform(self, step: Call[Any] | Pause, timeout: Timeout | float | None) -> Exchange[Any] | None:
        if isinstance(step, Pause):
            await self._settings.clock.sleep_async(step.seconds)
            return None
        return await self._exchange(step, timeout)

    async def _exchange(self, call: Call[T], timeout: Timeout | float | None) -> Exchange[T]:
        attempts = self._settings.attempts(call)

        async def attempt() -> None:
            while await self._settings.pace.acquire_async(call.operation.kind, within=attempts.seconds_left()):
                with attempts.allowed(timeout):
                    try:
                        self._wire.check_usable(timeout)
                        authorization = await authorize_async(self._credentials)
                    except SendcloudError as error:
                        return attempts.withhold(error)
                    attempts.start()
                    attempts.land(await self._wire.send(call.request, authorization, timeout))
                    if not (attempts.wants_renewal() and await renew_async(self._credentials, authorization)):
                        return None
            return attempts.run_out()

        return await attempts.run_async(attempt)

    # ------------------------------------------------------------------ life

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def __aenter__(self) -> Self:
        self._wire.check_usable()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    if not TYPE_CHECKING:  # a type checker tells it by itself

        def __enter__(self) -> Self:
            raise ConfigurationError("AsyncOrdersClient wants `async with`; a plain `with` is for OrdersClient.")

        def __exit__(self, *_: object) -> None:
            """Be there, or `with` would complain of this instead."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._settings.base_url!r})"


async def _plan(
    orders: Iterable[object] | AsyncIterable[object], run: UpsertRun, *, drain: bool
) -> AsyncGenerator[PlannedBatch]:
    """Plan from either kind of iterable."""
    if isinstance(orders, AsyncIterable):
        async for batch in run.plan_async(orders, drain=drain):
            yield batch
    else:
        for batch in run.plan(orders, drain=drain):
            yield batch


async def _as_they_come(orders: AsyncIterable[object], linger: Linger, run: UpsertRun) -> AsyncIterator[object]:
    """Look up from the input when an order begins to wait."""
    async for order in orders:
        first = linger.due() is None
        linger.came(run.planner.taken)
        yield order
        if first:
            yield NOTHING_YET


async def _next(plan: AsyncGenerator[PlannedBatch]) -> PlannedBatch | None:
    return await anext(plan, None)
