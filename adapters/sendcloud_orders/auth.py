"""Give each request its Authorization header: Basic, OAuth2 client credentials, or whatever a callable says.

No HTTP library is named here: the token request goes through callables that the clients hand in.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import inspect
import math
import threading
from collections.abc import Awaitable, Callable, Generator, Mapping
from concurrent.futures import Future
from concurrent.futures import wait as wait_for_futures
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from .addresses import TOKEN_URL, check_token_url
from .arguments import check_function, check_readable, check_text, described, drop_coroutine, reading, type_name
from .clock import Clock, read_clock
from .deadline import cut, seconds_left
from .error_bodies import read_error_body
from .errors import (
    AuthenticationError,
    ConfigurationError,
    ContractError,
    SendcloudError,
    TransportError,
    sentence,
    status_error,
)
from .errors import TimeoutError as SendcloudTimeoutError
from .forking import renew_after_fork
from .retry import is_passing

# (url, form fields, user, password) -> (status, body); user and password go as HTTP Basic.
TokenFetch = Callable[[str, Mapping[str, str], str, str], tuple[int, bytes]]
AsyncTokenFetch = Callable[[str, Mapping[str, str], str, str], Awaitable[tuple[int, bytes]]]

_Fetch = TypeVar("_Fetch", TokenFetch, AsyncTokenFetch)

_NOT_READABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_COROUTINE = (
    "CallableCredentials was given a coroutine function, which OrdersClient cannot wait for: give it a plain function, "
    "or use AsyncOrdersClient."
)
_RENEW_BEFORE_END = 60.0
# What the service documents; RFC 6749 lets an answer leave it out.
_USUAL_LIFETIME = 3600.0


class Credentials(Protocol):
    """What gives and renews the value of the Authorization header. Rules: AUTH-BASIC, AUTH-OAUTH, AUTH-REFUSED."""

    def authorization(self) -> str:
        """Give the value of the header, fetching it first if need be."""
        ...

    async def authorization_async(self) -> str:
        """Give the value of the header like `authorization`, without blocking the event loop."""
        ...

    def renew(self, rejected: str) -> bool:
        """Forget `rejected`, the value that was just answered with 401; true means that a retry makes sense."""
        ...

    async def renew_async(self, rejected: str) -> bool:
        """Forget `rejected` like `renew`, without blocking the event loop."""
        ...


class TokenSender(Protocol):
    """A client's way to send a token request."""

    def prepare(self, url: str) -> None: ...

    def fetch_token(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]: ...


class AsyncTokenSender(Protocol):
    """An asynchronous client's way to send a token request."""

    def prepare(self, url: str) -> None: ...

    async def fetch_token(self, url: str, form: Mapping[str, str], user: str, password: str) -> tuple[int, bytes]: ...


def bind(credentials: Credentials, sender: TokenSender) -> Credentials:
    """Give the credentials a way to send token requests, if they need one. Raises `ConfigurationError`."""
    if not isinstance(credentials, OAuth2Credentials):
        return credentials
    if not credentials.fetches_by_itself:
        sender.prepare(credentials.token_url)
    return credentials.through(fetch=sender.fetch_token)


def bind_async(credentials: Credentials, sender: AsyncTokenSender) -> Credentials:
    """Give the credentials a way to send token requests like `bind`, without blocking the event loop."""
    if not isinstance(credentials, OAuth2Credentials):
        return credentials
    if not credentials.fetches_by_itself:
        sender.prepare(credentials.token_url)
    return credentials.through(fetch_async=sender.fetch_token)


def authorize(credentials: Credentials) -> str:
    """Ask credentials of any kind, the caller's own included. Raises `SendcloudError` and nothing else."""
    with _blaming("The credentials"):
        return _checked_header(credentials.authorization())


async def authorize_async(credentials: Credentials) -> str:
    """Ask credentials like `authorize`, until the deadline of the call."""
    left = seconds_left()
    try:
        async with asyncio.timeout(None if left == math.inf else left) as limit:
            with _blaming("The credentials"):
                return _checked_header(await credentials.authorization_async())
    except TimeoutError:
        if not limit.expired():
            raise
    raise SendcloudTimeoutError("No authorization came before the deadline of the call.", sent=False)


