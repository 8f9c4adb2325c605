"""Check orders as an upsert would, without a client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sendcloud_orders_api.models import OrderInput

from .batching import Duplicates, Planner
from .checking import UnknownFields
from .report import Rejected
from .sources import refuse_single
from .upserting import UpsertOptions, planner_of


def check_orders(
    orders: Iterable[OrderInput | Mapping[str, Any]],
    *,
    duplicates: Duplicates = "error",
    unknown_fields: UnknownFields = "refuse",
    check_for_label: bool = False,
) -> Iterator[Rejected]:
    """Yield each order that an upsert with the same options would refuse before sending; nothing is sent.

    Orders are read as the caller asks on, one by one, and are not kept; each refused one comes with its position, its
    key and the fields at fault. The options are those of `upsert`; `duplicates="error"` keeps every key, about 120
    bytes an order, the others keep nothing.

    No order is so bad that this raises; what the iterable itself raises passes through. Raises `InvalidOrders` for a
    single order in place of several, and `InvalidRequest` for another option.

    Rules: UPSERT-KEY-TWICE, UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-ID, UPSERT-UNKNOWN-FIELD, LABEL-CHECK.
    """
    options = UpsertOptions(duplicates=duplicates, unknown_fields=unknown_fields, check_for_label=check_for_label)
    refuse_single(orders)
    return _refused(orders, planner_of(options))


def _refused(orders: Iterable[object], planner: Planner) -> Iterator[Rejected]:
    for order in orders:
        checked = planner.check(order)
        if isinstance(checked, Rejected):
            yield checked
