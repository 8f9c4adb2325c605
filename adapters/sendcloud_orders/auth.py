"""Give each request its Authorization header: Basic, OAuth2 client credentials, or whatever a callable says.

No HTTP library is named here: the token request goes through callables that the clients hand in.
"""

from __future__ import annotations

import asyncio
import base64
import copy
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec

from .errors import AuthenticationError, ConfigurationError, ContractError, FieldError, status_error

TOKEN_URL = "https://account.sendcloud.com/oauth2/token"

# (url, form fields, user, password) -> (status, body); user and password go as HTTP Basic.
TokenFetch = Callable[[str, Mapping[str, str], str, str], tuple[int, bytes]]
AsyncTokenFetch = Callable[[str, Mapping[str, str], str, str], Awaitable[tuple[int, bytes]]]

_Fetch = TypeVar("_Fetch", TokenFetch, AsyncTokenFetch)

_RENEW_BEFORE_END = 60.0
# What the service documents; RFC 6749 lets an answer leave it out.
_USUAL_LIFETIME = 3600.0


class Credentials(Protocol):
    """Give and renew the value of the Authorization header. Rules: AUTH-BASIC, AUTH-OAUTH, AUTH-REFUSED."""

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


class BasicCredentials:
    """Send the public and secret key of an API integration with every request.

    Raises: ConfigurationError for a key that is empty or cannot be one.
    Rule: AUTH-BASIC.
    """

    def __init__(self, public_key: str, secret_key: str) -> None:
        public_key = _checked("SENDCLOUD_PUBLIC_KEY", public_key)
        secret_key = _checked("SENDCLOUD_SECRET_KEY", secret_key)
        if ":" in public_key:
            raise ConfigurationError(
                "the public key (SENDCLOUD_PUBLIC_KEY) contains a colon, which HTTP Basic cannot carry; "
                "give the public key alone, and the secret key apart from it"
            )
        self.account = public_key
        self._header = "Basic " + base64.b64encode(f"{public_key}:{secret_key}".encode()).decode("ascii")

    def authorization(self) -> str:
        return self._header

    async def authorization_async(self) -> str:
        return self._header

    def renew(self, rejected: str) -> bool:
        return False

    async def renew_async(self, rejected: str) -> bool:
        return False

    def __repr__(self) -> str:
        return "BasicCredentials(public_key=***, secret_key=***)"


class CallableCredentials:
    """Ask `fn` for the whole value of the header at each request, for keys that live in a vault or rotate.

    `fn` is a function or, for the async client, a coroutine function; the async client runs a plain function in a
    thread, for it may block. `account` names the account in journals and paces where the value itself changes.

    Raises: ConfigurationError when `fn` gives no usable value, or is a coroutine function under the sync client.
    Rule: AUTH-REFUSED.
    """

    def __init__(self, fn: Callable[[], str] | Callable[[], Awaitable[str]], *, account: str = "") -> None:
        self.account = account
        self._fn = fn

    def authorization(self) -> str:
        if inspect.iscoroutinefunction(self._fn):
            raise ConfigurationError(
                "CallableCredentials was given a coroutine function, which OrdersClient cannot wait for: "
                "give it a plain function, or use AsyncOrdersClient"
            )
        return _checked_header(self._fn())

    async def authorization_async(self) -> str:
        if inspect.iscoroutinefunction(self._fn):
            return _checked_header(await self._fn())
        return _checked_header(await asyncio.to_thread(self._fn))

    def renew(self, rejected: str) -> bool:
        return self.authorization() != rejected

    async def renew_async(self, rejected: str) -> bool:
        return await self.authorization_async() != rejected

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

    def token(self) -> _Token | None:
        """Give the token of a request that ended well."""
        return self.landed.result() if self.landed.done() and not self.landed.exception() else None


