"""`push`: create or update the orders of a file, and say what became of each of them."""

from __future__ import annotations

import math
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import click

from sendcloud_orders import (
    BatchOutcome,
    Hooks,
    InvalidOrders,
    NotSent,
    OrderId,
    OrderKey,
    OrdersClient,
    Pace,
    PaceLimits,
    Rejected,
    SendcloudError,
    UpsertReport,
    check_orders,
)

from ..access import connect, credentials_option
from ..endings import Failure, Status, spell_error, status_of
from ..file_options import file_options, read_options
from ..files import OrderFile, Orders
from ..interruption import interruptible
from ..printing import complain, counted, drop_output, note, write_line
from ..problems import problems_of, spell_reason
from ..progress import MOST_ORDERS, Checking, Sending, progress_of, seconds_at_the_limit, spell_seconds
from ..reports import TOGETHER, ReportFile

_MOST_REASONS = 5


@click.command("push")
@file_options
@credentials_option
@click.option(
    "--journal",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File that remembers what was stored: started again with it, a push sends only the rest.",
)
@click.option(
    "--on-rejected",
    type=click.Choice(["stop", "skip", "isolate"]),
    default="stop",
    show_default=True,
    help="""After an order that is refused: stop; go on without the batch of up to 100 that it is in; or take the
        refused orders out and send the others of their batch again. With stop, a file with an order that the check
        refuses is not sent at all.""",
)
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, metavar="N", help="Requests at a time."
)
@click.option(
    "--writes-per-minute",
    type=click.FloatRange(0, min_open=True),
    default=PaceLimits().writes_per_minute,
    show_default=True,
    metavar="NUMBER",
    help="Requests a minute. Fewer leave room for other programs that write to the same account.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what became of each order to a .json or .csv.",
)
@click.option("--for-label", is_flag=True, help="Check also what a label needs of an order.")
@click.option("--dry-run", is_flag=True, help="Check, and say how long it would take; send nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def command(
    *,
    credentials: Path | None,
    journal: Path | None,
    on_rejected: str,
    duplicates: str,
    concurrency: int,
    writes_per_minute: float,
    report: Path | None,
    for_label: bool,
    dry_run: bool,
    quiet: bool,
    unknown_fields: str,
    **file: Any,
) -> Status:
    """Create or update the orders of a file, matched by integration and order_id.

    FILE is NDJSON, JSON or CSV as for `check`; '-' is standard input. Orders go out in batches of up to 100, at the
    rate that the service allows. Prints each refused order with its line, key and field, and the four counts: accepted,
    rejected, not sent, unknown (sent without a usable answer: it may be stored or not). To send the same again is safe.

    Ctrl-C ends the push with the report so far, and with the command that goes on.
    """
    given = read_options(unknown_fields=unknown_fields, **file)
    survey = Survey(given, duplicates=duplicates, unknown_fields=unknown_fields, check_for_label=for_label)
    limits = PaceLimits(writes_per_minute=writes_per_minute)
    if report and given.path and _is_same(report, given.path):
        raise click.BadParameter(f"--report would overwrite the orders in {given.name}")
    if report and journal and _is_same(report, journal):
        raise click.BadParameter("--report would overwrite the journal")
    if dry_run and report:
        raise click.BadParameter("--dry-run sends nothing: there is nothing for --report to say")
    if dry_run:
        return rehearse(survey, limits, quiet=quiet)
    arguments = {
        "on_rejected": on_rejected,
        "duplicates": duplicates,
        "unknown_fields": unknown_fields,
        "concurrency": concurrency,
        "journal": journal,
        "check_for_label": for_label,
    }
    draft = None if report is None else ReportFile(report)
    try:
        with interruptible(draft.drop if draft else lambda: None):
            total = None
            push = Push(given, draft, has_journal=journal is not None, quiet=quiet)
            if given.can_be_read_again:
                try:
                    with progress_of(Checking(lambda: survey.orders.count), quiet=quiet):
                        refused = survey.count_refused(stop_at_first=on_rejected == "stop")
                    if refused and on_rejected == "stop":
                        return push.tell_refusal(survey.refusal(), survey.orders)
                except KeyboardInterrupt:
                    raise Failure("interrupted before anything was sent.", status=Status.INTERRUPTED) from None
                total = survey.orders.count
            standing = Sending(total, writes_per_minute)
            with connect(credentials, pace=Pace(limits), hooks=Hooks(retry=standing.try_again)) as client:
                return push.run(client, arguments, standing)
    finally:
        if draft:
            draft.drop()


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there yet
        return path.resolve() == other.resolve()


