"""Speak plain HTTP to a sandbox, for the sandbox's own tests."""

from __future__ import annotations

from typing import Any

import httpx

from sendcloud_orders_sandbox import Sandbox

Json = dict[str, Any]
DETAILS = ("status", "order_created_at", "order_updated_at", "order_items", "notes", "tags")


class Api(httpx.Client):
    """Call the operations of a sandbox with its credentials."""

    def __init__(self, sandbox: Sandbox, **options: Any) -> None:
        # Plain HTTP needs no certificates, and loading them takes longer than most of these tests.
        given = {"auth": (sandbox.public_key, sandbox.secret_key), "verify": False, "timeout": 10, **options}
        super().__init__(base_url=sandbox.base_url, **given)

    def upsert(self, *orders: Json, **options: Any) -> httpx.Response:
        """Send one batch."""
        return self.post("/orders", json=list(orders), **options)

    def create(self, *orders: Json) -> list[int]:
        """Send one batch that must succeed, and return the ids of its orders."""
        response = self.upsert(*orders)
        assert response.is_success, response.text
        return [int(reference["id"]) for reference in response.json()["data"]]

    def read(self, order: int) -> Json:
        """Read one order that must be there."""
        response = self.get(f"/orders/{order}")
        assert response.is_success, response.text
        data: Json = response.json()["data"]
        return data

    def listed(self, **query: Any) -> list[str]:
        """Return the `order_id`s of one page."""
        response = self.get("/orders", params=query)
        assert response.is_success, response.text
        return [order["order_id"] for order in response.json()["data"]]


def order(order_id: str = "A", integration: int = 41, **fields: Any) -> Json:
    """Return a small order with fields of its own, or of its details, replaced."""
    details = {
        "integration": {"id": integration},
        "status": {"code": "unshipped"},
        "order_created_at": "2026-11-02T12:00:00+00:00",
        "order_items": [item("Tea tin")],
    }
    return {
        "order_id": order_id,
        "order_number": "1001",
        "order_details": details | {name: value for name, value in fields.items() if name in DETAILS},
        "payment_details": {"total_price": price(19.9), "status": {"code": "paid"}},
    } | {name: value for name, value in fields.items() if name not in DETAILS}


def item(name: str, **fields: Any) -> Json:
    """Return an item."""
    return {"name": name, "quantity": 2, "total_price": price(19.9), **fields}


def price(value: Any) -> Json:
    """Return an amount of euros."""
    return {"value": value, "currency": "EUR"}


def address(**fields: Any) -> Json:
    """Return an address."""
    given = {"name": "Ada Fictiva", "address_line_1": "Voorbeeldstraat", "postal_code": "1000", "city": "Delft"}
    return given | {"country_code": "NL"} | fields


def complaints(response: httpx.Response) -> dict[str, str]:
    """Return the details of a refusal by their pointers."""
    return {error["source"]["pointer"]: error["detail"] for error in response.json()["errors"]}
