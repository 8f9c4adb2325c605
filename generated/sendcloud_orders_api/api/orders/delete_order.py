"""Delete one order: DELETE /orders/{id}.

Removes the order from the incoming orders. Shipments and labels made from it remain. A second delete returns
404.
"""

from types import NoneType
from urllib.parse import quote

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...types import Request, Response, read

_BODY_TYPES: dict[str, type[ErrorResponse | None]] = {
    "204": NoneType,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "404": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    id: int,
) -> Request:
    """Build the request without sending it."""
    return Request(
        method="DELETE",
        path="/orders/{id}".format(
            id=quote(str(id), safe=""),
        ),
        headers={
            "Accept": "application/json",
        },
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> ErrorResponse | None:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[ErrorResponse | None]:
    """Delete one order, and return the whole response."""
    return client.send(
        build_request(
            id=id,
        ),
        parse_response,
    )


def sync(
    id: int,
    *,
    client: AuthenticatedClient,
) -> ErrorResponse | None:
    """Delete one order."""
    return sync_detailed(
        id=id,
        client=client,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[ErrorResponse | None]:
    """Delete one order, and return the whole response."""
    return await client.send_async(
        build_request(
            id=id,
        ),
        parse_response,
    )


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
) -> ErrorResponse | None:
    """Delete one order."""
    return (
        await asyncio_detailed(
            id=id,
            client=client,
        )
    ).parsed