class Survey:
    """A look at the orders of a file before any is sent: how many there are, and which of them the check refuses."""

    def __init__(self, file: OrderFile, *, duplicates: str, unknown_fields: str, check_for_label: bool) -> None:
        self.file = file
        self.orders = file.orders()
        self._options: dict[str, Any] = {
            "duplicates": duplicates,
            "unknown_fields": unknown_fields,
            "check_for_label": check_for_label,
        }

    def refused(self, orders: Iterable[Any] | None = None) -> Iterator[Rejected]:
        """Give the orders that cannot be sent. Raises `Failure` where there is none at all."""
        yield from check_orders(self.orders if orders is None else orders, **self._options)
        if not self.orders.count:
            raise Failure(f"{self.file.name}: there is no order in it.")

    def count_refused(self, *, stop_at_first: bool) -> int:
        """Count the orders that cannot be sent, or look no further than the first."""
        return sum(1 for _ in islice(self.refused(), 1 if stop_at_first else None))

    def refusal(self) -> UpsertReport:
        """Read the file once more and report it as not sent, for the orders of it that are refused."""
        self.orders = self.file.orders()
        keys: list[OrderKey | None] = []
        rejected = tuple(self.refused(_noting(self.orders, keys)))
        refused = {one.position for one in rejected}
        left = (NotSent(place, key, _NOTHING_SENT) for place, key in enumerate(keys) if place not in refused)
        return UpsertReport.of([BatchOutcome(rejected=rejected, not_sent=tuple(left))])


_NOTHING_SENT = "another order was refused before anything was sent"


def _noting(orders: Iterable[Any], keys: list[OrderKey | None]) -> Iterator[Any]:
    """Pass orders on and note the key of each."""
    for order in orders:
        try:
            keys.append(OrderKey(int(order["order_details"]["integration"]["id"]), OrderId(order["order_id"])))
        except (TypeError, LookupError, ValueError):
            keys.append(None)
        yield order


def rehearse(survey: Survey, limits: PaceLimits, *, quiet: bool) -> Status:
    """Check the orders, and say how many requests a push would take, and how long."""
    refused = 0
    with progress_of(Checking(lambda: survey.orders.count), quiet=quiet) as progress:
        for rejected in survey.refused():
            refused += 1
            for problem in problems_of(rejected, survey.orders):
                progress.say(f"{survey.file.name}:{problem.line}: {problem}")
    sendable = survey.orders.count - refused
    requests = math.ceil(sendable / MOST_ORDERS)
    seconds = seconds_at_the_limit(requests, limits)
    takes = f"at least {spell_seconds(seconds)}" if seconds else "seconds"
    write_line(
        f"{counted(survey.orders.count, 'order')}: {refused:,} cannot be sent; {sendable:,} would go out in about "
        f"{counted(requests, 'request')}, which takes {takes} at {limits.writes_per_minute:g} requests a minute. "
        "Nothing was sent."
    )
    return Status.SOME_FAILED if refused else Status.OK