class _Shared:
    """What copies of the same credentials have in common."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.flight: _Flight | None = None
        self.last: _Token | None = None


class OAuth2Credentials:
    """Fetch a bearer token with client credentials, and share it between all threads, tasks and event loops.

    One token request is under way at a time. A token is renewed 60 seconds before it ends and once after a 401; no
    other answer of the service throws it away, and while it lasts a token endpoint that fails does no harm. `scope` is
    a list with blanks, such as "read:order write:order"; without it the token may do all that the integration may.
    `fetch` and `fetch_async` send the token request; the clients bring theirs by `through`. `clock` gives monotonic
    seconds.

    Raises: ConfigurationError for an empty id or secret, or a token URL that would send them unencrypted.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.account: str = _checked("SENDCLOUD_CLIENT_ID", client_id)
        self._client_id = self.account
        self._client_secret = _checked("SENDCLOUD_CLIENT_SECRET", client_secret)
        self._token_url = _checked_token_url(token_url)
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._fetch = fetch
        self._fetch_async = fetch_async
        self._clock = clock
        self._shared = _Shared()

    def through(self, fetch: TokenFetch | None = None, fetch_async: AsyncTokenFetch | None = None) -> OAuth2Credentials:
        """Give the same credentials with a client's way to send the token request; the token stays shared.

        What the caller gave to the constructor goes before.
        """
        bound = copy.copy(self)
        bound._fetch = self._fetch or fetch
        bound._fetch_async = self._fetch_async or fetch_async
        return bound

    def authorization(self) -> str:
        """Give the value of the header, fetching a token first if need be.

        Raises: AuthenticationError or ConfigurationError when the token endpoint refuses, RateLimitError or ServerError
        when it is busy or fails, ContractError when its answer cannot be read, and whatever `fetch` raises.
        Rule: AUTH-OAUTH.
        """
        while True:
            # The thread of a task that fetches must not stand still to wait for it.
            flight, leads = self._board(waits_for_own_thread=False)
            if leads:
                with self._leading(flight):
                    asked_at = self._clock()
                    self._land(flight, asked_at, *_given(self._fetch)(*self._request()))
            if token := flight.landed.result():
                return token.header

    async def authorization_async(self) -> str:
        """Give the value of the header like `authorization`, without blocking the event loop.

        Raises: as `authorization` does.
        Rule: AUTH-OAUTH.
        """
        while True:
            flight, leads = self._board(waits_for_own_thread=True)
            if leads:
                with self._leading(flight):
                    asked_at = self._clock()
                    self._land(flight, asked_at, *await _given(self._fetch_async)(*self._request()))
            if token := await asyncio.wrap_future(flight.landed):
                return token.header

    def renew(self, rejected: str) -> bool:
        """Forget the token that was just answered with 401, unless somebody has renewed it already; always true."""
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

    def _request(self) -> tuple[str, Mapping[str, str], str, str]:
        return self._token_url, self._form, self._client_id, self._client_secret

    def _board(self, *, waits_for_own_thread: bool) -> tuple[_Flight, bool]:
        with self._shared.lock:
            flight = self._shared.flight
            if flight and flight.landed.done():
                if (token := flight.token()) and self._clock() < token.renew_at:
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
            if last is None or refused or self._clock() >= last.ends_at:
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
            answer = msgspec.json.decode(body, type=_TokenAnswer, strict=False)
        except msgspec.MsgspecError as error:
            # The decoder names the field and quotes no value.
            raise ContractError(f"the token endpoint's answer cannot be read: {error}", status=status) from None
        if not answer.access_token or not _is_header_text(answer.access_token):
            raise ContractError(
                "the token endpoint's access_token is empty or holds characters that no header may hold",
                path="access_token",
                status=status,
            )
        lifetime = answer.expires_in or _USUAL_LIFETIME
        return _Token(
            header=f"Bearer {answer.access_token}",
            # A token that lasts less than two minutes is used for half its time.
            renew_at=asked_at + max(lifetime - _RENEW_BEFORE_END, lifetime / 2),
            ends_at=asked_at + lifetime,
        )

    def _refusal(self, status: int, body: bytes) -> Exception:
        try:
            said = msgspec.json.decode(body, type=_Refusal)
        except msgspec.MsgspecError:
            said = _Refusal()
        text = " ".join(part for part in (said.error_description, said.error_hint) if part)
        for secret in (self._client_secret, self._client_id):
            text = text.replace(secret, "***")
        if said.error in ("invalid_scope", "invalid_request", "unsupported_grant_type", "unauthorized_client"):
            return ConfigurationError(
                f"the token endpoint answered {status} {said.error}: {text} "
                "Check the scope, and that OAuth2 is switched on for this integration."
            )
        if status in (408, 429) or not 400 <= status < 500:
            return status_error(status, "token", [FieldError(text, code=said.error)] if text else [])
        return AuthenticationError(
            status,
            "token",
            [
                FieldError(
                    f"{said.error or 'refused'}: {text} Check SENDCLOUD_CLIENT_ID and SENDCLOUD_CLIENT_SECRET",
                    code=said.error or None,
                )
            ],
        )


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


