"""List the account's integrations: GET /integrations.

All of them at once; there are no pages.
"""

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.integration_list import IntegrationList
from ...models.integration_sort_key import IntegrationSortKey
from ...types import UNSET, Request, Response, Unset, read, to_params

_BODY_TYPES: dict[str, type[IntegrationList | ErrorResponse]] = {
    "200": IntegrationList,
    "400": ErrorResponse,
    "401": ErrorResponse,
    "403": ErrorResponse,
    "429": ErrorResponse,
    "5XX": ErrorResponse,
}


def build_request(
    *,
    sort: IntegrationSortKey | Unset = UNSET,
) -> Request:
    """Build the request without sending it."""
    return Request(
        method="GET",
        path="/integrations",
        params=to_params(
            {
                "sort": sort,
            }
        ),
        headers={
            "Accept": "application/json",
        },
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> IntegrationList | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    sort: IntegrationSortKey | Unset = UNSET,
) -> Response[IntegrationList | ErrorResponse]:
    """List the account's integrations, and return the whole response."""
    return client.send(
        build_request(
            sort=sort,
        ),
        parse_response,
    )


def sync(
    *,
    client: AuthenticatedClient,
    sort: IntegrationSortKey | Unset = UNSET,
) -> IntegrationList | ErrorResponse:
    """List the account's integrations."""
    return sync_detailed(
        client=client,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    sort: IntegrationSortKey | Unset = UNSET,
) -> Response[IntegrationList | ErrorResponse]:
    """List the account's integrations, and return the whole response."""
    return await client.send_async(
        build_request(
            sort=sort,
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: AuthenticatedClient,
    sort: IntegrationSortKey | Unset = UNSET,
) -> IntegrationList | ErrorResponse:
    """List the account's integrations."""
    return (
        await asyncio_detailed(
            client=client,
            sort=sort,
        )
    ).parsed
