"""Read one order: GET /orders/{id}.

Returns 404 for a while after the upsert that creates the order, because saving is asynchronous.
"""

from urllib.parse import quote

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.order_result import OrderResult
from ...types import Request, Response, read

_BODY_TYPES: dict[str, type[OrderResult | ErrorResponse]] = {
    "200": OrderResult,
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
        method="GET",
        path="/orders/{id}".format(
            id=quote(str(id), safe=""),
        ),
        headers={
            "Accept": "application/json",
        },
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> OrderResult | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[OrderResult | ErrorResponse]:
    """Read one order, and return the whole response."""
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
) -> OrderResult | ErrorResponse:
    """Read one order."""
    return sync_detailed(
        id=id,
        client=client,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[OrderResult | ErrorResponse]:
    """Read one order, and return the whole response."""
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
) -> OrderResult | ErrorResponse:
    """Read one order."""
    return (
        await asyncio_detailed(
            id=id,
            client=client,
        )
    ).parsed