def renew(credentials: Credentials, rejected: str) -> bool:
    """Have a refused authorization renewed; where that fails, asking for the next one will tell why."""
    try:
        return bool(credentials.renew(rejected))
    except Exception:
        return True


async def renew_async(credentials: Credentials, rejected: str) -> bool:
    """Have a refused authorization renewed like `renew`, until the deadline of the call."""
    try:
        async with asyncio.timeout(cut(None)):
            return bool(await credentials.renew_async(rejected))
    except Exception:
        return True


@contextmanager
def _blaming(who: str) -> Generator[None]:
    try:
        yield
    except SendcloudError:
        raise
    except Exception as error:
        raise ConfigurationError(f"{who} raised {type_name(error)}, so nothing was sent.") from error


def _called(fn: Callable[[], Any]) -> tuple[Any, StopIteration | None]:
    """Call a function in a thread, whose future cannot hold a `StopIteration`: who awaits it would wait for ever."""
    try:
        return fn(), None
    except StopIteration as stop:
        return None, stop


@contextmanager
def _blaming_fetch() -> Generator[None]:
    try:
        yield
    except SendcloudError:
        raise
    except Exception as error:
        raise TransportError(
            f"The token endpoint could not be asked: fetch raised {type_name(error)}.", sent=False
        ) from error


class BasicCredentials:
    """The public and secret key of an API integration, sent with every request.

    Raises `ConfigurationError` for a key that is empty or cannot be one.
    Rule: AUTH-BASIC.
    """

    def __init__(self, public_key: str, secret_key: str) -> None:
        public_key = _checked("SENDCLOUD_PUBLIC_KEY", public_key)
        secret_key = _checked("SENDCLOUD_SECRET_KEY", secret_key)
        if ":" in public_key:
            raise ConfigurationError(
                "The public key (SENDCLOUD_PUBLIC_KEY) contains a colon, which HTTP Basic cannot carry: "
                "give the public key alone, and the secret key apart from it."
            )
        self.account = public_key
        self._header = "Basic " + base64.b64encode(f"{public_key}:{secret_key}".encode()).decode("ascii")

    def authorization(self) -> str:
        """Give the value of the `Authorization` header."""
        return self._header

    async def authorization_async(self) -> str:
        """Give the value of the `Authorization` header."""
        return self._header

    def renew(self, rejected: str) -> bool:
        """Tell that there is nothing newer: keys stay as they are."""
        return False

    async def renew_async(self, rejected: str) -> bool:
        """Tell that there is nothing newer: keys stay as they are."""
        return False

    def __repr__(self) -> str:
        return "BasicCredentials(public_key=***, secret_key=***)"


class CallableCredentials:
    """A function `fn` that gives the whole value of the header at each request, for keys in a vault or that rotate.

    `fn` is a function or, for the async client, a coroutine function; the async client runs a plain function in a
    thread, for it may block. `account` names the account in journals and paces where the value itself changes.

    Raises `ConfigurationError` when `fn` raises (the exception is the cause), gives no usable value, or is a coroutine
    function under the sync client.
    Rule: AUTH-REFUSED.
    """

    def __init__(self, fn: Callable[[], str] | Callable[[], Awaitable[str]], *, account: str = "") -> None:
        check_readable(ConfigurationError, fn=fn)
        if not callable(fn):
            raise ConfigurationError(
                "The fn of CallableCredentials should be a function that gives the whole value of the Authorization "
                f"header, not {described(fn)}."
            )
        self.account: str = check_text("The account of CallableCredentials", account, ConfigurationError)
        self._fn = fn

    def authorization(self) -> str:
        """Ask the function for the value of the header. Raises `ConfigurationError`."""
        if inspect.iscoroutinefunction(self._fn):
            raise ConfigurationError(_COROUTINE)
        with _blaming("The callable for credentials"):
            value = self._fn()
        if inspect.isawaitable(value):
            drop_coroutine(value)
            raise ConfigurationError(_COROUTINE)
        return _checked_header(value)

    async def authorization_async(self) -> str:
        """Ask the function for the value of the header. Raises `ConfigurationError`."""
        with _blaming("The callable for credentials"):
            if inspect.iscoroutinefunction(self._fn):
                value: Any = self._fn()
            else:
                value, stop = await asyncio.to_thread(_called, self._fn)
                if stop is not None:
                    raise stop
            return _checked_header(await value if inspect.isawaitable(value) else value)

    def renew(self, rejected: str) -> bool:
        """Ask the function again, and tell whether it gave another value than the one that was rejected."""
        return self.authorization() != _checked_rejected(rejected)

    async def renew_async(self, rejected: str) -> bool:
        """Ask the function again, and tell whether it gave another value than the one that was rejected."""
        return await self.authorization_async() != _checked_rejected(rejected)

    def __repr__(self) -> str:
        return "CallableCredentials(***)"


