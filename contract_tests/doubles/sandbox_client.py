"""Speak plain HTTP to a sandbox, for the sandbox's own tests."""

from __future__ import annotations

from typing import Any

import httpx

from sendcloud_orders_sandbox import Sandbox

Json = dict[str, Any]
# Plain HTTP needs no certificates, whose loading takes longer than most of these tests; loopback needs no proxy.
PLAIN: Json = {"verify": False, "trust_env": False}


class Api(httpx.Client):
    """Call the operations of a sandbox with its credentials."""

    def __init__(self, sandbox: Sandbox, **options: Any) -> None:
        given = {"auth": (sandbox.public_key, sandbox.secret_key), "timeout": 10, **PLAIN, **options}
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


def complaints(response: httpx.Response) -> dict[str, str]:
    """Return the details of a refusal by their pointers."""
    return {error["source"]["pointer"]: error["detail"] for error in response.json()["errors"]}
