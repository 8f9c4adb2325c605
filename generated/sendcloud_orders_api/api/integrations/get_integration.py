"""Read one integration: GET /integrations/{id}.

Tells which shop it connects, and since when it fails, if it does.
"""

from urllib.parse import quote

from ...client import AuthenticatedClient
from ...models.error_response import ErrorResponse
from ...models.integration_result import IntegrationResult
from ...types import Request, Response, read

_BODY_TYPES: dict[str, type[IntegrationResult | ErrorResponse]] = {
    "200": IntegrationResult,
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
        path="/integrations/{id}".format(
            id=quote(str(id), safe=""),
        ),
        headers={
            "Accept": "application/json",
        },
    )


def parse_response(status_code: int, content: bytes, content_type: str = "") -> IntegrationResult | ErrorResponse:
    """Read a response as the type that is documented for its status.

    Raises `errors.UnreadableResponse` when the status is not documented or the body does not have that type.
    """
    return read(_BODY_TYPES, status_code, content, content_type)


def sync_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[IntegrationResult | ErrorResponse]:
    """Read one integration, and return the whole response."""
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
) -> IntegrationResult | ErrorResponse:
    """Read one integration."""
    return sync_detailed(
        id=id,
        client=client,
    ).parsed


async def asyncio_detailed(
    id: int,
    *,
    client: AuthenticatedClient,
) -> Response[IntegrationResult | ErrorResponse]:
    """Read one integration, and return the whole response."""
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
) -> IntegrationResult | ErrorResponse:
    """Read one integration."""
    return (
        await asyncio_detailed(
            id=id,
            client=client,
        )
    ).parsed