@dataclass(frozen=True, slots=True, repr=False)
class _Token:
    header: str
    renew_at: float
    ends_at: float


class _Flight:
    """One token request: who sends it, and where the others wait for it."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        # Ends with None when the one who sent it was cancelled, so that another must.
        self.landed: Future[_Token | None] = Future()
        # A task that waits may be cancelled; its cancellation must not reach the others.
        self.landed.set_running_or_notify_cancel()

    @classmethod
    def landed_with(cls, token: _Token) -> _Flight:
        """Make one that has ended well."""
        flight = cls()
        flight.landed.set_result(token)
        return flight

    def token(self) -> _Token | None:
        """Give the token of a request that ended well."""
        return self.landed.result() if self.landed.done() and not self.landed.exception() else None


class _Shared:
    """What copies of the same credentials have in common, in one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.flight: _Flight | None = None
        self.last: _Token | None = None
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Keep the token, and nothing that another thread of the parent may have held or waited for."""
        self.lock = threading.Lock()
        self.flight = _Flight.landed_with(self.last) if self.last else None


class OAuth2Credentials:
    """A bearer token for client credentials, shared between all threads, tasks and event loops.

    One token request is under way at a time. A token is renewed 60 seconds before it ends and once after a 401; no
    other answer of the service throws it away, and while it lasts a token endpoint that fails does no harm. `scope` is
    a list with blanks, such as "read:order write:order"; without it the token may do all that the integration may.
    `fetch` and `fetch_async` send the token request; the clients bring theirs by `through`. Of `clock` the monotonic
    seconds are used.

    Raises `ConfigurationError` for an empty id or secret, or a token URL that would send them unencrypted.
    Rule: AUTH-OAUTH.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        token_url: str = TOKEN_URL,
        scope: str | None = None,
        *,
        fetch: TokenFetch | None = None,
        fetch_async: AsyncTokenFetch | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.account: str = _checked("SENDCLOUD_CLIENT_ID", client_id)
        self._client_id = self.account
        self._client_secret = _checked("SENDCLOUD_CLIENT_SECRET", client_secret)
        self.token_url: str = check_token_url(token_url)
        self._form = {"grant_type": "client_credentials"} | _scope_field(scope)
        self._fetch = _checked_fetch(fetch)
        self._fetch_async = _checked_fetch_async(fetch_async)
        self._clock = read_clock(clock, of="OAuth2Credentials")
        self._shared = _Shared()

    @property
    def fetches_by_itself(self) -> bool:
        """Tell whether the caller gave a way to send the token request."""
        return self._fetch is not None or self._fetch_async is not None

    def through(self, fetch: TokenFetch | None = None, fetch_async: AsyncTokenFetch | None = None) -> OAuth2Credentials:
        """Give the same credentials with a client's way to send the token request; the token stays shared.

        What the caller gave to the constructor takes precedence. Raises `ConfigurationError` for what is no function.
        """
        bound = copy.copy(self)
        bound._fetch = _checked_fetch(fetch) if self._fetch is None else self._fetch
        bound._fetch_async = _checked_fetch_async(fetch_async) if self._fetch_async is None else self._fetch_async
        return bound

    def authorization(self) -> str:
        """Give the value of the header, fetching a token first if need be.

        Raises `AuthenticationError` or `ConfigurationError` when the token endpoint refuses, `RateLimitError` or
        `ServerError` when it is busy or fails, `ContractError` when its answer cannot be read, `TransportError` when it
        cannot be asked or `fetch` raises.
        Rule: AUTH-OAUTH.
        """
        while True:
            # The thread of a task that fetches must not stand still to wait for it.
            flight, leads = self._board(waits_for_own_thread=False)
            if leads:
                with self._leading(flight):
                    asked_at = self._now()
                    fetch = _given(self._fetch)
                    with _blaming_fetch():
                        answer = fetch(*self._request())
                    self._land(flight, asked_at, *_checked_answer(answer))
            wait_for_futures((flight.landed,), cut(None))
            if not flight.landed.done():
                raise SendcloudTimeoutError("No token came before the deadline of the call.", sent=False)
            if token := flight.landed.result():
                return token.header

    async def authorization_async(self) -> str:
        """Give the value of the header like `authorization`, without blocking the event loop.

        Raises as `authorization` does.
        Rule: AUTH-OAUTH.
        """
        while True:
            flight, leads = self._board(waits_for_own_thread=True)
            if leads:
                with self._leading(flight):
                    asked_at = self._now()
                    fetch = _given(self._fetch_async)
                    with _blaming_fetch():
                        answer = await fetch(*self._request())
                    self._land(flight, asked_at, *_checked_answer(answer))
            if token := await asyncio.wrap_future(flight.landed):
                return token.header

    def renew(self, rejected: str) -> bool:
        """Forget the token that was just answered with 401, unless somebody has renewed it already; always true."""
        rejected = _checked_rejected(rejected)
        with self._shared.lock:
            flight = self._shared.flight
            if flight and (token := flight.token()) and token.header == rejected:
                self._shared.flight = self._shared.last = None
        return True

    async def renew_async(self, rejected: str) -> bool:
        """Forget the token like `renew`, which waits for nothing."""
        return self.renew(rejected)

    def __repr__(self) -> str:
        return "OAuth2Credentials(client_id=***, client_secret=***)"

    def _has_ended(self, token: _Token) -> bool:
        try:
            return self._now() >= token.ends_at
        except ConfigurationError:  # without a clock nobody knows, and those who wait must be told
            return True

    def _now(self) -> float:
        with reading("The clock of OAuth2Credentials", ConfigurationError):
            now = self._clock.monotonic()
            if not isinstance(now, int | float):
                raise ConfigurationError(
                    f"The clock of OAuth2Credentials should give a number of seconds, not {described(now)}."
                )
            return now

    def _request(self) -> tuple[str, Mapping[str, str], str, str]:
        return self.token_url, self._form, self._client_id, self._client_secret

    def _board(self, *, waits_for_own_thread: bool) -> tuple[_Flight, bool]:
        with self._shared.lock:
            flight = self._shared.flight
            if flight and flight.landed.done():
                if (token := flight.token()) and self._now() < token.renew_at:
                    return flight, False
            elif flight and (waits_for_own_thread or flight.thread != threading.get_ident()):
                return flight, False
            self._shared.flight = flight = _Flight()
            return flight, True

    @contextmanager
    def _leading(self, flight: _Flight) -> Generator[None]:
        try:
            yield
        except Exception as error:
            last = self._shared.last
            refused = isinstance(error, AuthenticationError | ConfigurationError)
            if last is None or refused or self._has_ended(last):
                flight.landed.set_exception(error)
                raise
            flight.landed.set_result(last)
        except BaseException:
            flight.landed.set_result(None)
            raise

    def _land(self, flight: _Flight, asked_at: float, status: int, body: bytes) -> None:
        token = self._read(asked_at, status, body)
        self._shared.last = token
        flight.landed.set_result(token)

    def _read(self, asked_at: float, status: int, body: bytes) -> _Token:
        if not 200 <= status < 300:
            raise self._refusal(status, body)
        try:
            answer = msgspec.json.decode(body, type=_TokenAnswer)
        except _NOT_READABLE as error:
            # The decoder names the field and quotes no value.
            raise ContractError(f"The token endpoint's answer cannot be read: {error}.", status=status) from None
        if answer.token_type is not None and str(answer.token_type).lower() != "bearer":
            raise ContractError(
                "The token endpoint gave a token of another type than bearer, and no other is known here.",
                path="token_type",
                status=status,
            )
        if not answer.access_token or not _is_header_text(answer.access_token):
            raise ContractError(
                "The token endpoint's access_token is empty or holds characters that no header may hold.",
                path="access_token",
                status=status,
            )
        lifetime = _lifetime(answer.expires_in)
        return _Token(
            header=f"Bearer {answer.access_token}",
            # A token that lasts less than two minutes is used for half its time.
            renew_at=asked_at + max(lifetime - _RENEW_BEFORE_END, lifetime / 2),
            ends_at=asked_at + lifetime,
        )

    def _refusal(self, status: int, body: bytes) -> SendcloudError:
        said = read_error_body(status, body)
        code = said.errors[0].code if said.errors else None
        if code in ("invalid_scope", "invalid_request", "unsupported_grant_type", "unauthorized_client"):
            return ConfigurationError(
                f"The token endpoint answered with {status} {code}: {sentence(said.errors[0].message)} "
                "Check the scope, and that OAuth2 is switched on for this integration.",
                raw=said.raw,
            )
        if is_passing(status) or not 400 <= status < 500:
            return status_error(status, "token", said.errors, remark=said.remark, raw=said.raw)
        return AuthenticationError(status, "token", said.errors, remark=said.remark, raw=said.raw)


