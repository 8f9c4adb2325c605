"""Make the labels of up to 20 orders: POST /orders/create-labels-async.

Announces 1 to 20 stored orders of one integration as shipments, each of one parcel or of the `parcels` that are
given. Not all or nothing: a 202 says in `data` for which orders there is a shipment, and in `errors` what is
wrong with the others. The labels are made later, and read from the shipment.

Not idempotent: each success makes other shipments, which cost money. When no answer came, find out whether
there are shipments before sending the request again.
"""

from uuid import UUID

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.labels_input import LabelsInput
from ...models.labels_result import LabelsResult
from ...types import UNSET, Request, Response, Unset, encode, read, to_params

_BODY_TYPES: dict[str, type[LabelsResult | ErrorResponse]] = {
    "202": LabelsResult,
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
    body: bytes | LabelsInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Request:
    """Build the request without sending it. A body given as bytes must be JSON and is sent unchanged."""
    return Request(
        method="POST",
        path="/orders/create-labels-async",
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


def parse_response(status_code: int, content: bytes, content_type: str = "") -> LabelsResult | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: LabelsInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Response[LabelsResult | ErrorResponse]:
    """Make the labels of up to 20 orders, and return the whole response."""
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
    body: LabelsInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> LabelsResult | ErrorResponse:
    """Make the labels of up to 20 orders."""
    return sync_detailed(
        client=client,
        body=body,
        sendcloud_partner_id=sendcloud_partner_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: LabelsInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> Response[LabelsResult | ErrorResponse]:
    """Make the labels of up to 20 orders, and return the whole response."""
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
    body: LabelsInput,
    sendcloud_partner_id: UUID | Unset = UNSET,
) -> LabelsResult | ErrorResponse:
    """Make the labels of up to 20 orders."""
    return (
        await asyncio_detailed(
            client=client,
            body=body,
            sendcloud_partner_id=sendcloud_partner_id,
        )
    ).parsed
