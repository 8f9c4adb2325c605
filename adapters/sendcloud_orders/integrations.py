"""The integrations of an account: reading them, and naming them where an order belongs to none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from sendcloud_orders_api.api.integrations import get_integration, list_integrations
from sendcloud_orders_api.models import IntegrationList, IntegrationResult, ShopIntegration

from .errors import ContractError, FieldError
from .exchange import (
    GET_INTEGRATION,
    LIST_INTEGRATIONS,
    Answer,
    Call,
    Conversation,
    Exchange,
    Refused,
    Succeeded,
    value_of,
)
from .report import Rejected


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


# ---------------------------------------------------------------- an order of an integration that there is not

_UNKNOWN = re.compile(r"Integration with id .* does not exist\.?")
_PATIENCE = 10.0
_SHOWN = 10
_LONGEST_NAME = 40


class KnownIntegrations:
    """Says which integrations there are, for an order of one that there is not.

    They are read once in a run, in one attempt and within ten seconds, and only when an order was refused for it;
    whatever comes of that, the refusal stands. Batches that are refused at the same time read once each: none waits for
    another. Rules: UPSERT-ACCOUNT, UPSERT-INTEGRATIONS.
    """

    def __init__(self) -> None:
        self._hint: str | None = None

    def explain(self, rejected: tuple[Rejected, ...]) -> Conversation[tuple[Rejected, ...]]:
        """Add to the errors that an integration does not exist which ones do."""
        if not is_told(rejected):
            return rejected
        if self._hint is None:
            try:
                exchange: Exchange[list[ShopIntegration]] = yield _list_call(_PATIENCE)
                self._hint = _hint_in(exchange)
            except Exception:
                self._hint = ""
        hint = self._hint
        return tuple(replace(one, errors=tuple(_hinted(error, hint) for error in one.errors)) for one in rejected)


def is_told(rejected: Iterable[Rejected]) -> bool:
    """Tell whether an order was refused because its integration does not exist."""
    return any(_UNKNOWN.fullmatch(error.message) for one in rejected for error in one.errors)


def _hinted(error: FieldError, hint: str) -> FieldError:
    return replace(error, hint=hint) if _UNKNOWN.fullmatch(error.message) else error


def _hint_in(exchange: Exchange[list[ShopIntegration]]) -> str:
    match exchange.outcome:
        case Succeeded(value=[]):
            return "the account has no integration"
        case Succeeded(value=found):
            shown = [
                *map(_named, found[:_SHOWN]),
                *([f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []),
            ]
            return f"the account has {', '.join(shown)}"
        case Refused(status=403):
            return "which ones exist would be told to credentials with the scope read:integration"
        case _:
            return ""


def _named(integration: ShopIntegration) -> str:
    """Name an integration by its id, and by its shop where that looks like a name."""
    name = integration.shop_name or ""
    return f"{integration.id} {name}" if 0 < len(name) <= _LONGEST_NAME and name.isprintable() else f"{integration.id}"
