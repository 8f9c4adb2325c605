"""Upsert a batch of orders: POST /orders.

Takes 1 to 100 orders. An order whose `(order_details.integration.id, order_id)` is already known is updated;
any other is created. Add `id` to name the stored order explicitly. The batch is all or nothing: if one order
is invalid, none is stored.

A 201 means that the batch was accepted, not that its orders can be read yet: saving is asynchronous. While an
earlier request on one of the same orders is still being processed, the whole batch is refused with a 400
whose pointer is `/data`; send it again after a short delay.
"""

from uuid import UUID

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.order_input import OrderInput
from ...models.upsert_result import UpsertResult
from ...types import UNSET, Request, Response, Unset, encode, read, to_params

_BODY_TYPES: dict[str, type[UpsertResult | ErrorResponse]] = {
    "201": UpsertResult,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "409": ErrorResponse,
    "413": ErrorResponse,
    "415": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    *,
    body: bytes | list[OrderInput],
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Request:
    """Build the request without sending it. A body given as bytes must be JSON and is sent unchanged."""
    return Request(
        method="POST",
        path="/orders",
        headers={
            "Accept": "application/json",
            "Content-Type": "application/json",
            **to_params(
                {
                    "Sendcloud-Partner-Id": sendcloud_partner_id,
                }
            ),
        },
        content=encode(body),
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> UpsertResult | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: list[OrderInput],
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Response[UpsertResult | ErrorResponse]:
    """Upsert a batch of orders, and return the whole response."""
    return client.send(
        build_request(
            body=body,
            sendcloud_partner_id=sendcloud_partner_id,
        ),
        parse_response,
    )


def sync(
    *,
    client: AuthenticatedClient,
    body: list[OrderInput],
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> UpsertResult | ErrorResponse:
    """Upsert a batch of orders."""
    return sync_detailed(
        client=client,
        body=body,
        sendcloud_partner_id=sendcloud_partner_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: list[OrderInput],
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Response[UpsertResult | ErrorResponse]:
    """Upsert a batch of orders, and return the whole response."""
    return await client.send_async(
        build_request(
            body=body,
            sendcloud_partner_id=sendcloud_partner_id,
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: list[OrderInput],
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> UpsertResult | ErrorResponse:
    """Upsert a batch of orders."""
    return (
        await asyncio_detailed(
            client=client,
            body=body,
            sendcloud_partner_id=sendcloud_partner_id,
        )
    ).parsed
