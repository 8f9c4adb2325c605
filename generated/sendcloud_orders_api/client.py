"""Clients that send the requests of the operations."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

import httpx

from .types import Request, Response

T = TypeVar("T")
Parse = Callable[[int, bytes, str], T]


def _read(response: httpx.Response, parse: Parse[T]) -> Response[T]:
    content_type = response.headers.get("content-type", "")
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=parse(response.status_code, response.content, content_type),
    )


@dataclass(kw_only=True, repr=False, eq=False)
class Client:
    """The settings that calls share (address, headers, cookies, timeout in seconds, TLS) and a connection pool.

    `httpx_args` are further arguments for httpx's clients. The `with_…` methods return a new client with its own pool
    and leave this one unchanged. The `repr` shows only the address.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    timeout: httpx.Timeout | float | None = 30.0
    verify_ssl: ssl.SSLContext | bool = True
    follow_redirects: bool = False
    httpx_args: Mapping[str, Any] = field(default_factory=dict)
    _client: httpx.Client | None = field(default=None, init=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False)

    def __repr__(self) -> str:
        address = httpx.URL(self.base_url).copy_with(userinfo=b"", query=None)
        return f"{type(self).__name__}(base_url={str(address)!r})"

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return a client with these headers added."""
        return replace(self, headers={**self.headers, **headers})

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """Return a client with these cookies added."""
        return replace(self, cookies={**self.cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout | float | None) -> Self:
        """Return a client with another timeout, in seconds."""
        return replace(self, timeout=timeout)

    def _all_headers(self) -> dict[str, str]:
        return dict(self.headers)

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self.base_url,
            "headers": self._all_headers(),
            "cookies": dict(self.cookies),
            "timeout": self.timeout,
            "verify": self.verify_ssl,
            "follow_redirects": self.follow_redirects,
            **self.httpx_args,
        }

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use this httpx client, with its own settings instead of these."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client behind this one."""
        if self._client is None:
            self._client = httpx.Client(**self._settings())
        return self._client

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this asynchronous httpx client, with its own settings instead of these."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the asynchronous httpx client behind this one."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._settings())
        return self._async_client

    def send(self, request: Request, parse: Parse[T]) -> Response[T]:
        """Send a request once and read the response.

        Raises `errors.UnreadableResponse` when the response cannot be read, and `httpx.HTTPError` when none came.
        """
        return _read(self.get_httpx_client().request(**request.as_kwargs()), parse)

    async def send_async(self, request: Request, parse: Parse[T]) -> Response[T]:
        """Send a request once and read the response.

        Raises `errors.UnreadableResponse` when the response cannot be read, and `httpx.HTTPError` when none came.
        """
        return _read(await self.get_async_httpx_client().request(**request.as_kwargs()), parse)

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.get_httpx_client().__exit__(*error)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.get_async_httpx_client().__aexit__(*error)


@dataclass(kw_only=True, repr=False, eq=False)
class AuthenticatedClient(Client):
    """A client that sends `{prefix} {token}` in a header with every call.

    For HTTP Basic, set `prefix` to `Basic` and `token` to the base64 of `user:password`, or pass `auth` in
    `httpx_args`.
    """

    token: str
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def _all_headers(self) -> dict[str, str]:
        return {**self.headers, self.auth_header_name: f"{self.prefix} {self.token}".strip()}
