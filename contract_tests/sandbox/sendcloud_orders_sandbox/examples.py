"""Make up orders to look at: obviously invented people, places and goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count, islice

from .moments import zulu_form
from .problems import BATCH_LIMIT
from .service import Service
from .store import Document

PEOPLE = (
    ("Ada Fictiva", "Voorbeeldstraat", "1", "1000 AA", "Delft", "NL"),
    ("Max Muster", "Musterweg", "22", "12345", "Musterstadt", "DE"),
    ("Zoé Exemple", "Rue Exemple", "3 bis", "75000", "Paris", "FR"),
    ("Jan Niemand", "Nergensplein", "404", "2000", "Antwerpen", "BE"),
    ("Greta Beispiel", "Beispielgasse", "7", "1010", "Wien", "AT"),
    ("Pepa Inventada", "Calle Inventada", "12", "28001", "Madrid", "ES"),
    ("Olaf Påhitt", "Påhittvägen", "5", "111 20", "Stockholm", "SE"),
)
GOODS = (
    ("Tea tin", "TEA-01", "12.50", "0.3"),
    ("Left sock, red", "SOCK-L", "4.95", "0.05"),
    ("Umbrella for two", "UMB-2", "29.00", "0.8"),
    ("Box of nothing", "BOX-0", "1.00", "0.1"),
    ("Very long ruler", "RULER-200", "8.40", "0.6"),
)
STATES = (("unshipped", "Unshipped"), ("on_hold", "On hold"), ("unshipped", "Unshipped"), ("shipped", "Shipped"))
PAID = (("paid", "Paid"), ("paid", "Paid"), ("pending", "Pending"))


def add_examples(service: Service, orders: int) -> int:
    """Store so many invented orders by the sandbox's own rules, under keys that are free, and return their number."""
    integrations = sorted(service.rules.own_integrations)
    made = islice(free_examples(service, integrations), orders)
    stored = 0
    while batch := list(islice(made, BATCH_LIMIT)):
        stored += len(service.rules.upsert(batch))
    service.watch.tell()
    return stored


def free_examples(service: Service, integrations: Sequence[int]) -> Iterator[Document]:
    """Yield invented orders whose keys no order has."""
    for number in count(1):
        made = example(number, integrations[number % len(integrations)], service.clock.moment())
        if service.rules.target(made) is None:
            yield made


def example(number: int, integration: int, now: datetime) -> Document:
    """Return the invented order of a number; the same number always makes the same order, but for its times."""
    name, street, house, postal_code, city, country = PEOPLE[number % len(PEOPLE)]
    goods = [GOODS[(number + step) % len(GOODS)] for step in range(1 + number % 3)]
    created = now - timedelta(hours=7 * (number % 60), minutes=number % 59)
    status, paid = STATES[number % len(STATES)], PAID[number % len(PAID)]
    pieces = 1 + number % 2
    items = [
        {
            "name": title,
            "sku": sku,
            "quantity": pieces,
            "unit_price": euros(Decimal(price)),
            "total_price": euros(Decimal(price) * pieces),
            "measurement": {"weight": {"value": Decimal(weight), "unit": "kg"}},
        }
        for title, sku, price, weight in goods
    ]
    address = {
        "name": name,
        "address_line_1": street,
        "house_number": house,
        "postal_code": postal_code,
        "city": city,
        "country_code": country,
        "email": f"customer{number}@shop.example",
    }
    return {
        "order_id": f"example-{number:04d}",
        "order_number": f"EX-{number:04d}",
        "order_details": {
            "integration": {"id": integration},
            "status": {"code": status[0], "message": status[1]},
            "order_created_at": zulu_form(created),
            "order_items": items,
        },
        "payment_details": {
            "total_price": euros(sum((Decimal(price) * pieces for _, _, price, _ in goods), Decimal())),
            "status": {"code": paid[0], "message": paid[1]},
        },
        "customer_details": {"name": name, "email": f"customer{number}@shop.example"},
        "shipping_address": address,
    }


def euros(value: Decimal) -> Document:
    """Return an amount."""
    return {"value": value, "currency": "EUR"}