class _Refusal(msgspec.Struct):
    error: str | None = None
    error_description: str | None = None
    error_hint: str | None = None


def credentials_from_env(environ: Mapping[str, str]) -> Credentials:
    """Make credentials of SENDCLOUD_PUBLIC_KEY and _SECRET_KEY, or of SENDCLOUD_CLIENT_ID and _CLIENT_SECRET.

    Raises: ConfigurationError when neither pair is there, both are, or half of one.
    Rules: AUTH-BASIC, AUTH-OAUTH.
    """
    basic = ("SENDCLOUD_PUBLIC_KEY", "SENDCLOUD_SECRET_KEY")
    oauth2 = ("SENDCLOUD_CLIENT_ID", "SENDCLOUD_CLIENT_SECRET")
    # A deployment template often sets what it does not use to nothing.
    given = {name for name in (*basic, *oauth2) if environ.get(name)}
    if given & set(basic) and given & set(oauth2):
        raise ConfigurationError(
            f"{', '.join(sorted(given))} are set, but an integration takes either Basic or OAuth2: "
            f"unset {' and '.join(oauth2)}, or unset {' and '.join(basic)}"
        )
    pair = oauth2 if given & set(oauth2) else basic
    for name in pair:
        if given and name not in given:
            state = "is empty" if name in environ else "is not set"
            raise ConfigurationError(f"{name} {state}, though {pair[1 - pair.index(name)]} is set: set both")
    if not given:
        empty = [name for name in (*basic, *oauth2) if name in environ]
        found = f" ({', '.join(empty)} {'is' if len(empty) == 1 else 'are'} set but empty)" if empty else ""
        raise ConfigurationError(
            f"no credentials in the environment{found}: set {' and '.join(basic)} "
            f"(Sendcloud panel, Settings, Integrations), or {' and '.join(oauth2)} for an integration with OAuth2"
        )
    return (OAuth2Credentials if pair is oauth2 else BasicCredentials)(environ[pair[0]], environ[pair[1]])


def _checked(name: str, value: str) -> str:
    called = f"the {name.removeprefix('SENDCLOUD_').replace('_', ' ').lower()} ({name})"
    if not value:
        raise ConfigurationError(f"{called} is empty")
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ConfigurationError(
            f"{called} contains a blank, a line break or a control character; one read from a file may need .strip()"
        )
    return value


def _checked_header(value: object) -> str:
    scheme, _, credential = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if not (scheme and credential and _is_header_text(scheme + credential)):
        raise ConfigurationError(
            "the callable for credentials must give the whole value of the Authorization header as text, "
            "such as 'Bearer <token>', on one line and in ASCII"
        )
    return f"{scheme} {credential}"


def _is_header_text(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _checked_token_url(url: str) -> str:
    parts = urlsplit(url)
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise ConfigurationError(
            "the token URL must be https://host/path without a user name (http only on this machine), "
            f"for the client secret is sent there; the default is {TOKEN_URL}"
        )
    return url


def _given(fetch: _Fetch | None) -> _Fetch:
    if fetch is None:
        raise ConfigurationError(
            "OAuth2Credentials cannot send the token request by itself: hand it to a client, or give it fetch "
            "(for OrdersClient) or fetch_async (for AsyncOrdersClient)"
        )
    return fetch
