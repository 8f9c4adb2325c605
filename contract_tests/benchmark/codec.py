"""Build and write 100 orders, read a page of 200: models against dictionaries."""

from __future__ import annotations

import importlib
import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from statistics import median
from time import perf_counter
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

from sendcloud_orders_api import models as m
from sendcloud_orders_api.types import decode, encode

ROUNDS = 9
WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PRICE = Decimal("19.99")
ITEMS = range(3)


def model(number: int) -> m.OrderInput:
    """Build an order of models from values as a shop holds them."""
    address = m.AddressInput(
        name="Änne Beispiel",
        company_name="Beispiel GmbH",
        address_line_1="Musterstraße",
        house_number="5a",
        postal_code="10115",
        city="Berlin",
        country_code="DE",
        email="customer@example.org",
        phone_number="+493023125001",
    )
    return m.OrderInput(
        order_id=f"shop-{number}",
        order_number=f"#{number}",
        order_details=m.OrderDetailsInput(
            integration=m.IntegrationInput(id=41),
            status=m.StatusInput(code="unfulfilled"),
            order_created_at=WHEN,
            order_updated_at=WHEN,
            order_items=[
                m.OrderItemInput(
                    item_id=f"{number}-{row}",
                    name="T-shirt, size XL",
                    quantity=3,
                    sku="6109-01",
                    hs_code="6109.10",
                    country_of_origin="NL",
                    total_price=m.ItemPriceInput(value=PRICE * 3, currency="EUR"),
                    unit_price=m.ItemPriceInput(value=PRICE, currency="EUR"),
                    measurement=m.MeasurementInput(
                        dimension=m.DimensionInput(length=30, width=20, height=2, unit="cm"),
                        weight=m.WeightInput(value=0.2, unit="kg"),
                    ),
                )
                for row in ITEMS
            ],
            notes="Please ring twice.",
            tags=["gift", "fragile"],
        ),
        payment_details=m.PaymentDetailsInput(
            total_price=m.PriceInput(value=PRICE * 9, currency="EUR"), status=m.StatusInput(code="paid")
        ),
        customs_details=m.CustomsDetailsInput(commercial_invoice_number="INV-1", shipment_type="commercial_goods"),
        customer_details=m.CustomerDetailsInput(
            name="Änne Beispiel", phone_number="+493023125001", email="customer@example.org"
        ),
        shipping_address=address,
        billing_address=address,
    )


def dictionary(number: int) -> dict[str, Any]:
    """Build the same order of dictionaries, as one does by hand."""
    address = {
        "name": "Änne Beispiel",
        "company_name": "Beispiel GmbH",
        "address_line_1": "Musterstraße",
        "house_number": "5a",
        "postal_code": "10115",
        "city": "Berlin",
        "country_code": "DE",
        "email": "customer@example.org",
        "phone_number": "+493023125001",
    }
    return {
        "order_id": f"shop-{number}",
        "order_number": f"#{number}",
        "order_details": {
            "integration": {"id": 41},
            "status": {"code": "unfulfilled"},
            "order_created_at": WHEN.isoformat(),
            "order_updated_at": WHEN.isoformat(),
            "order_items": [
                {
                    "item_id": f"{number}-{row}",
                    "name": "T-shirt, size XL",
                    "quantity": 3,
                    "sku": "6109-01",
                    "hs_code": "6109.10",
                    "country_of_origin": "NL",
                    "total_price": {"value": float(PRICE * 3), "currency": "EUR"},
                    "unit_price": {"value": float(PRICE), "currency": "EUR"},
                    "measurement": {
                        "dimension": {"length": 30, "width": 20, "height": 2, "unit": "cm"},
                        "weight": {"value": 0.2, "unit": "kg"},
                    },
                }
                for row in ITEMS
            ],
            "notes": "Please ring twice.",
            "tags": ["gift", "fragile"],
        },
        "payment_details": {
            "total_price": {"value": float(PRICE * 9), "currency": "EUR"},
            "status": {"code": "paid"},
        },
        "customs_details": {"commercial_invoice_number": "INV-1", "shipment_type": "commercial_goods"},
        "customer_details": {
            "name": "Änne Beispiel",
            "phone_number": "+493023125001",
            "email": "customer@example.org",
        },
        "shipping_address": address,
        "billing_address": address,
    }


