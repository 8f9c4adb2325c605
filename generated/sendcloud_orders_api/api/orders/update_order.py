"""Change parts of one order: PATCH /orders/{id}.

Merges the body into the stored order; fields that are left out keep their values. `order_id` cannot change.
Items are found by their exact `name`. They can be changed, but not added or removed: upsert the order for
that. The response only identifies the order and proves nothing about its values; read the order to see them.
"""

from urllib.parse import quote

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.order_update import OrderUpdate
from ...models.update_result import UpdateResult
from ...types import Request, Response, encode, read

_BODY_TYPES: dict[str, type[UpdateResult | ErrorResponse]] = {
    "200": UpdateResult,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "404": ErrorResponse,
    "409": ErrorResponse,
    "413": ErrorResponse,
    "415": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    id: int,
    *,
    body: bytes | OrderUpdate,
) -> Request:
    """Build the request without sending it. A body given as bytes must be JSON and is sent unchanged."""
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
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
    body: OrderUpdate,
) -> Response[UpdateResult | ErrorResponse]:
    """Change parts of one order, and return the whole response."""
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
    """Change parts of one order, and return the whole response."""
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
