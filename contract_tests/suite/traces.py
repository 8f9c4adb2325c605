"""Keep account of the orders that a run may have left on a server, so that it can take all of them back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass
class Traces:
    """What a run sent, and what became of it.

    run: what every `order_id` of this run holds, and no other; nothing else is ever touched, but what `unmarked` names.
    stored: `order_id` by Sendcloud's id, of orders that were accepted and not deleted.
    confirmed: `order_id` by id, of orders that were read back. The ids in `stored` are a server's word, and a broken
    server may give the id of another order, which may be somebody else's.
    unanswered: `order_id`s whose request got no answer that tells: they may be stored, at once or later.
    refused: `order_id`s of refused requests: stored only where the server breaks UPSERT-ATOMIC or AUTH-REFUSED.
    unmarked: `order_id`s of this run that begin otherwise, for a test that needs them so.
    """

    run: str
    stored: dict[int, str] = field(default_factory=dict)
    confirmed: dict[int, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    unmarked: set[str] = field(default_factory=set)

    def ours(self, row: Json) -> bool:
        """Tell whether this run made the order."""
        order_id = str(row.get("order_id", "")) if isinstance(row, dict) else ""
        return self.run in order_id or order_id in self.unmarked

    def expect(self, body: Json) -> None:
        """Note, before a request, that its orders may be stored from now on."""
        self.unanswered |= set(self._order_ids(body))

    def settle(self, body: Json) -> None:
        """Note that the orders of a request are not to be waited for."""
        order_ids = set(self._order_ids(body))
        # What is stored is deleted anyway.
        self.refused |= order_ids & self.unanswered - set(self.stored.values())
        self.unanswered -= order_ids

    def accepted(self, data: Json) -> None:
        """Note the references that answered an upsert."""
        for id_, order_id in self._named(data):
            # One id for two orders: which of them has it is only known once they are looked up.
            if self.stored.setdefault(id_, order_id) == order_id:
                self.unanswered.discard(order_id)

    def read(self, data: Json) -> None:
        """Note that orders were read under their ids."""
        self.confirmed.update(self._named(data))

    def found(self, data: Json) -> None:
        """Note orders that were looked up: they are there under these ids, whatever id was given for them before."""
        self.read(data)
        order_ids = {order_id for _, order_id in self._named(data)}
        for id_ in [id_ for id_, order_id in self.stored.items() if order_id in order_ids]:
            if id_ not in self.confirmed:
                self.deleted(id_)
        self.accepted(data)

    def deleted(self, id_: int) -> None:
        """Note that an order is gone."""
        self.stored.pop(id_, None)

    def misnamed(self, id_: int) -> None:
        """Note that an id which a server gave for an order of ours is another order's."""
        self.unanswered.add(self.stored.pop(id_))

    def _order_ids(self, body: Json) -> Iterator[str]:
        for order in body if isinstance(body, list) else [body]:
            if self.ours(order):
                yield order["order_id"]

    def _named(self, data: Json) -> Iterable[tuple[int, str]]:
        rows = [row for row in (data if isinstance(data, list) else [data]) if self.ours(row)]
        return [(int(row["id"]), row["order_id"]) for row in rows if str(row.get("id")).isdecimal()]
