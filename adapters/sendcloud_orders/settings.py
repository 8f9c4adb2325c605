"""What a client is made with, checked once and shared by both kinds of client."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from .attempts import Attempts
from .auth import Credentials
from .clock import Clock
from .config import AppInfo, check_base_url, check_partner_id, user_agent
from .errors import ConfigurationError
from .events import Hooks, Reporter
from .exchange import Call
from .journal import Journal
from .pacing import Pace
from .retry import RetryPolicy
from .transport import Timeout, WireSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """Hold the checked settings of a client, and make what depends on them."""

    credentials: Credentials
    base_url: str
    partner_id: UUID | None
    retry: RetryPolicy
    pace: Pace
    reporter: Reporter
    clock: Clock
    wire: WireSettings
    account: str

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
        hooks: Hooks | None,
        app_info: AppInfo | None,
        clock: Clock | None,
    ) -> Settings:
        """Check the arguments of a client. Raises `ConfigurationError`."""
        if not callable(getattr(credentials, "authorization", None)):
            raise ConfigurationError(
                "credentials should be BasicCredentials, OAuth2Credentials or CallableCredentials, "
                f"not {type(credentials).__name__}."
            )
        url = check_base_url(base_url)
        # What the service counts by, as near as can be known from here.
        account = f"{getattr(credentials, 'account', '')}@{url}"
        return cls(
            credentials=credentials,
            base_url=url,
            partner_id=check_partner_id(partner_id),
            retry=retry or RetryPolicy(),
            pace=pace or Pace.shared(account),
            reporter=Reporter(hooks or Hooks()),
            clock=clock or Clock(),
            wire=WireSettings(
                base_url=url, user_agent=user_agent(app_info), timeout=timeout, verify=verify, proxy=proxy
            ),
            account=account,
        )

    def attempts(self, call: Call[T]) -> Attempts[T]:
        """Begin to follow a call."""
        return Attempts(call, policy=self.retry, pace=self.pace, reporter=self.reporter, clock=self.clock)

    def open_journal(self, journal: Journal | str | Path | None) -> tuple[Journal | None, bool]:
        """Open a journal by its path; tell whether it is ours to close again."""
        if journal is None or isinstance(journal, Journal):
            return journal, False
        return Journal(journal, account=self.account), True
