"""Change parts of one order: PATCH /orders/{id}.

Merges what is sent into the stored order; what is left out stays. `order_id` cannot change. Items are found by
their exact `name` and can be changed, never added or removed: upsert the order for that. The answer names the
order and proves nothing about its values; read the order to see them.
"""

from urllib.parse import quote

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.order_update import OrderUpdate
from ...models.update_result import UpdateResult
from ...types import Request, Response, encode, read

_BODIES: dict[str, type[UpdateResult | ErrorResponse]] = {
    "200": UpdateResult,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "404": ErrorResponse,
    "409": ErrorResponse,
    "415": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    id: int,
    *,
    body: bytes | OrderUpdate,
) -> Request:
    """Make the request, and send nothing. A body of bytes is taken for JSON as it is."""
    return Request(
        method="PATCH",
        path="/orders/{id}".format(
            id=quote(str(id), safe=""),
        ),
        headers={
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
        content=encode(body),
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> UpdateResult | ErrorResponse:
    """Read the answer as what its status is documented to hold.

    Raises: errors.UnreadableResponse when the status is not documented or the body is not what it should be.
    """
    return read(_BODIES, status_code, content, content_type)


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    body: OrderUpdate,
) -> Response[UpdateResult | ErrorResponse]:
    """Change parts of one order; give the whole response."""
    return client.send(
        build_request(
            id=id,
            body=body,
        ),
        parse_response,
    )


def sync(
    id: int,
    *,
    client: AuthenticatedClient,
    body: OrderUpdate,
) -> UpdateResult | ErrorResponse:
    """Change parts of one order."""
    return sync_detailed(
        id=id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    body: OrderUpdate,
) -> Response[UpdateResult | ErrorResponse]:
    """Change parts of one order; give the whole response."""
    return await client.send_async(
        build_request(
            id=id,
            body=body,
        ),
        parse_response,
    )


async def asyncio(
    id: int,
    *,
    client: AuthenticatedClient,
    body: OrderUpdate,
) -> UpdateResult | ErrorResponse:
    """Change parts of one order."""
    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed
