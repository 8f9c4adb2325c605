"""Fit the spec to the account that is tested: what it holds, no schema can say."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orders.factory import address
from runs import proxies

Json = dict[str, Any]

# Whose orders the other examples change by their ids, in this order; the last one is there to be deleted.
STORED_EXAMPLES = ("MinimalOrder", "MeasuredOrder", "InternationalOrder")
NO_ORDER = "1000000000000000"
OTHER = "that of another order"
# The address that the sandbox sends from.
SENDER = 5
LABELS = ("LabelInput", "LabelsInput")
LARGEST = 2**63 - 1
WHOLE = (
    ("ParcelItemInput", "quantity"),
    *((schema, "brand_id") for schema in LABELS),
)
TO_SHIP = ("OrderToShipInput", "OrderWithParcelsInput")


@dataclass(frozen=True)
class Account:
    """What a spec cannot know of the account under test: its integrations, and the ids of orders that it holds.

    The first order is the one of the spec's smallest example, and stays; the last one may be deleted.
    """

    integrations: tuple[int, ...]
    orders: tuple[int, ...]


def make_account(base_url: str, auth: tuple[str, str], integrations: Sequence[int], document: Json) -> Account:
    """Store the orders that the examples of the document speak of, and say where they are.

    Raises `httpx.HTTPError`, or `ValueError`, `LookupError` or `TypeError` when the answer cannot be read.
    """
    examples = document["components"]["examples"]
    # One of them has no address, and nothing is shipped to nowhere.
    orders = [{"shipping_address": address()} | order for name in STORED_EXAMPLES for order in examples[name]["value"]]
    with proxies.client(base_url, auth=auth, timeout=10) as http:
        answer = http.post(f"{base_url}/orders", json=orders).raise_for_status()
    ids = {row["order_id"]: int(row["id"]) for row in answer.json()["data"]}
    return Account(tuple(integrations), tuple(ids[order["order_id"]] for order in orders))


def for_account(document: Json, account: Account) -> Json:
    """Return the document as it holds for this account, so that a well-made request can succeed on it.

    Requests name what the account holds: its integrations and, where they change an order, that order. For each rule
    that no schema can say they may also name something that is refused, in an example as well, so that every run shows
    that it is. The partner's header stays out: Schemathesis takes it for the id of something that another operation
    makes, and would never start a walk with an upsert. The mock gets the document as it is.
    Rules: UPSERT-ACCOUNT, LIST-INTEGRATION-UNKNOWN, UPSERT-IMMUTABLE, PATCH-ITEM-MISSING, PATCH-IMMUTABLE, LABEL-NAMED,
    LABELS-SENDER.
    """
    changed: Json = json.loads(json.dumps(document))
    stored = document["components"]["examples"][STORED_EXAMPLES[0]]["value"][0]
    items = [item["name"] for item in stored["order_details"]["order_items"]]
    for schema, name, values in (
        ("IntegrationInput", "id", account.integrations),
        ("IntegrationUpdate", "id", account.integrations),
        ("OrderInput", "id", [NO_ORDER, *map(str, account.orders)]),
        ("OrderUpdate", "id", [str(account.orders[0])]),
        ("OrderUpdate", "order_id", [stored["order_id"], OTHER]),
        ("OrderItemUpdate", "name", [*items, OTHER]),
        *((schema, "integration_id", account.integrations) for schema in LABELS),
        *((schema, "sender_address_id", [SENDER]) for schema in LABELS),
        *((schema, "order_id", [stored["order_id"], OTHER]) for schema in TO_SHIP),
        *((schema, "order_number", [stored["order_number"], OTHER]) for schema in TO_SHIP),
    ):
        changed["components"]["schemas"][schema]["properties"][name]["enum"] = list(values)
    changed["components"]["schemas"]["OrderItemUpdate"]["required"] = ["name"]
    # As every database, the sandbox keeps 64 bits, and the reference names no bound for the spec to state.
    for schema, name in WHOLE:
        changed["components"]["schemas"][schema]["properties"][name]["maximum"] = LARGEST

    several, one = changed["paths"]["/orders"], changed["paths"]["/orders/{id}"]
    for path in ("/orders", "/orders/create-label-sync", "/orders/create-labels-async"):
        del changed["paths"][path]["post"]["parameters"]
    for parameter in several["get"]["parameters"]:
        if parameter["name"] == "integration":
            parameter["schema"]["items"]["enum"] = list(account.integrations)
    del one["parameters"]
    place = changed["components"]["parameters"]["Id"]
    for method, position in {"get": 0, "patch": 0, "delete": -1}.items():
        one[method]["parameters"] = [place | {"examples": {"Stored": {"value": account.orders[position]}}}]

    refused = {
        "OtherKeyOfId": (several["post"], [stored | {"id": str(account.orders[0]), "order_id": OTHER}]),
        "OtherKey": (one["patch"], {"order_id": OTHER}),
        "OtherIntegration": (one["patch"], {"order_details": {"integration": {"id": account.integrations[-1]}}}),
        "OtherItem": (one["patch"], {"order_details": {"order_items": [{"name": OTHER}]}}),
    }
    for name, (operation, body) in refused.items():
        # By reference, because Schemathesis builds its own bodies upon an example that stands in the operation itself.
        changed["components"]["examples"][name] = {"value": body}
        reference = {"$ref": f"#/components/examples/{name}"}
        operation["requestBody"]["content"]["application/json"]["examples"][name] = reference
    return changed
