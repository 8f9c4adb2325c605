"""What a client is made with, checked once and shared by both kinds of client."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, TypeVar
from uuid import UUID

from .addresses import check_base_url
from .app_info import AppInfo, user_agent
from .arguments import check_readable, described, reading
from .attempts import Attempts, Contact
from .auth import Credentials
from .clock import Clock
from .errors import ConfigurationError
from .events import Hooks, Reporter
from .exchange import Call
from .journal import Journal, check_journal_path
from .labelling import LabelRun, OnLabelOutcome
from .labels import ShipOptions
from .pacing import Pace
from .retry import RetryPolicy
from .transport import AsyncHttpTransport, HttpTransport, Timeout, WireSettings
from .upserting import UpsertOptions, UpsertRun

T = TypeVar("T")


class CommonSettings(TypedDict, total=False):
    """What both clients may be made with beside their credentials; `OrdersClient` describes it."""

    base_url: str
    partner_id: UUID | str | None
    retry: RetryPolicy | None
    pace: Pace | None
    timeout: Timeout | float | None
    proxy: str | None
    verify: ssl.SSLContext | bool
    max_answer_bytes: int
    hooks: Hooks | None
    app_info: AppInfo | None
    clock: Clock | None


class BlockingSettings(CommonSettings, total=False):
    """What `OrdersClient` may be made with."""

    transport: HttpTransport | None


class AsyncSettings(CommonSettings, total=False):
    """What `AsyncOrdersClient` may be made with."""

    transport: AsyncHttpTransport | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """The checked settings of a client, and what depends on them."""

    credentials: Credentials
    base_url: str
    partner_id: UUID | None
    retry: RetryPolicy
    pace: Pace
    reporter: Reporter
    clock: Clock
    wire: WireSettings
    account: str
    contact: Contact = field(default_factory=Contact)

    @classmethod
    def check(
        cls,
        credentials: Credentials,
        *,
        base_url: str,
        partner_id: UUID | str | None,
        retry: RetryPolicy | None,
        pace: Pace | None,
        timeout: Timeout | float | None,
        proxy: str | None,
        verify: ssl.SSLContext | bool,
        max_answer_bytes: int,
        hooks: Hooks | None,
        app_info: AppInfo | None,
        clock: Clock | None,
    ) -> Settings:
        """Check the arguments of a client. Raises `ConfigurationError`."""
        owner = _check_credentials(credentials)
        check_readable(
            ConfigurationError,
            base_url=base_url,
            partner_id=partner_id,
            timeout=timeout,
            proxy=proxy,
            verify=verify,
            max_answer_bytes=max_answer_bytes,
        )
        for name, value, kind, example in (
            ("retry", retry, RetryPolicy, "RetryPolicy(attempts=3)"),
            ("pace", pace, Pace, "Pace(PaceLimits(writes_per_minute=50))"),
            ("hooks", hooks, Hooks, "Hooks(response=print)"),
            ("app_info", app_info, AppInfo, 'AppInfo("shop-sync", "2.1")'),
            ("clock", clock, Clock, "Clock(sleep=...)"),
        ):
            with reading(name, ConfigurationError):
                if value is not None and not isinstance(value, kind):
                    raise ConfigurationError(
                        f"{name} should be a {kind.__name__}, such as {example}, not {described(value)}."
                    )
        url = check_base_url(base_url)
        # What the service counts by, as near as can be known from here.
        account = f"{owner}@{url}"
        return cls(
            credentials=credentials,
            base_url=url,
            partner_id=check_partner_id(partner_id),
            retry=RetryPolicy() if retry is None else retry,
            pace=Pace.shared(account) if pace is None else pace,
            reporter=Reporter(hooks or Hooks()),
            clock=clock or Clock(),
            wire=WireSettings(
                base_url=url,
                user_agent=user_agent(app_info),
                timeout=timeout,
                verify=verify,
                proxy=proxy,
                max_answer_bytes=max_answer_bytes,
            ),
            account=account,
        )

    def attempts(self, call: Call[T]) -> Attempts[T]:
        """Begin to follow a call."""
        return Attempts(
            call,
            policy=self.retry,
            pace=self.pace,
            reporter=self.reporter,
            clock=self.clock,
            contact=self.contact,
        )

    def upsert_run(
        self, options: UpsertOptions, journal: Journal | str | Path | None = None, *, keep_report: bool = True
    ) -> UpsertRun:
        """Begin an upsert. A journal that is given by its path is opened and closed with the run.

        Raises `ConfigurationError` for what is no journal and no path to one.
        """
        with reading("journal", ConfigurationError):
            if journal is not None and not isinstance(journal, Journal):
                check_journal_path(journal)
        return UpsertRun(
            options,
            self._opened(journal),
            shares_journal=isinstance(journal, Journal),
            reporter=self.reporter,
            partner_id=self.partner_id,
            keep_report=keep_report,
        )

    def label_run(
        self, options: ShipOptions, *, integration: int | None, at_a_time: int, on_outcome: OnLabelOutcome | None
    ) -> LabelRun:
        """Begin a run of labels. Raises `InvalidRequest` for what cannot be asked for."""
        return LabelRun(
            options,
            integration=integration,
            at_a_time=at_a_time,
            on_outcome=on_outcome,
            reporter=self.reporter,
            partner_id=self.partner_id,
        )

    @contextmanager
    def _opened(self, journal: Journal | str | Path | None) -> Iterator[Journal | None]:
        if journal is None or isinstance(journal, Journal):
            yield journal
        else:
            with Journal(journal, account=self.account) as opened:
                yield opened


def _check_credentials(credentials: object) -> str:
    """Check that these can authorize a request; give the name of the account that they are for, if they tell one."""
    with reading("credentials", ConfigurationError):
        if isinstance(credentials, type) or not callable(getattr(credentials, "authorization", None)):
            raise ConfigurationError(
                "credentials should be BasicCredentials, OAuth2Credentials or CallableCredentials, "
                f"not {described(credentials)}."
            )
        account = getattr(credentials, "account", "")
        return account if isinstance(account, str) else ""


def check_partner_id(partner_id: UUID | str | None) -> UUID | None:
    """Read the id of a technology partner. Raises `ConfigurationError` unless it is a UUID. Rule: UPSERT-PARTNER."""
    if partner_id is None or isinstance(partner_id, UUID):
        return partner_id
    try:
        return UUID(partner_id)
    except Exception:  # a text that is none, or whatever an object raises that should have been a text
        raise ConfigurationError(
            "The partner_id should be the UUID that Sendcloud gave to the partner, such as "
            "00000000-0000-4000-8000-000000000001; leave it out if there is none."
        ) from None
