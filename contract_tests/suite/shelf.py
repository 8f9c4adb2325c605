"""A shelf of orders to list: put there once a target, in two batches, on days long ago that few others use."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from suite.answer import Reply, data_of
from suite.target import Target

SIZE = 105
BATCH = 100
FULL = (0, 52, SIZE - 1)
SHARING = 7
# The first and the last second of a day, and noon here and elsewhere: some are the same moment, others look like it.
TIMES = ("00:00:00+00:00", "23:59:59+00:00", "12:30:00+00:00", "12:30:00+01:00", "11:30:00-01:00", "12:30:00Z")
SORTS = ("integration", "order_number", "order_created_at", "order_updated_at", "pk")
# The rule of each filter; that of a day's bounds is that of the day.
RULE_OF = {
    "integration": "LIST-INTEGRATION",
    "status": "LIST-STATUS",
    "order_number": "LIST-ORDER-NUMBER",
    "order_id": "LIST-ORDER-ID",
    "order_created_at": "LIST-CREATED",
    "order_updated_at": "LIST-UPDATED",
}
# So many rows a page: it cuts rows that are equal in what they are sorted by.
PAGE = 23
Order = dict[str, Any]


@dataclass(repr=False)
class Shelf:
    """105 orders over three days of creation, five of change, two statuses, and the integrations of the target.

    Seven at a time share an order number, and a few have every field of the spec.
    `filters` narrow a list down to the shelf, as far as the target's own filters go.
    """

    target: Target
    day: date = field(init=False)
    orders: dict[str, Order] = field(init=False)
    ids: list[int] = field(init=False)
    _seen: dict[Any, list[Reply]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Any day will do; a day of its own keeps the rows of other runs and other people out of the answers.
        self.day = date(1980, 1, 1) + timedelta(days=random.SystemRandom().randrange(6000))
        made = [self._order(number) for number in range(SIZE)]
        self.orders = {order["order_id"]: order for order in made}
        self.ids = [*self.target.upsert(*made[:BATCH]), *self.target.upsert(*made[BATCH:])]
        # Saving may lag, and longer for one order than for another. What never comes is for the tests to say.
        self.target.eventually(self._is_full)

    def _is_full(self) -> bool:
        rows = data_of(self.target.page(**self.filters, page_size=200)) or ()
        return sum(map(self.target.ours, rows)) == SIZE

    def _order(self, number: int) -> Order:
        target = self.target
        fields = {
            "status": {"code": self.status(number // 2 % 2)},
            "order_created_at": f"{self.day + timedelta(days=number % 3)}T{TIMES[number % 11 % len(TIMES)]}",
            "order_updated_at": f"{self.day + timedelta(days=200 + number % 5)}T{TIMES[number % 13 % len(TIMES)]}",
            "notes": f"Note {number}",
            "tags": [f"tag {number}", f"another {number}"],
        }
        integration = target.integrations[number % min(2, len(target.integrations))]
        order = target.full_order(0, integration, **fields) if number in FULL else target.order(integration, **fields)
        # 37 and 105 have no common divisor: the numbers run through all values in another sequence than the ids.
        return {**order, "order_number": f"N{target.run}{number * 37 % SIZE // SHARING:03}"}

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

    def alike(self, number: int, *names: str) -> dict[str, str | int]:
        """Return the filters of these names that one of the orders passes."""
        order = self.orders[self.ids_of_shop[number]]
        details = order["order_details"]
        every = {
            "integration": details["integration"]["id"],
            "status": details["status"]["code"],
            "order_number": order["order_number"],
            "order_id": order["order_id"],
            "order_created_at": details["order_created_at"][:10],
            "order_updated_at": details["order_updated_at"][:10],
        }
        return {name: every[name] for name in names}

    def matching(self, filters: Mapping[str, str | int]) -> set[str]:
        """Return the `order_id`s of the orders that pass filters such as `alike` returns."""
        numbers = range(len(self.orders))
        return {self.ids_of_shop[number] for number in numbers if self.alike(number, *filters) == filters}

    def pages(self, **query: str | int) -> list[Reply]:
        """Return the pages of a list, asked for once: several tests may look at the same ones."""
        key = tuple(query.items())
        if key not in self._seen:
            self._seen[key] = list(self.target.pages(**query))
        else:
            self.target.exchanges += self._seen[key]
        return self._seen[key]

    def rows(self, **query: str | int) -> list[Order]:
        """Return the shelf's own rows of such pages, in the server's sequence."""
        return [row for page in self.pages(**query) for row in page.json["data"] if row["order_id"] in self.orders]

    def change(self) -> list[int]:
        """Upsert the first 100 again, each with another note, and return their ids as they are answered."""
        changed = list(self.orders.values())[:BATCH]
        for order in changed:
            order["order_details"]["notes"] += ", once more"
        self._seen.clear()
        return self.target.upsert(*changed)


def order_ids(rows: Iterable[Order]) -> list[str]:
    """Return the `order_id` of each row, sorted."""
    return sorted(row["order_id"] for row in rows)


def sort_value(row: Order, key: str) -> Any:
    """Return what a list is sorted by: an id, a text or a moment."""
    if key == "pk":
        return int(row["id"])
    if key == "order_number":
        return row["order_number"]
    details = row["order_details"]
    if key == "integration":
        return details["integration"]["id"]
    return datetime.fromisoformat(details[key]).astimezone(UTC)


def sorted_by(sort: str | None) -> dict[str, str | int]:
    """Return the query of a sort, and none for none: a server may take an empty one for something else."""
    return {} if sort is None else {"sort": sort}
