"""List orders: GET /orders.

Returns one page of the account's orders. The body holds only the rows; the `Link` header leads to the next
page. Text filters ignore case. **An unknown query parameter is ignored**, so a misspelt filter returns the
whole collection.
"""

import datetime

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.order_page import OrderPage
from ...models.sort_key import SortKey
from ...types import UNSET, Request, Response, Unset, read, to_params

_BODY_TYPES: dict[str, type[OrderPage | ErrorResponse]] = {
    "200": OrderPage,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "404": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    *,
    integration: list[int] | Unset = UNSET,
    order_number: str | Unset = UNSET,
    order_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    order_created_at: datetime.date | Unset = UNSET,
    order_created_at_min: datetime.date | Unset = UNSET,
    order_created_at_max: datetime.date | Unset = UNSET,
    order_updated_at: datetime.date | Unset = UNSET,
    order_updated_at_min: datetime.date | Unset = UNSET,
    order_updated_at_max: datetime.date | Unset = UNSET,
    sort: list[SortKey] | Unset = UNSET,
    page_size: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> Request:
    """Build the request without sending it."""
    return Request(
        method="GET",
        path="/orders",
        params=to_params(
            {
                "integration": integration,
                "order_number": order_number,
                "order_id": order_id,
                "status": status,
                "order_created_at": order_created_at,
                "order_created_at_min": order_created_at_min,
                "order_created_at_max": order_created_at_max,
                "order_updated_at": order_updated_at,
                "order_updated_at_min": order_updated_at_min,
                "order_updated_at_max": order_updated_at_max,
                "sort": sort,
                "page_size": page_size,
                "cursor": cursor,
            }
        ),
        headers={
            "Accept": "application/json",
        },
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> OrderPage | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    integration: list[int] | Unset = UNSET,
    order_number: str | Unset = UNSET,
    order_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    order_created_at: datetime.date | Unset = UNSET,
    order_created_at_min: datetime.date | Unset = UNSET,
    order_created_at_max: datetime.date | Unset = UNSET,
    order_updated_at: datetime.date | Unset = UNSET,
    order_updated_at_min: datetime.date | Unset = UNSET,
    order_updated_at_max: datetime.date | Unset = UNSET,
    sort: list[SortKey] | Unset = UNSET,
    page_size: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> Response[OrderPage | ErrorResponse]:
    """List orders, and return the whole response."""
    return client.send(
        build_request(
            integration=integration,
            order_number=order_number,
            order_id=order_id,
            status=status,
            order_created_at=order_created_at,
            order_created_at_min=order_created_at_min,
            order_created_at_max=order_created_at_max,
            order_updated_at=order_updated_at,
            order_updated_at_min=order_updated_at_min,
            order_updated_at_max=order_updated_at_max,
            sort=sort,
            page_size=page_size,
            cursor=cursor,
        ),
        parse_response,
    )


def sync(
    *,
    client: AuthenticatedClient,
    integration: list[int] | Unset = UNSET,
    order_number: str | Unset = UNSET,
    order_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    order_created_at: datetime.date | Unset = UNSET,
    order_created_at_min: datetime.date | Unset = UNSET,
    order_created_at_max: datetime.date | Unset = UNSET,
    order_updated_at: datetime.date | Unset = UNSET,
    order_updated_at_min: datetime.date | Unset = UNSET,
    order_updated_at_max: datetime.date | Unset = UNSET,
    sort: list[SortKey] | Unset = UNSET,
    page_size: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> OrderPage | ErrorResponse:
    """List orders."""
    return sync_detailed(
        client=client,
        integration=integration,
        order_number=order_number,
        order_id=order_id,
        status=status,
        order_created_at=order_created_at,
        order_created_at_min=order_created_at_min,
        order_created_at_max=order_created_at_max,
        order_updated_at=order_updated_at,
        order_updated_at_min=order_updated_at_min,
        order_updated_at_max=order_updated_at_max,
        sort=sort,
        page_size=page_size,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    integration: list[int] | Unset = UNSET,
    order_number: str | Unset = UNSET,
    order_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    order_created_at: datetime.date | Unset = UNSET,
    order_created_at_min: datetime.date | Unset = UNSET,
    order_created_at_max: datetime.date | Unset = UNSET,
    order_updated_at: datetime.date | Unset = UNSET,
    order_updated_at_min: datetime.date | Unset = UNSET,
    order_updated_at_max: datetime.date | Unset = UNSET,
    sort: list[SortKey] | Unset = UNSET,
    page_size: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> Response[OrderPage | ErrorResponse]:
    """List orders, and return the whole response."""
    return await client.send_async(
        build_request(
            integration=integration,
            order_number=order_number,
            order_id=order_id,
            status=status,
            order_created_at=order_created_at,
            order_created_at_min=order_created_at_min,
            order_created_at_max=order_created_at_max,
            order_updated_at=order_updated_at,
            order_updated_at_min=order_updated_at_min,
            order_updated_at_max=order_updated_at_max,
            sort=sort,
            page_size=page_size,
            cursor=cursor,
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: AuthenticatedClient,
    integration: list[int] | Unset = UNSET,
    order_number: str | Unset = UNSET,
    order_id: str | Unset = UNSET,
    status: str | Unset = UNSET,
    order_created_at: datetime.date | Unset = UNSET,
    order_created_at_min: datetime.date | Unset = UNSET,
    order_created_at_max: datetime.date | Unset = UNSET,
    order_updated_at: datetime.date | Unset = UNSET,
    order_updated_at_min: datetime.date | Unset = UNSET,
    order_updated_at_max: datetime.date | Unset = UNSET,
    sort: list[SortKey] | Unset = UNSET,
    page_size: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> OrderPage | ErrorResponse:
    """List orders."""
    return (
        await asyncio_detailed(
            client=client,
            integration=integration,
            order_number=order_number,
            order_id=order_id,
            status=status,
            order_created_at=order_created_at,
            order_created_at_min=order_created_at_min,
            order_created_at_max=order_created_at_max,
            order_updated_at=order_updated_at,
            order_updated_at_min=order_updated_at_min,
            order_updated_at_max=order_updated_at_max,
            sort=sort,
            page_size=page_size,
            cursor=cursor,
        )
    ).parsed
