"""Delete one order: DELETE /orders/{id}.

Takes the order out of the incoming orders. Shipments and labels that were made from it stay. A second delete
answers 404.
"""

from types import NoneType
from urllib.parse import quote

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...types import Request, Response, read

_BODIES: dict[str, type[ErrorResponse | None]] = {
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
    """Make the request, and send nothing."""
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
    """Read the answer as what its status is documented to hold.

    Raises: errors.UnreadableResponse when the status is not documented or the body is not what it should be.
    """
    return read(_BODIES, status_code, content, content_type)


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[ErrorResponse | None]:
    """Delete one order; give the whole response."""
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
    """Delete one order; give the whole response."""
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
