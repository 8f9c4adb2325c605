"""Clients that send the requests of the operations."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

import httpx

from .types import Request, Response

T = TypeVar("T")
Parse = Callable[[int, bytes, str], T]


def _respond(answer: httpx.Response, parse: Parse[T]) -> Response[T]:
    content_type = answer.headers.get("content-type", "")
    return Response(
        status_code=answer.status_code,
        content=answer.content,
        headers=answer.headers,
        parsed=parse(answer.status_code, answer.content, content_type),
    )


@dataclass(kw_only=True, repr=False, eq=False)
class Client:
    """Keep what calls share: the address, headers, cookies, time-out (seconds), TLS, and a pool of connections.

    `httpx_args` are further arguments of httpx's clients. The `with_…` methods return a new client with a pool of its
    own and leave this one as it is. The `repr` shows the address alone.
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
        """Make a client with these headers besides."""
        return replace(self, headers={**self.headers, **headers})

    def with_cookies(self, cookies: Mapping[str, str]) -> Self:
        """Make a client with these cookies besides."""
        return replace(self, cookies={**self.cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout | float | None) -> Self:
        """Make a client with another time-out."""
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
        """Use this client of httpx, with its own settings instead of ours."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Give the client of httpx behind this one."""
        if self._client is None:
            self._client = httpx.Client(**self._settings())
        return self._client

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this asynchronous client of httpx, with its own settings instead of ours."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Give the asynchronous client of httpx behind this one."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._settings())
        return self._async_client

    def send(self, request: Request, parse: Parse[T]) -> Response[T]:
        """Send a request once and read the answer.

        Raises: errors.UnreadableResponse; httpx.HTTPError when no answer came.
        """
        return _respond(self.get_httpx_client().request(**request.as_kwargs()), parse)

    async def send_async(self, request: Request, parse: Parse[T]) -> Response[T]:
        """Send a request once and read the answer.

        Raises: errors.UnreadableResponse; httpx.HTTPError when no answer came.
        """
        return _respond(await self.get_async_httpx_client().request(**request.as_kwargs()), parse)

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
    """Send `{prefix} {token}` in a header with every call.

    For HTTP Basic the prefix is `Basic` and the token the base64 of `user:password`, or pass `auth` in `httpx_args`.
    """

    token: str
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def _all_headers(self) -> dict[str, str]:
        return {**self.headers, self.auth_header_name: f"{self.prefix} {self.token}".strip()}
