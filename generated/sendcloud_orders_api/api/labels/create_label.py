"""Make the label of one order: POST /orders/create-label-sync.

Announces one stored order to its carrier as a shipment of one parcel, and returns the label. The order is named
by its integration and by `order_id` or `order_number`.

Not idempotent: each success makes another shipment, which costs money. When no answer came, find out whether
there is a shipment before sending the request again.
"""

from uuid import UUID

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.label_input import LabelInput
from ...models.label_result import LabelResult
from ...types import UNSET, Request, Response, Unset, encode, read, to_params

_BODY_TYPES: dict[str, type[LabelResult | ErrorResponse]] = {
    "201": LabelResult,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "404": ErrorResponse,
    "413": ErrorResponse,
    "415": ErrorResponse,
    "422": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    *,
    body: bytes | LabelInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Request:
    """Build the request without sending it. A body given as bytes must be JSON and is sent unchanged."""
    return Request(
        method="POST",
        path="/orders/create-label-sync",
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


def parse_response(status_code: int, content: bytes, content_type: str = "") -> LabelResult | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: LabelInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Response[LabelResult | ErrorResponse]:
    """Make the label of one order, and return the whole response."""
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
    body: LabelInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> LabelResult | ErrorResponse:
    """Make the label of one order."""
    return sync_detailed(
        client=client,
        body=body,
        sendcloud_partner_id=sendcloud_partner_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: LabelInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Response[LabelResult | ErrorResponse]:
    """Make the label of one order, and return the whole response."""
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
    body: LabelInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> LabelResult | ErrorResponse:
    """Make the label of one order."""
    return (
        await asyncio_detailed(
            client=client,
            body=body,
            sendcloud_partner_id=sendcloud_partner_id,
        )
    ).parsed
