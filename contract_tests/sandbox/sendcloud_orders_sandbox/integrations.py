"""Invent the account's integrations, and read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import problems
from .listing import Query
from .presenting import present_object, shape
from .problems import RefusedError
from .rules import Rules, parse_id
from .store import Document

SORT_FIELDS = {
    "integration_type": "type",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "last_fetch": "last_fetched_at",
    "failing_since": "started_failing_at",
}
# A shop that calls the API, as POST /orders is meant for.
PLAIN: Document = {
    "type": "api",
    "service_point_enabled": False,
    "service_point_carriers": [],
    "webhook_active": False,
    "webhook_url": None,
    "feedback_type": "none",
    "started_failing_at": None,
    "last_fetched_at": None,
    "created_at": "2026-01-05T09:00:00+00:00",
    "updated_at": "2026-06-01T12:30:00+00:00",
}
KNOWN: dict[int, Document] = {
    41: {"shop_name": "Invented Teas", "shop_url": "https://teas.example.com"},
    68: {
        "shop_name": "Invented Lamps",
        "shop_url": "https://lamps.example.com",
        "type": "shopify",
        "service_point_enabled": True,
        "service_point_carriers": ["postnl", "dhl"],
        "webhook_active": True,
        "webhook_url": "https://lamps.example.com/hooks/parcels",
        "feedback_type": "eager",
        "started_failing_at": "2026-11-01T03:00:00+00:00",
        "last_fetched_at": "2026-11-01T02:00:00+00:00",
        "created_at": "2025-03-01T09:00:00+00:00",
        "updated_at": "2026-11-01T03:00:00+00:00",
    },
}


class Integrations:
    """The two operations that read integrations, with one method per rule, so that a test can break a single rule."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def list(self, query: Query) -> list[Document]:
        """Return all integrations at once. Rules: INTEGRATION-LIST, INTEGRATION-SORT."""
        policies = self.rules.policies
        rows = [self.describe(integration) for integration in sorted(self.rules.own_integrations)]
        if policies.row_order == "reversed":
            rows.reverse()
        field = self.sort_field(query)
        if field:
            rows.sort(key=lambda row: (row[field] is not None, row[field] or ""))
        return [present_object(shape("ShopIntegration"), row, policies) for row in rows]

    def sort_field(self, query: Query) -> str | None:
        """Return the field to sort by; None for none, or for what is not one. Rule: INTEGRATION-SORT-UNKNOWN."""
        wanted = query.get("sort", "")
        if "sort" in query and wanted not in SORT_FIELDS and self.rules.policies.wrong_integration_sort == "reject":
            raise RefusedError(replace(problems.invalid_choice(wanted, "sort"), rule="INTEGRATION-SORT-UNKNOWN"))
        return SORT_FIELDS.get(wanted)

    def get(self, path_id: str) -> Document:
        """Return one integration. Rules: INTEGRATION-GET, INTEGRATION-MISSING."""
        integration = parse_id(path_id)
        if integration is None and self.rules.policies.wrong_path_id == "invalid":
            raise RefusedError(problems.path_invalid())
        if integration not in self.rules.own_integrations:
            raise RefusedError(problems.integration_missing())
        return present_object(shape("ShopIntegration"), self.describe(integration), self.rules.policies)

    def describe(self, integration: Any) -> Document:
        """Return what an integration is like. Rule: INTEGRATION-GET."""
        plain = {"shop_name": f"Invented Shop {integration}", "shop_url": f"https://shop-{integration}.example.com"}
        return {"id": integration, **plain, **PLAIN, **KNOWN.get(integration, {})}
