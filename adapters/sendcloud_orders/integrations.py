"""The integrations of an account: reading them, and naming them where an order belongs to none."""

from __future__ import annotations

from functools import partial

from sendcloud_orders_api.api.integrations import get_integration, list_integrations
from sendcloud_orders_api.models import IntegrationList, IntegrationResult, ShopIntegration

from .errors import ContractError
from .exchange import GET_INTEGRATION, LIST_INTEGRATIONS, Answer, Call, Conversation, Exchange, value_of


def read_integrations() -> Conversation[list[ShopIntegration]]:
    """Read all integrations of the account. Rule: INTEGRATION-LIST."""
    exchange: Exchange[list[ShopIntegration]] = yield _list_call()
    return value_of(LIST_INTEGRATIONS, exchange)


def read_integration(id: int) -> Conversation[ShopIntegration]:
    """Read one integration. Rules: INTEGRATION-GET, READ-ID."""
    request = get_integration.build_request(id=id)
    exchange: Exchange[ShopIntegration] = yield Call(GET_INTEGRATION, request, partial(_read_one, id))
    return value_of(GET_INTEGRATION, exchange)


def _list_call(patience: float | None = None) -> Call[list[ShopIntegration]]:
    return Call(LIST_INTEGRATIONS, list_integrations.build_request(), _read_all, patience)


def _read_all(answer: Answer) -> list[ShopIntegration]:
    return answer.decode(IntegrationList).data


def _read_one(id: int, answer: Answer) -> ShopIntegration:
    found = answer.decode(IntegrationResult).data
    if found.id != id:
        raise ContractError(
            f"The answer is about integration {found.id}, and integration {id} was asked for: nothing of it is taken "
            "over.",
            path="$.data.id",
            status=answer.status,
        )
    return found
