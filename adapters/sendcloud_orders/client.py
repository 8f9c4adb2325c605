"""The blocking client."""

from __future__ import annotations

import builtins
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
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
from .auth import Credentials, authorize, bind, renew
from .batching import MAX_BODY_BYTES, Duplicates
from .changes import LOOKBACK, SETTLE, ChangeFeed, Changes, read_scope
from .checking import UnknownFields
from .clock import Clock
from .coalescing import LINGER, Coalescing, options_of_coalescing
from .deliveries import Step, deliveries
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
from .lingering import Linger
from .operations import Reference, delete_one, find_order, id_of, read_order, update_one, wait_for
from .pacing import Pace
from .pagination import Filters, Listing, Page, UnreadableRows, read_filters
from .recall import heed_recall
from .report import BatchOutcome, UpsertReport
from .retry import RetryPolicy
from .settings import BlockingSettings, Settings
from .sources import refuse_single
from .transport import DEFAULT_MAX_ANSWER_BYTES, HttpTransport, Timeout, Wire
from .upserting import OnOutcome, OnRejected, UpsertOptions, UpsertRun, prepare_one_batch

T = TypeVar("T")


class OrdersClient:
    """The blocking client: pushes a shop's orders to Sendcloud and keeps them in step; safe to share between threads.

    `credentials` are `BasicCredentials`, `OAuth2Credentials` or `CallableCredentials`. `timeout` is in seconds, for
    each step of a request; given here it is the client's, and on each method the call's. What a call may take in all
    is the `deadline` of `retry`. `pace` is shared by default with every client of this process that uses the same key.
    `proxy` is the URL of one; without it, the proxies that the environment names are used, but not for this machine
    itself. Of an answer at most `max_answer_bytes` are read. A child after a fork has connections of its own.
    `transport` stands in for the network in tests; `clock` for time and chance.

    Raises `ConfigurationError` for a setting that is missing or wrong. Each method raises `InvalidRequest` for an
    argument that cannot be meant, and `ConfigurationError` for a `timeout` that is none or once the client is closed:
    as the call begins, before anything is sent.
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
        transport: HttpTransport | None = None,
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
        self._wire = Wire(self._settings.wire, transport)
        self._credentials = bind(credentials, self._wire)

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None, **settings: Unpack[BlockingSettings]) -> Self:
        """Make a client from SENDCLOUD_PUBLIC_KEY, SENDCLOUD_SECRET_KEY and SENDCLOUD_BASE_URL.

        SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET stand for the keys where the integration wants OAuth2, and
        SENDCLOUD_TOKEN_URL for where another server than the service's own gives tokens.
        `environment` is `os.environ` unless given. `settings` are those of the constructor. Raises `ConfigurationError`
        that names the variable that is missing or wrong.
        """
        credentials, base_url = read_environment(environment)
        settings.setdefault("base_url", base_url)
        return cls(credentials, **settings)

    # ------------------------------------------------------------------ upsert

    def upsert(
        self,
        orders: Iterable[OrderInput | Mapping[str, Any]],
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
        """Create or update orders, matched by integration and order_id, and say what became of each of them.

        `orders` are models or dicts, mixed, any number; they go out in batches of at most 100 and `max_body_bytes`, and
        are not kept. Each is checked against the request schema first, unless `check` is False. A list is checked whole
        before the first request, another iterable batch by batch. Checked or not, an amount may be a Decimal, an int, a
        float or a text such as "19.90" and goes out as the spec names it, and None in an optional field that is never
        null is left out.

        - `on_rejected="stop"` ends the run at the first batch that is not accepted: no other is begun, and those in
          flight are waited for (with `concurrency=1` there are none, and nothing else is sent). "skip" goes on with the
          next batch; "isolate" takes the bad orders out of a refused batch and sends the others again, in at most
          2n - 1 requests for n orders. Both end as well when three batches in a row get no usable answer.
        - `duplicates` says what happens to a key that comes twice. "error" refuses the later order and names both
          positions, which keeps about 120 bytes of memory an order. "last" sends the later order in place of the
          earlier one, or after it when that had left; "sequence" sends both, in order, in different batches.
        - `unknown_fields` says what happens to a field that the spec does not name, at any depth, in a dict or in the
          `extra` of a model. "refuse" refuses the order and says which field may be meant; "send" sends it as it is,
          while all else is still checked.
        - `check_for_label` refuses an order as well that lacks what its label will need, though it could be stored: see
          `label_check`.
        - `journal` is the path of a file that remembers what was acknowledged: a run that was killed and is started
          again with the same orders and journal sends only what is not known to be stored, and ends with the same
          report.
        - `concurrency` is how many batches may be in flight at a time: with the four of the default the rate limit is
          reached even where an answer takes a second. Batches in flight never share a key, and the writes of one key
          keep their order. Requests are then made in threads, which call the hooks; `orders` and `on_outcome` stay in
          the calling thread, and so does a single batch.
        - `on_outcome` is called with the outcome of each batch, as batches end.

        The iterable is read to its end even after a stop, so that the report names every order; for a stream that does
        not end there is `upsert_iter`.

        Safe to retry: the same orders under the same keys update what they created before, and a batch that was lost
        is stored once. What may have been stored without our knowing is reported as unknown, never as accepted.

        A run that ends with orders rejected, not sent or unknown returns its report: ask `report.ok`, or call
        `report.raise_for_rejected()`. An order that met a conflict or a 429 to the last is not sent, and its reason
        says so: the next run sends it.

        Raises `InvalidOrders` when the input is empty, or with "stop" when the check refuses an order; an
        `APIStatusError` when the service turns the caller away (401, 403, ...); `IncompleteUpsert` when the iterable
        or a callback raised. Each of them carries the `report` so far, and so does whatever else ends the run: a
        `KeyboardInterrupt`, a cancellation, a `SystemExit`. Requests under way are cut off then, and not tried again:
        their orders are unknown. The journal holds all that was acknowledged.

        Rules: UPSERT-KEY, UPSERT-KEY-TWICE, UPSERT-LIMIT, UPSERT-ATOMIC, UPSERT-MIXED, UPSERT-CONFLICT, UPSERT-STATUS,
        UPSERT-AMOUNT, UPSERT-NONE, UPSERT-UNKNOWN-FIELD, UPSERT-INTEGRATIONS, LABEL-CHECK.
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
        refuse_single(orders)
        check_whole_number("concurrency", concurrency)
        run = self._settings.upsert_run(options, journal)
        run.check_before_sending(orders)

        def perform(step: Step) -> object:
            return self._perform(step, timeout)

        with run, closing(deliveries(orders, run, perform, concurrency, drain=True)) as outcomes:
            for _ in outcomes:
                pass
        return run.finish()

    def upsert_iter(
        self,
        orders: Iterable[OrderInput | Mapping[str, Any]],
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
    ) -> Iterator[BatchOutcome]:
        """Create or update orders like `upsert`, and yield the outcome of each batch as it is known, in any order.

        Made for streams that do not end: memory stays flat (with `duplicates` other than "error"), and after a stop the
        iterable is not read any further. Orders that the check refuses are outcomes here, never an exception. Answers
        are looked for between two orders of the iterable, so that one which keeps its reader waiting keeps outcomes
        waiting too; with `concurrency=1` each batch is answered before the next order is read.

        `linger` is in seconds, for streams that trickle: a batch leaves when it is full or when its first order has
        waited so long, and outcomes are told while the next order is waited for. The iterable is then read in a thread
        of its own, order by order and never ahead: one that is bound to its thread, such as a cursor of sqlite3, cannot
        be read so. An order that comes when the run has ended is not sent, and the hook `batch` is told.

        Raises an `APIStatusError` when the service turns the caller away, and `IncompleteUpsert` when the iterable
        raises, both after the outcomes of all orders that were read. Where the iterator is closed early, requests under
        way are cut off, and what was read and not yet told goes to the hook `batch`; what an interrupt leaves untold is
        the `report` on it.
        Rules: as `upsert`.
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
        refuse_single(orders)
        check_whole_number("concurrency", concurrency)
        lingering = None if linger is None else Linger(check_wait("linger", linger), self._settings.clock.monotonic)
        run = self._settings.upsert_run(options, journal, keep_report=False)
        return self._outcomes(orders, run, concurrency, lingering, timeout)

    def _outcomes(
        self,
        orders: Iterable[object],
        run: UpsertRun,
        concurrency: int,
        linger: Linger | None,
        timeout: Timeout | float | None,
    ) -> Iterator[BatchOutcome]:
        def perform(step: Step) -> object:
            return self._perform(step, timeout)

        with run, closing(deliveries(orders, run, perform, concurrency, linger=linger)) as outcomes:
            yield from outcomes

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
    ) -> Coalescing:
        """Give a context manager whose `upsert` takes one order at a time and sends those that come at once together.

        Made for handlers of webhooks: 60 single upserts at the same time are one request or two, where 60 would take
        half a minute at the rate limit. Each caller waits for its own order and is told of it alone, as by
        `on_rejected="isolate"`; writes of a key keep the order of the calls. `linger` is in seconds, how long the first
        order of a batch waits for others. The other options are as for `upsert`.

        Leaving the context waits for what is under way. Rules: UPSERT-KEY, UPSERT-KEY-TWICE, UPSERT-ATOMIC.
        """
        options = options_of_coalescing(
            check=check, unknown_fields=unknown_fields, check_for_label=check_for_label, max_body_bytes=max_body_bytes
        )
        self._wire.check_usable(timeout)
        check_whole_number("concurrency", concurrency)
        check_wait("linger", linger)
        self._settings.upsert_run(options, journal)

        def begin(orders: Iterator[Any]) -> tuple[UpsertRun, Iterator[BatchOutcome]]:
            self._wire.check_usable(timeout)
            run = self._settings.upsert_run(options, journal, keep_report=False)
            lingering = Linger(linger, self._settings.clock.monotonic)
            return run, self._outcomes(orders, run, concurrency, lingering, timeout)

        return Coalescing(begin)

    def upsert_batch(
        self,
        orders: Sequence[OrderInput | Mapping[str, Any]],
        *,
        check: bool = True,
        unknown_fields: UnknownFields = "refuse",
        check_for_label: bool = False,
        max_body_bytes: int = MAX_BODY_BYTES,
        timeout: Timeout | float | None = None,
    ) -> UpsertReport:
        """Send 1 to 100 orders as exactly one batch: all of them are stored, or none is.

        Safe to retry, as for `upsert`. Raises `InvalidOrders` for none, for more than 100, for a key that comes
        twice, and for orders that the check refuses; an `APIStatusError` when the service turns the caller away.
        Rules: UPSERT-LIST, UPSERT-LIMIT, UPSERT-ATOMIC.
        """
        options = UpsertOptions(
            check=check, unknown_fields=unknown_fields, check_for_label=check_for_label, max_body_bytes=max_body_bytes
        )
        self._wire.check_usable(timeout)
        refuse_single(orders)
        batch = prepare_one_batch(orders, options)
        with self._settings.upsert_run(options) as run:
            self._converse(run.deliver(batch), timeout)
        return run.finish()

    # ------------------------------------------------------------------ list

    def list(
        self, *, prefetch: bool = False, timeout: Timeout | float | None = None, **filters: Unpack[Filters]
    ) -> Iterator[Order]:
        """Yield the orders that match, page by page, up to the last one.

        `filters` are those of `Filters`: integration (one id or several), order_number, order_id, status, the days
        order_created_at and order_updated_at with _min and _max, sort, page_size (1 to 200, 200 by default) and cursor.
        With `prefetch` the next page is fetched in a thread while the caller works on this one.

        Safe to retry: a page is only read. Rows that break the contract do not hide the others: all that can
        be read are yielded, and then `ContractError` names the rest. Raises `InvalidRequest` for an unknown filter or
        a value out of bounds, for the service would ignore either; `ContractError` when a cursor comes twice or rows
        of other integrations come than were asked for.

        Rules: LIST-CURSOR, LIST-COMPLETE, LIST-UNKNOWN-FILTER, LIST-PAGE-SIZE, READ-TOLERANT.
        """
        return self._orders(self.pages(prefetch=prefetch, timeout=timeout, **filters))

    def _orders(self, pages: Iterator[Page]) -> Iterator[Order]:
        unreadable = UnreadableRows()
        for page in pages:
            yield from page.orders
            unreadable.note(page)
            # Or the name would keep it while the next one is fetched.
            del page
        unreadable.complain()

    def pages(
        self, *, prefetch: bool = False, timeout: Timeout | float | None = None, **filters: Unpack[Filters]
    ) -> Iterator[Page]:
        """Yield the pages of `list`, each with its orders, its unreadable rows and the cursor to go on from.

        Raises as `list` does, except that unreadable rows stand on the page. Rules: as `list`.
        """
        check_flag("prefetch", prefetch)
        self._wire.check_usable(timeout)
        return self._pages(read_filters(filters), prefetch, timeout)

    def _pages(self, filters: dict[str, Any], prefetch: bool, timeout: Timeout | float | None) -> Iterator[Page]:
        listing = Listing(filters)
        if not prefetch:
            # A page has no name here, which would keep it while the next one is fetched.
            while not listing.ended:
                yield self._converse(listing.read_page(), timeout)
            return
        with ThreadPoolExecutor(1) as pool:
            page = self._converse(listing.read_page(), timeout)
            while not listing.ended:
                coming = pool.submit(self._converse, listing.read_page(), timeout)
                yield page
                page = coming.result()
            yield page

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
    ) -> Changes:
        """Yield the orders that were created or modified since a moment, each as it is now, oldest id first.

            changes = orders.changes(since=datetime(2026, 11, 2, 9, 30, tzinfo=UTC), poll=60)
            for order in changes:
                handle(order)
                keep(changes.token)

        `since` is a datetime with a time zone, which is compared with `modified_at`, the moment at which the service
        stored an order last; or the `token` of an earlier call for the same account and `integration`. The token
        covers every order that was handed out, the one in the loop's hands included, and resumes exactly: nothing is
        missed and nothing comes twice, in the middle of a page too. It is text, some hundred characters long and about
        12 more for each order that changed within `settle`, of which it holds 10,000 at most.

        **What surprises everybody**: the service cannot be asked for `modified_at`. Its filters compare the *shop's*
        dates, `order_created_at` and `order_updated_at`, and their days alone. So this asks for the orders whose shop's
        dates are at most `lookback` older than what is still to be told, and compares `modified_at` here. An order
        whose dates are both older than that, and that changed all the same (by an update, say, or an upsert that left
        its dates as they were), is **not told**. `lookback="all"` looks at every order of the account: it misses none,
        and costs a read for each 200 orders in every round, where a `timedelta` costs about two for each 200 orders of
        so many days. There are 1000 reads a minute.

        Deleted orders are never told, for nothing is left to be listed. Two changes of an order between two looks
        are one: the order comes as it is then. Orders without a `modified_at`, which the service always writes as far
        as is known, come once for each content that is seen, and again after a token.

        `settle` is in seconds, how long the service may take to show what it has accepted: it accepts at one moment,
        writes that as `modified_at`, and lists the order some seconds later. What took longer is missed. "Now" is what
        the service's answers call so; the clock of this machine may be wrong. When more than 10,000 orders changed
        within `settle`, the others come once they are so old.

        With `poll` it never ends, and waits so many seconds (1 or more) between the end of a round and the next;
        without, it ends after one round, and `token` goes on later. `close` ends it, from another thread too.

        Safe to retry: it only reads. Whatever is raised, the same iterator goes on where it stood, and so does its
        token. Rows that break the contract do not hide the others: a round ends with `ContractError` that names them.
        Raises `InvalidRequest` for a `since` without a time zone, and for a token that is damaged or of another account
        or other integrations.

        Rules: CHANGES-SINCE, CHANGES-DATES, CHANGES-SETTLE, CHANGES-TOKEN, CHANGES-UNDATED, LIST-SORT.
        """
        self._wire.check_usable(timeout)
        scope = read_scope(self._settings.account, integration=integration, lookback=lookback, settle=settle, poll=poll)
        return Changes(ChangeFeed(since, scope), lambda conversation: self._converse(conversation, timeout))

    # ------------------------------------------------------------------ one order

    def get(self, id: SendcloudId | int, *, timeout: Timeout | float | None = None) -> Order:
        """Read the order with this Sendcloud id; a string of digits is taken as well.

        Safe to retry: it only reads. Raises `NotFoundError` when there is none, or not yet: a fresh order may
        take seconds to appear. The shop's order_id is another thing, see `find`.
        Rules: GET-ORDER, GET-MISSING, READ-ID.
        """
        self._wire.check_usable(timeout)
        return self._converse(read_order(id_of(id)), timeout)

    def find(self, integration: int, order_id: str, *, timeout: Timeout | float | None = None) -> Order | None:
        """Look an order up by its key: the integration and the shop's order_id, to the letter. None when there is none.

        Safe to retry: it only reads. Rules: UPSERT-KEY, LIST-ORDER-ID.
        """
        self._wire.check_usable(timeout)
        return self._converse(find_order(integration, order_id), timeout)

    def update(
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
        """Change parts of one order and leave the rest; items are found by their name.

        With `verify` the order is read back, for up to `verify_timeout` seconds, until it shows the new values.
        `check` and `unknown_fields` are as for `upsert`. None is sent where a field may be null, and refused elsewhere:
        it might mean to clear the field, or to leave it.

        Safe to retry: a PATCH sets values and adds none, so that twice is as good as once; a change that
        somebody else makes between the two is overwritten, as it would be by a single PATCH that came later. Raises
        `InvalidRequest` for changes that cannot be sent, among them another order_id (which costs a read to tell);
        `NotFoundError`; `UpdateNotApplied` when the read-back shows other values.

        Rules: PATCH-MERGE, PATCH-ITEMS, PATCH-IMMUTABLE, PATCH-RESULT, PATCH-MISSING, PATCH-NONE, UPSERT-AMOUNT,
        UPSERT-UNKNOWN-FIELD.
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
        return self._converse(conversation, timeout)

    def delete(
        self, id: SendcloudId | int, *, missing_ok: bool = False, timeout: Timeout | float | None = None
    ) -> None:
        """Delete one order; its shipments and labels stay.

        Safe to retry: an id is never given out again, and a 404 after an attempt that got lost means that the
        lost one had worked. Raises `NotFoundError` when there is none, unless `missing_ok`. Rules: DELETE-ORDER,
        DELETE-MISSING.
        """
        self._wire.check_usable(timeout)
        self._converse(delete_one(id_of(id), missing_ok=missing_ok), timeout)

    def wait_until_available(
        self,
        references: Iterable[Reference],
        *,
        timeout: float = 60.0,
    ) -> None:
        """Wait until each of these orders can be read: 201 means accepted, not yet stored.

        `references` are accepted orders of a report, references, orders or Sendcloud ids; `timeout` is in seconds for
        all of them together. Each costs a read or more, of which there are 1000 a minute. Raises `NotYetAvailable`,
        which names those that are still missing. Rule: UPSERT-ASYNC.
        """
        self._wire.check_usable()
        self._converse(wait_for(references, timeout=timeout), None)

    # ------------------------------------------------------------------ labels

    def create_label(
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
        """Make the label of one stored order, and give it: the shipment is announced to the carrier, which costs money.

        `order` is an order's key or `OrderNumber`, an accepted order of a report, or the order itself. `ship_with` is
        the code of a shipping option, or a `ShipWithInput` with contract; without it, `apply_shipping_rules` lets the
        account's rules choose. `mime_type` is application/pdf, image/png (150 or 300 `dpi`) or application/zpl.

        With `path` the label is also written to that file, or into that folder as label-<integration>-<order_id>.pdf.
        Whether that can be done is tried before the label is bought, and a file that exists is left alone unless
        `overwrite`. If the file cannot be written after all, the label is on the error.

        Never sent again: each success makes, and bills, another shipment. Only a request that certainly never left is
        retried, and one that a 429 or a 401 with a token to renew turned away. After a lost or unreadable answer, a
        5xx, or a time-out, `LabelMayExist` says so: look for a shipment of the order, in the panel or by
        GET /shipments, which is not covered here, before you ask again. A conflict is told at once, for the earlier
        request on the order that it tells of may be one for its label.

        Raises `InvalidRequest` for what cannot be asked for; `NotFoundError` when the integration has no such order,
        or not yet: `wait_until_available` waits for that; `BadRequestError` when the order cannot be shipped as it is;
        `LabelMayExist`; `LabelUnreadable` when the shipment was made and the answer holds no label that can be read;
        `LabelNotSaved`. An interrupt leaves with a note, and with the label as `label` when it had come.

        Rules: LABEL-CREATE, LABEL-ONCE, LABEL-NAMED, LABEL-FORM, LABEL-DATA, LABEL-MISSING, LABEL-FILE.
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
            return self._converse(purchase.converse(), timeout)

    def create_labels(
        self,
        orders: Iterable[OrderToLabel | OrderWithParcelsInput],
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
        """Announce the shipments of any number of stored orders, and say what became of each of them.

        `orders` name orders as for `create_label`, mixed, of any integrations; they go out in requests of at most
        `at_a_time` (1 to 20) orders of one integration, one request after the other, and are not kept. An
        `OrderWithParcelsInput`, or a dict of its fields, splits an order into parcels; it names an order of the
        `integration` that is given here. The labels are made later: read them by GET /shipments/{shipment_id}, which is
        not covered here, or ask `create_label` for one at once.

        Not all or nothing: of one request some orders may be accepted and others rejected, and the run goes on. It ends
        early when the service turns the caller away, and when three requests in a row get no usable answer. An order
        that comes twice is rejected the second time. `on_outcome` is called with what became of each request.

        Never sent again: each shipment costs money. Only a request that certainly never left is retried, and one that a
        429 or a 401 with a token to renew turned away. After a lost or unreadable answer, a 5xx, or a time-out the
        orders of the request are unknown, and somebody has to look whether there are shipments of them, in the panel or
        by GET /shipments, before they are asked for again; `at_a_time=1` leaves one order in doubt where 20 leave 20.
        Orders that met a conflict are not sent: the other request may be one for their labels.

        A run that ends with orders rejected, not sent or unknown returns its report: ask `report.ok`, or call
        `report.raise_for_rejected()`. Raises `InvalidOrders` when the input is empty, `InvalidRequest` for what cannot
        be asked for, an `APIStatusError` when the service turns the caller away, `IncompleteLabels` when the iterable
        or a callback raised. Each of them carries the report so far as `label_report`, and so does whatever else ends
        the run: a `KeyboardInterrupt`, a cancellation. The orders of the request under way are unknown then.

        Rules: LABELS-CREATE, LABELS-LIMIT, LABELS-PARTIAL, LABELS-PARCELS, LABEL-ONCE, LABEL-NAMED.
        """
        options = ShipOptions(
            ship_with=ship_with,
            apply_shipping_rules=apply_shipping_rules,
            sender_address_id=sender_address_id,
            brand_id=brand_id,
        )
        self._wire.check_usable(timeout)
        refuse_single_label(orders)
        with self._settings.label_run(
            options, integration=integration, at_a_time=at_a_time, on_outcome=on_outcome
        ) as run:
            for planned in run.plan(orders):
                self._converse(run.deliver(planned), timeout)
        return run.finish()

    # ------------------------------------------------------------------ integrations

    def integrations(self, *, timeout: Timeout | float | None = None) -> builtins.list[ShopIntegration]:
        """Read the account's integrations, all at once: their ids are what orders and labels name.

        Safe to retry: it only reads. Rule: INTEGRATION-LIST.
        """
        self._wire.check_usable(timeout)
        return self._converse(read_integrations(), timeout)

    def integration(self, id: int, *, timeout: Timeout | float | None = None) -> ShopIntegration:
        """Read one integration. Raises `NotFoundError` when the account has none with this id.

        Safe to retry: it only reads. Rules: INTEGRATION-GET, INTEGRATION-MISSING, READ-ID.
        """
        self._wire.check_usable(timeout)
        return self._converse(read_integration(integration_id(id)), timeout)

    # ------------------------------------------------------------------ the driver

    def _converse(self, conversation: Conversation[T], timeout: Timeout | float | None) -> T:
        try:
            step = next(conversation)
            while True:
                try:
                    reply = self._perform(step, timeout)
                except Exception as error:
                    step = conversation.throw(error)
                else:
                    step = conversation.send(reply)
        except StopIteration as done:
            result: T = done.value
            return result

    def _perform(self, step: Call[Any] | Pause, timeout: Timeout | float | None) -> Exchange[Any] | None:
        if isinstance(step, Pause):
            self._settings.clock.sleep(step.seconds)
            return None
        return self._exchange(step, timeout)

    def _exchange(self, call: Call[T], timeout: Timeout | float | None) -> Exchange[T]:
        attempts = self._settings.attempts(call)

        def attempt() -> None:
            heed_recall()
            while self._settings.pace.acquire(call.operation.kind, within=attempts.seconds_left()):
                heed_recall()
                with attempts.allowed(timeout):
                    try:
                        self._wire.check_usable(timeout)
                        authorization = authorize(self._credentials)
                    except SendcloudError as error:
                        return attempts.withhold(error)
                    heed_recall()
                    attempts.start()
                    attempts.land(self._wire.send(call.request, authorization, timeout))
                    heed_recall()
                    if not (attempts.wants_renewal() and renew(self._credentials, authorization)):
                        return None
            return attempts.run_out()

        return attempts.run(attempt)

    # ------------------------------------------------------------------ life

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def __enter__(self) -> Self:
        self._wire.check_usable()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    if not TYPE_CHECKING:  # a type checker tells it by itself

        def __aenter__(self) -> Self:
            raise ConfigurationError("OrdersClient blocks: write `with` without async, or use AsyncOrdersClient.")

        def __aexit__(self, *_: object) -> None:
            """Be there, or `with` would complain of this instead."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._settings.base_url!r})"
