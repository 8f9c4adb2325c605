"""Orders that are stored already, so that a test which changes one need not wait until it is saved."""

from dataclasses import dataclass, field

from orders.factory import address, item, price
from suite.answer import Body
from suite.target import Target

BATCH = 12
ADDRESS = address(house_number="5")


@dataclass(repr=False)
class Stock:
    """Orders of this run with an address, a customer and two items: made a batch at a time, each given out once.

    lost: the `order_id`s of those that were accepted and never came. One test tells of them, and the others do without.
    """

    target: Target
    lost: list[str] = field(default_factory=list)
    _left: list[tuple[int, Body]] = field(default_factory=list)

    def take(self) -> tuple[int, Body]:
        """Return Sendcloud's id of an order that can be read, and the order as it was sent."""
        if not self._left:
            orders = [self._order() for _ in range(BATCH)]
            for id_, order in zip(self.target.upsert(*orders), orders, strict=True):
                if self.target.eventually(lambda id_=id_: self.target.get(id_).status == 200):  # type: ignore[misc]
                    self._left.append((id_, order))
                else:
                    self.lost.append(order["order_id"])
            assert self._left, f"none of {BATCH} orders that were accepted can be read (UPSERT-ASYNC)"
        return self._left.pop(0)

    def _order(self) -> Body:
        items = [item("Tea tin", sku="TIN"), item("Lamp", quantity=1, sku="LAMP", total_price=price(39))]
        return self.target.order(
            shipping_address=ADDRESS,
            customer_details={"name": ADDRESS["name"], "phone_number": "+31000000000"},
            order_items=items,
            notes="Please ring twice.",
        )