class _TokenAnswer(msgspec.Struct):
    access_token: str
    token_type: object = None
    expires_in: object = None


def _checked(name: str, value: object) -> str:
    called = f"The {name.removeprefix('SENDCLOUD_').replace('_', ' ').lower()} ({name})"
    value = check_text(called, value, ConfigurationError)
    if not value:
        raise ConfigurationError(f"{called} is empty.")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ConfigurationError(
            f"{called} contains a blank, a line break or a control character; one read from a file may need .strip()."
        )
    return value


def _checked_header(value: object) -> str:
    scheme, _, credential = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if not (scheme and credential and _is_header_text(scheme + credential)):
        raise ConfigurationError(
            "Credentials should give the whole value of the Authorization header as text, "
            "such as 'Bearer <token>', on one line and in ASCII."
        )
    return f"{scheme} {credential}"


def _is_header_text(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _scope_field(scope: object) -> dict[str, str]:
    text = "" if scope is None else check_text("The scope of OAuth2Credentials", scope, ConfigurationError)
    if not _is_header_text(text):
        raise ConfigurationError(
            'The scope of OAuth2Credentials should be a text with blanks between the scopes, such as "read:order '
            'write:order".'
        )
    return {"scope": text} if text else {}


def _checked_fetch(fetch: TokenFetch | None) -> TokenFetch | None:
    if fetch is not None:
        check_function("The fetch of OAuth2Credentials", fetch, ConfigurationError)
    return fetch


def _checked_fetch_async(fetch: AsyncTokenFetch | None) -> AsyncTokenFetch | None:
    with reading("The fetch_async of OAuth2Credentials", ConfigurationError):
        if fetch is not None and not callable(fetch):
            raise ConfigurationError(
                f"The fetch_async of OAuth2Credentials should be a coroutine function, not {described(fetch)}."
            )
    return fetch


def _checked_rejected(rejected: object) -> str:
    return check_text("rejected", rejected)


def _checked_answer(answer: object) -> tuple[int, bytes]:
    match answer:
        case (int(status), bytes(body)):
            return status, body
        case _:
            drop_coroutine(answer)
            raise ConfigurationError(
                "The fetch of OAuth2Credentials should give the status of the answer and its body: a pair of int and "
                f"bytes, not {described(answer)}."
            )


def _lifetime(seconds: object) -> float:
    """Read a token's lifetime; what is no number of seconds above 0 counts as not told."""
    try:
        told = float(seconds) if isinstance(seconds, int | float | str) and not isinstance(seconds, bool) else 0.0
    except (ValueError, OverflowError):
        told = 0.0
    return told if 0 < told < math.inf else _USUAL_LIFETIME


def _given(fetch: _Fetch | None) -> _Fetch:
    if fetch is None:
        raise ConfigurationError(
            "OAuth2Credentials cannot send the token request by itself: hand it to a client, or give it fetch "
            "(for OrdersClient) or fetch_async (for AsyncOrdersClient)."
        )
    return fetch
