"""Name a way to break one rule of the sandbox or the adapters, and say which rules must then turn red."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.responses import Response

from kill_matrix.cross import Place
from sendcloud_orders_sandbox import Policies
from sendcloud_orders_sandbox.faults import API_PATH
from suite.answer import template

SANDBOX = "sendcloud_orders_sandbox"
ADAPTERS = "sendcloud_orders"
Inflict = Callable[[pytest.MonkeyPatch], None]
DOCUMENTED = Policies()


@dataclass(frozen=True)
class Damage:
    """One broken rule.

    rules: ids of the ledger; a test that proves one of them has to fail. Any test will do where there is none.
    of: the package that is damaged.
    policies: of the server that is damaged, where the damage shows only on some.
    options: of its `Sandbox`, likewise.
    place: the only place where the rules are broken.
    accepted: why it is right that no test sees the damage; empty where one has to.
    """

    name: str
    category: str
    rules: tuple[str, ...]
    inflict: Inflict
    of: str = SANDBOX
    policies: Policies = DOCUMENTED
    place: Place = Place.EVERYWHERE
    accepted: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


DAMAGES: dict[str, Damage] = {}


def damage(
    category: str,
    *rules: str,
    of: str = SANDBOX,
    policies: Policies = DOCUMENTED,
    place: Place = Place.EVERYWHERE,
    accepted: str = "",
    **options: Any,
) -> Callable[[Inflict], Inflict]:
    """Register a function that breaks a package; its name says what is broken. `options` are of the `Sandbox`."""

    def register(inflict: Inflict) -> Inflict:
        name = inflict.__name__.replace("_", " ")
        enlist(Damage(name, category, rules, inflict, of, policies, place, accepted, options))
        return inflict

    return register


def enlist(one: Damage) -> None:
    """Add a damage to the list. Raises `ValueError` for a name given twice."""
    if one.name in DAMAGES:
        raise ValueError(f"two damages are called {one.name!r}")
    DAMAGES[one.name] = one


def instead(patch: pytest.MonkeyPatch, place: str, value: object, *, of: str = SANDBOX) -> None:
    """Replace what stands at a place of a package, such as `rules.Rules.target`.

    Raises `AttributeError` when nothing stands there, so that a damage cannot go stale unnoticed.
    """
    owner, _, name = f"{of}.{place}".rpartition(".")
    patch.setattr(pkgutil.resolve_name(owner), name, value)


def around(patch: pytest.MonkeyPatch, place: str, wrapper: Callable[..., Any], *, of: str = SANDBOX) -> None:
    """Replace a function or method by `wrapper`, which gets the true one as its first argument."""
    true = pkgutil.resolve_name(f"{of}.{place}")

    def damaged(*arguments: Any, **named: Any) -> Any:
        return wrapper(true, *arguments, **named)

    instead(patch, place, damaged, of=of)


def operation_of(request: Any) -> str:
    """Return the operation that a request is for, such as `GET /orders/{id}`."""
    return f"{request.method} {template(request.url.path.removeprefix(API_PATH))}"


def answering(patch: pytest.MonkeyPatch, operation: str, change: Callable[[Response], Response]) -> None:
    """Let `change` make each answer of one operation, such as `GET /orders/{id}`, out of the true one."""

    async def answer(true: Any, operations: Any, request: Any) -> Response:
        response: Response = await true(operations, request)
        return change(response) if operation_of(request) == operation else response

    around(patch, "app.Operations.answer", answer)
