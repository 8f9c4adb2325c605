"""A shelf of orders to list: put there once a target, in two batches, on days long ago that few others use."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from suite.answer import data_of
from suite.target import Target

SIZE = 105
Order = dict[str, Any]


@dataclass
class Shelf:
    """105 orders over three days of creation, five of change, two statuses, and the integrations of the target.

    `filters` narrow a list down to the shelf, as far as the target's own filters go.
    """

    target: Target
    day: date = field(init=False)
    orders: dict[str, Order] = field(init=False)
    first_batch: list[int] = field(init=False)

    def __post_init__(self) -> None:
        # Any day will do; a day of its own keeps the rows of other runs and other people out of the answers.
        self.day = date(1980, 1, 1) + timedelta(days=random.SystemRandom().randrange(6000))
        made = [self._order(number) for number in range(SIZE)]
        self.orders = {order["order_id"]: order for order in made}
        self.first_batch = self.target.upsert(*made[:100])
        self.target.upsert(*made[100:])
        # Saving may lag, and longer for one order than for another. What never comes is for the tests to say.
        self.target.eventually(self._is_full)

    def _is_full(self) -> bool:
        rows = data_of(self.target.page(**self.filters, page_size=200)) or ()
        return sum(map(self.target.ours, rows)) == SIZE

    def _order(self, number: int) -> Order:
        target = self.target
        order = target.order(
            target.integrations[number % min(2, len(target.integrations))],
            status={"code": self.status(number % 2)},
            order_created_at=f"{self.day + timedelta(days=number % 3)}T12:{number % 60:02}:00+00:00",
            order_updated_at=f"{self.day + timedelta(days=200 + number % 5)}T11:00:00+00:00",
        )
        # 37 and 105 have no common divisor: the numbers run through all values in another sequence than the ids.
        return {**order, "order_number": f"N{target.run}{number * 37 % SIZE:03}"}

    @property
    def ids_of_shop(self) -> list[str]:
        """The `order_id`s, in the sequence of the upsert."""
        return list(self.orders)

    @property
    def integration_filter(self) -> dict[str, str | int]:
        """The filter for the integrations that hold the shelf."""
        return {"integration": ",".join(map(str, self.target.integrations[:2]))}

    @property
    def filters(self) -> dict[str, str | int]:
        """The filters that narrow a list down to the shelf."""
        days = {"order_created_at_min": str(self.day), "order_created_at_max": str(self.day + timedelta(days=2))}
        return {**self.integration_filter, **days}

    def status(self, number: int) -> str:
        """Return one of the two status codes, which no other run uses."""
        return f"{self.target.run}{('open', 'Packed')[number]}"

    def first_day(self, name: str) -> date:
        """Return the first day of `order_created_at` or `order_updated_at`."""
        return self.day if name == "order_created_at" else self.day + timedelta(days=200)

    def where(self, condition: Callable[[Order], bool]) -> set[str]:
        """Return the `order_id`s of the orders that meet the condition."""
        return {order_id for order_id, order in self.orders.items() if condition(order)}
