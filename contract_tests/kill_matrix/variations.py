"""Name the servers that are correct and differ in legal ways: none of them may turn the suite red."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from kill_matrix.damage import DOCUMENTED, around
from sendcloud_orders_sandbox import Policies


@dataclass(frozen=True)
class Variation:
    """A correct server.

    options: of the `Sandbox`, beside its policies.
    orders: how many orders of other people are stored there before.
    change: to what no policy and no option says.
    """

    name: str
    policies: Policies = DOCUMENTED
    options: Mapping[str, Any] = field(default_factory=dict)
    orders: int = 0
    change: Callable[[pytest.MonkeyPatch], None] | None = None

    def inflict(self, patch: pytest.MonkeyPatch) -> None:
        """Change the sandbox, where something is to be changed."""
        if self.change:
            self.change(patch)


def save_one_by_one(patch: pytest.MonkeyPatch) -> None:
    """Let some orders of a batch lag further behind than others. Rule: UPSERT-ASYNC."""

    def accept(true: Any, store: Any, order: int, document: Any, *, now: float, due: float) -> None:
        true(store, order, document, now=now, due=due + order % 10 / 20)

    around(patch, "store.Store.accept", accept)


UNDAMAGED = "the documented server"
NAMED = (
    Variation(UNDAMAGED),
    Variation("saving lags 2 s behind the 201", Policies(save_lag=2)),
    Variation("orders of a batch are saved one after the other", change=save_one_by_one),
    Variation("an order that is being saved is a conflict", Policies(save_lag=0.3, conflict_while_saving=True)),
    Variation("every 5th upsert is a conflict", Policies(conflict_every=5)),
    Variation("every 25th request is a 429 with Retry-After 1", Policies(throttle_every=25)),
    Variation("every 25th request is a 429 without Retry-After", Policies(throttle_every=25, retry_after="none")),
    Variation("every 25th request is a 429 with a date", Policies(throttle_every=25, retry_after="date")),
    Variation("unknown fields in every answer", Policies(extra_fields=True)),
    Variation("links have another path", Policies(link_base="/v3")),
    Variation("links have another host", Policies(link_base="https://elsewhere.example/api/v3")),
    Variation(
        "the smallest limits of bodies and names",
        Policies(body_limit=1_000_000, order_id_length=64, order_number_length=64),
    ),
    Variation("the account has one integration", options={"integrations": (41,)}),
    Variation("thousands of orders are there before", orders=3000),
    Variation("documented rate limits, in a minute of 2 s", options={"rate_limit": True, "time_scale": 30.0}),
)


def choices() -> Iterator[tuple[str, Any]]:
    """Return each value of each policy that is a choice, but for the defaults."""
    for policy in msgspec.structs.fields(Policies):
        if get_origin(policy.type) is Literal and policy.name != "retry_after":
            yield from ((policy.name, value) for value in get_args(policy.type) if value != policy.default)


def otherwise(**more: Any) -> Policies:
    """Return policies that differ from the default in every choice, and in more."""
    differing = dict(reversed(list(choices())))
    return Policies(**differing, extra_fields=True, link_base="https://elsewhere.example/v3", **more)


VARIATIONS = {
    variation.name: variation
    for variation in (
        *NAMED,
        *(Variation(f"{name} = {value}", DOCUMENTED.changed(**{name: value})) for name, value in choices()),
        Variation("every choice taken otherwise", otherwise()),
        Variation("all of these at once", otherwise(save_lag=0.5, conflict_every=7, throttle_every=40)),
    )
}