class Push:
    """One push of a file: what it shows on the way, and what it says in the end."""

    def __init__(self, file: OrderFile, draft: ReportFile | None, *, has_journal: bool, quiet: bool) -> None:
        self._total: int | None = None
        self._file = file
        self._draft = draft
        self._has_journal = has_journal
        self._quiet = quiet
        self._told: set[int] = set()

    def run(self, client: OrdersClient, arguments: Mapping[str, Any], standing: Sending) -> Status:
        """Send the orders, and tell what became of them, whatever ends it."""
        orders = self._file.orders()
        self._total = standing.total
        ended_by: BaseException | None = None
        with progress_of(standing, quiet=self._quiet) as progress:

            def on_outcome(outcome: BatchOutcome) -> None:
                standing.add(outcome)
                progress.move()
                self._tell_rejected(outcome.rejected, orders, progress.say)

            try:
                report = client.upsert(orders, on_outcome=on_outcome, **arguments)
            except (SendcloudError, KeyboardInterrupt) as error:
                found: UpsertReport | None = getattr(error, "report", None)
                if found is None:
                    raise
                report, ended_by = found, error
        return self.tell(report, orders, ended_by)

    def tell_refusal(self, report: UpsertReport, orders: Orders) -> Status:
        """Say of a file with orders that cannot be sent that none of it was, and what to do."""
        self._tell_outcome(report, orders)
        note("Nothing was sent. Mend what is told above, or let the other orders go out with --on-rejected isolate.")
        return Status.SOME_FAILED

    def tell(self, report: UpsertReport, orders: Orders, ended_by: BaseException | None = None) -> Status:
        """Say what became of the orders, write the report, and give the exit status."""
        unread = self._tell_outcome(report, orders)
        if isinstance(ended_by, SendcloudError):
            complain(_spell_end(ended_by))
        interrupted = isinstance(ended_by, KeyboardInterrupt)
        if interrupted:
            complain("interrupted.")
        if report.not_sent or report.unknown or unread or interrupted:
            note(self._how_to_go_on())
        if interrupted:
            return Status.INTERRUPTED
        if isinstance(ended_by, SendcloudError):
            return status_of(ended_by)
        return Status.OK if report.ok else Status.SOME_FAILED

    def _tell_outcome(self, report: UpsertReport, orders: Orders) -> int | None:
        """Say what became of the orders, write the report, and count those that were not read, where that is known."""
        self._tell_rejected(report.rejected, orders, write_line)
        unread = None if self._total is None else max(0, self._total - report.total)
        total = report.total + (unread or 0)
        counts = f"{total} {'order' if total == 1 else 'orders'}: {report.counts}"
        for line in (*_reasons(report), f"{counts}, {unread} not read" if unread else counts):
            _say(write_line, line)
        if self._draft:
            self._draft.write(report, orders, unread)
        return unread

    def _tell_rejected(self, rejected: Iterable[Rejected], orders: Orders, say: Callable[[str], None]) -> None:
        """Tell of each order that is at fault itself, once."""
        for one in rejected:
            if one.position not in self._told and _is_at_fault(one):
                self._told.add(one.position)
                for problem in problems_of(one, orders):
                    _say(say, f"{self._file.name}:{problem.line}: {problem}")

    def _how_to_go_on(self) -> str:
        again = shlex.join(["sendcloud-orders", *sys.argv[1:]])
        of_stdin = "" if self._file.path else ", with the same input"
        if self._has_journal:
            return f"To send the rest{of_stdin}: {again}"
        journal = shlex.quote(f"{self._file.path.stem if self._file.path else 'orders'}.journal")
        return (
            f"It is safe to send all of it again{of_stdin}, for that updates what is stored: {again}\n"
            f"With a journal, a push that is started again sends only the rest: {again} --journal {journal}"
        )


def _say(say: Callable[[str], None], line: str) -> None:
    """Write a line; a reader of stdout that is gone does not end the push, which goes on in silence."""
    try:
        say(line)
    except OSError:
        drop_output()


def _is_at_fault(rejected: Rejected) -> bool:
    """Tell whether this very order is blamed, and not its whole request, as by a service that knows no such key."""
    return rejected.status is None or any(error.path for error in rejected.errors)


def _reasons(report: UpsertReport) -> Iterator[str]:
    """Say why orders were not accepted that are not at fault themselves, once for each reason."""
    shared = [one for one in report.rejected if not _is_at_fault(one)]
    together = sum(1 for one in shared if not one.errors)
    if together:
        yield f"{together} rejected: {TOGETHER}; with --on-rejected isolate they are sent without that one"
    said = Counter(str(error) for one in shared for error in one.errors[:1])
    for reason, count in said.most_common(_MOST_REASONS):
        yield f"{count} rejected: {reason}"
    for outcome, group in (("not sent", report.not_sent), ("unknown", report.unknown)):
        for reason, count in Counter(one.reason for one in group).most_common(_MOST_REASONS):
            yield f"{count} {outcome}: {spell_reason(reason)}"


def _spell_end(error: SendcloudError) -> str:
    """Say what ended a push: of a file that could not be read on, what the reading said; of refused orders, that."""
    cause = error.__cause__
    if isinstance(cause, Failure):
        return " ".join(cause.messages)
    if isinstance(error, InvalidOrders):
        return "the push stopped at an order that cannot be sent; with --on-rejected isolate it goes on without it."
    return spell_error(error)
