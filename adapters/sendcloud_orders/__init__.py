"""Push a shop's orders to Sendcloud, keep them in step, and be told the truth about each of them.

    from sendcloud_orders import OrdersClient

    with OrdersClient.from_env() as orders:
        report = orders.upsert(read_orders())
        report.raise_for_rejected()

The models (`OrderInput`, `OrderUpdate`, `Order`, ...) are in `sendcloud_orders_api.models`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app_info import AppInfo
    from .async_client import AsyncOrdersClient
    from .auth import BasicCredentials, CallableCredentials, Credentials, OAuth2Credentials
    from .changes import AsyncChanges, Changes
    from .checked_orders import check_orders
    from .client import OrdersClient
    from .clock import Clock
    from .coalescing import AsyncCoalescing, Coalescing
    from .errors import (
        APIStatusError,
        AuthenticationError,
        BadRequestError,
        BatchRejected,
        ConfigurationError,
        ConflictError,
        ContractError,
        FieldError,
        IncompleteLabels,
        IncompleteUpsert,
        InvalidOrders,
        InvalidRequest,
        LabelError,
        LabelMayExist,
        LabelNotSaved,
        LabelUnreadable,
        NotFoundError,
        NotYetAvailable,
        PermissionDeniedError,
        RateLimitError,
        SendcloudError,
        ServerError,
        TimeoutError,
        TransportError,
        UnknownAddressError,
        UpdateNotApplied,
    )
    from .events import Hooks, RequestEvent, ResponseEvent, RetryEvent, UnknownFieldEvent
    from .identity import OrderId, OrderKey, OrderNumber, SendcloudId, sendcloud_id
    from .inputs import to_input
    from .journal import Journal
    from .label_report import (
        LabelAccepted,
        LabelNotSent,
        LabelOutcome,
        LabelRejected,
        LabelReport,
        LabelUnknown,
        UnaskedShipment,
    )
    from .labels import Label
    from .pacing import Pace, PaceLimits
    from .pagination import Filters, Page, UnreadableRow
    from .report import Accepted, BatchOutcome, NotSent, Rejected, Unknown, UpsertReport
    from .retry import RetryPolicy
    from .version import __version__

__all__ = [
    "APIStatusError",
    "Accepted",
    "AppInfo",
    "AsyncChanges",
    "AsyncCoalescing",
    "AsyncOrdersClient",
    "AuthenticationError",
    "BadRequestError",
    "BasicCredentials",
    "BatchOutcome",
    "BatchRejected",
    "CallableCredentials",
    "Changes",
    "Clock",
    "Coalescing",
    "ConfigurationError",
    "ConflictError",
    "ContractError",
    "Credentials",
    "FieldError",
    "Filters",
    "Hooks",
    "IncompleteLabels",
    "IncompleteUpsert",
    "InvalidOrders",
    "InvalidRequest",
    "Journal",
    "Label",
    "LabelAccepted",
    "LabelError",
    "LabelMayExist",
    "LabelNotSaved",
    "LabelNotSent",
    "LabelOutcome",
    "LabelRejected",
    "LabelReport",
    "LabelUnknown",
    "LabelUnreadable",
    "NotFoundError",
    "NotSent",
    "NotYetAvailable",
    "OAuth2Credentials",
    "OrderId",
    "OrderKey",
    "OrderNumber",
    "OrdersClient",
    "Pace",
    "PaceLimits",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "Rejected",
    "RequestEvent",
    "ResponseEvent",
    "RetryEvent",
    "RetryPolicy",
    "SendcloudError",
    "SendcloudId",
    "ServerError",
    "TimeoutError",
    "TransportError",
    "UnaskedShipment",
    "Unknown",
    "UnknownAddressError",
    "UnknownFieldEvent",
    "UnreadableRow",
    "UpdateNotApplied",
    "UpsertReport",
    "__version__",
    "check_orders",
    "sendcloud_id",
    "to_input",
]

# Each name is loaded when it is first asked for: the models, the limiter and asyncio take longer to import than the
# HTTP library, and not every program that imports this package comes to send something.
_HOMES = {
    "app_info": "AppInfo",
    "async_client": "AsyncOrdersClient",
    "auth": "BasicCredentials CallableCredentials Credentials OAuth2Credentials",
    "changes": "AsyncChanges Changes",
    "checked_orders": "check_orders",
    "client": "OrdersClient",
    "clock": "Clock",
    "coalescing": "AsyncCoalescing Coalescing",
    "errors": """
        APIStatusError AuthenticationError BadRequestError BatchRejected ConfigurationError ConflictError
        ContractError FieldError IncompleteLabels IncompleteUpsert InvalidOrders InvalidRequest LabelError
        LabelMayExist LabelNotSaved LabelUnreadable NotFoundError NotYetAvailable PermissionDeniedError RateLimitError
        SendcloudError ServerError TimeoutError TransportError UnknownAddressError UpdateNotApplied
    """,
    "events": "Hooks RequestEvent ResponseEvent RetryEvent UnknownFieldEvent",
    "identity": "OrderId OrderKey OrderNumber SendcloudId sendcloud_id",
    "inputs": "to_input",
    "journal": "Journal",
    "label_report": """
        LabelAccepted LabelNotSent LabelOutcome LabelRejected LabelReport LabelUnknown UnaskedShipment
    """,
    "labels": "Label",
    "pacing": "Pace PaceLimits",
    "pagination": "Filters Page UnreadableRow",
    "report": "Accepted BatchOutcome NotSent Rejected Unknown UpsertReport",
    "retry": "RetryPolicy",
    "version": "__version__",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

# Hidden from type checkers, which would take any name for granted.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # Kept, so that it is asked for once; two threads at once keep the same object.
        value = globals()[name] = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