def show() -> None:
    """Print both tables; the limit is orjson with dictionaries that are there already."""
    ready = [dictionary(number) for number in range(100)]
    body = encode([model(number) for number in range(100)])
    # Whoever did less work would win: both ways must say the same.
    assert _same(json.loads(body), ready)
    rows = [order | {"id": str(number), "modified_at": WHEN.isoformat()} for number, order in enumerate(ready * 2)]
    page = json.dumps({"data": rows}, ensure_ascii=False).encode()
    write: dict[str, Callable[[], object]] = {
        "generated models": lambda: encode([model(number) for number in range(100)]),
        "dictionaries, json": lambda: json.dumps([dictionary(number) for number in range(100)]).encode(),
    }
    forgetful = msgspec.json.Decoder(_forgetful(m.OrderPage), strict=False)
    for row in rows:
        for item in row["order_details"]["order_items"]:
            item["x_future"] = "new"
    grown = json.dumps({"data": rows}, ensure_ascii=False).encode()
    read: dict[str, Callable[[], object]] = {
        "generated models": lambda: decode(m.OrderPage, page, content_type="application/json"),
        "the same, a new field in each item": lambda: decode(m.OrderPage, grown, content_type="application/json"),
        "models that forget unknown fields": lambda: forgetful.decode(page),
        "dictionaries, json": lambda: json.loads(page),
    }
    try:
        orjson = importlib.import_module("orjson")
    except ModuleNotFoundError:
        print("orjson is not installed: its rows are left out, and ratios are to the generated models")
    else:
        write["dictionaries, orjson"] = lambda: orjson.dumps([dictionary(number) for number in range(100)])
        write["limit: ready dictionaries, orjson"] = lambda: orjson.dumps(ready)
        read["limit: dictionaries, orjson"] = lambda: orjson.loads(page)
    print(f"Python {platform.python_version()}, orders of {len(body) / 100 / 1000:.1f} KB, median of {ROUNDS} rounds")
    _table("build and write 100 orders", _measured(write))
    _table("read a page of 200 orders", _measured(read))


def _forgetful(model: Any) -> Any:
    """Make a model like this one, but that passes over what it does not name: what keeping it costs shows beside it."""
    fields = [
        (one.name, _with_forgetful(one.type), msgspec.field(name=one.encode_name, **_default(one)))
        for one in msgspec.structs.fields(model)
        if one.name != "extra"
    ]
    namespace = {"__post_init__": model.__post_init__} if hasattr(model, "__post_init__") else {}
    return msgspec.defstruct(model.__name__, fields, kw_only=True, gc=False, namespace=namespace)


def _default(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    return {} if field.required else {"default": field.default}


def _with_forgetful(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _forgetful(kind)
    if isinstance(kind, UnionType):
        return reduce(or_, map(_with_forgetful, get_args(kind)))
    if get_origin(kind) is list:
        return list[_with_forgetful(get_args(kind)[0])]  # type: ignore[misc]
    return kind


def _same(one: object, other: object) -> bool:
    """Compare JSON, with the two spellings of UTC taken for one."""
    return json.dumps(one, sort_keys=True).replace("Z", "+00:00") == json.dumps(other, sort_keys=True).replace(
        "Z", "+00:00"
    )


def _measured(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    # By turns, so that a slow moment of the machine falls on all of them.
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = perf_counter()
            way()
            taken[name].append(perf_counter() - start)
    return {name: median(seconds) for name, seconds in taken.items()}


def _table(title: str, taken: dict[str, float]) -> None:
    limit = next((seconds for name, seconds in taken.items() if name.startswith("limit")), None)
    print(f"\n{title}")
    for name, seconds in sorted(taken.items(), key=lambda row: row[1]):
        print(f"  {name:<36}{seconds * 1000:8.2f} ms{seconds / (limit or taken['generated models']):8.1f} x")
