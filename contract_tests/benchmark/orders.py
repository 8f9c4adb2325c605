"""One order of about 3.4 KB with every optional block, as models and as dictionaries; both say the same JSON.

Every order has keys, numbers and people of its own, and each is as long as any other, so that the length of a body
tells whether all of it was sent. What a shop holds ready (texts, amounts, moments) is ready here too, in the form that
each client takes; the order is built from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

BATCH = 100
PAGE = 200
FIRST_ID = 600_000_000
"""Sendcloud's id of the order 0; that of each other order is as much higher as its number."""

ITEMS = range(2)
WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TEXT_OF_WHEN = WHEN.isoformat()
DESCRIPTION = "Hand made; no two pieces are quite alike."


class Person(NamedTuple):
    """Who ordered: one of many, so that texts are not the same ones again and again."""

    name: str
    company: str
    street: str
    house: str
    postal_code: str
    email: str
    phone: str


PEOPLE = [
    Person(
        name=f"Änne Beispiel {number}",
        company=f"Beispiel & Söhne {number} GmbH",
        street=f"Musterstraße {number}",
        house=f"{number}a",
        postal_code=f"1{number}",
        email=f"customer{number}@example.org",
        phone=f"+49302312{number}",
    )
    for number in range(1000, 2000)
]


@dataclass(frozen=True)
class Values:
    """The scalar values that models take: enumerations are texts in some and members in others."""

    cm: Any = "cm"
    kg: Any = "kg"
    goods: Any = "commercial_goods"
    export: Any = "commercial_b2c"
    option: Any = "shipping_option_code"
    price: Any = Decimal("19.99")
    line: Any = Decimal("59.97")
    total: Any = Decimal("124.89")
    shipping: Any = Decimal("4.95")
    tax: Any = Decimal("23.73")


OURS = Values()
# As JSON has them.
FLOATS = {name: float(getattr(OURS, name)) for name in ("price", "line", "total", "shipping", "tax")}


@dataclass(frozen=True)
class Models:
    """Builds orders of models: ours, and those of peers that have classes of the same names."""

    classes: Any
    values: Values = field(default=OURS)

    def order(self, number: int) -> Any:
        """Build the order of this number."""
        m, v = self.classes, self.values
        person = PEOPLE[number % 1000]
        key = f"{number:07}"
        address = m.AddressInput(
            name=person.name,
            company_name=person.company,
            address_line_1=person.street,
            house_number=person.house,
            address_line_2="Staircase B, third floor",
            postal_code=person.postal_code,
            city="Berlin",
            country_code="DE",
            state_province_code="DE-BE",
            email=person.email,
            phone_number=person.phone,
        )
        return m.OrderInput(
            order_id=f"shop-{key}",
            order_number=f"#{key}",
            order_details=m.OrderDetailsInput(
                integration=m.IntegrationInput(id=41),
                status=m.StatusInput(code="unfulfilled", message="Waiting for stock"),
                order_created_at=WHEN,
                order_updated_at=WHEN,
                order_items=[
                    m.OrderItemInput(
                        item_id=f"{key}-{row}",
                        product_id=f"P{key}",
                        variant_id=f"V{key}",
                        image_url="https://images.example.com/6109.jpg",
                        description=DESCRIPTION,
                        name="T-shirt, größe XL",
                        quantity=3,
                        sku="6109-01",
                        ean="2000001000007",
                        hs_code="6109.10",
                        country_of_origin="NL",
                        total_price=m.ItemPriceInput(value=v.line, currency="EUR"),
                        unit_price=m.ItemPriceInput(value=v.price, currency="EUR"),
                        measurement=m.MeasurementInput(
                            dimension=m.DimensionInput(length=30.5, width=20.5, height=2.5, unit=v.cm),
                            weight=m.WeightInput(value=0.25, unit=v.kg),
                        ),
                        delivery_dates=m.DeliveryDatesInput(handover_at=WHEN, deliver_at=WHEN),
                    )
                    for row in ITEMS
                ],
                notes="Please ring twice, and leave it with the neighbours if nobody is at home.",
                tags=["gift", "fragile"],
            ),
            payment_details=m.PaymentDetailsInput(
                total_price=m.PriceInput(value=v.total, currency="EUR"),
                status=m.StatusInput(code="paid", message="Paid by card"),
                is_cash_on_delivery=False,
                subtotal_price=m.PriceInput(value=v.line, currency="EUR"),
                estimated_shipping_price=m.PriceInput(value=v.shipping, currency="EUR"),
                estimated_tax_price=m.PriceInput(value=v.tax, currency="EUR"),
                invoice_date="2026-11-21",
                discount_granted=m.CostsInput(value="1.50", currency="EUR"),
                insurance_costs=m.CostsInput(value="2.50", currency="EUR"),
            ),
            customs_details=m.CustomsDetailsInput(
                commercial_invoice_number=f"INV-{key}",
                shipment_type=v.goods,
                export_type=v.export,
                tax_numbers=m.TaxNumbersInput(
                    sender=[m.TaxNumberInput(name="VAT", country_code="NL", value="NL987654321B02")],
                    receiver=[m.TaxNumberInput(name="EORI", country_code="DE", value="DE12345678901")],
                ),
            ),
            customer_details=m.CustomerDetailsInput(name=person.name, phone_number=person.phone, email=person.email),
            shipping_address=address,
            billing_address=address,
            shipping_details=m.ShippingDetailsInput(
                is_local_pickup=False,
                delivery_indicator="DHL, with signature",
                measurement=m.MeasurementInput(weight=m.WeightInput(value=1.25, unit=v.kg)),
                ship_with=m.ShipWithInput(
                    type_=v.option,
                    properties=m.ShipWithPropertiesInput(shipping_option_code="dhl:connect/signature", contract_id=901),
                ),
            ),
            service_point_details=m.ServicePointInput(id="10816412", post_number="41200"),
        )


def dictionary(number: int) -> dict[str, Any]:
    """Build the order of this number of dictionaries, as one does by hand."""
    person = PEOPLE[number % 1000]
    key = f"{number:07}"
    address = {
        "name": person.name,
        "company_name": person.company,
        "address_line_1": person.street,
        "house_number": person.house,
        "address_line_2": "Staircase B, third floor",
        "postal_code": person.postal_code,
        "city": "Berlin",
        "country_code": "DE",
        "state_province_code": "DE-BE",
        "email": person.email,
        "phone_number": person.phone,
    }
    return {
        "order_id": f"shop-{key}",
        "order_number": f"#{key}",
        "order_details": {
            "integration": {"id": 41},
            "status": {"code": "unfulfilled", "message": "Waiting for stock"},
            "order_created_at": TEXT_OF_WHEN,
            "order_updated_at": TEXT_OF_WHEN,
            "order_items": [
                {
                    "item_id": f"{key}-{row}",
                    "product_id": f"P{key}",
                    "variant_id": f"V{key}",
                    "image_url": "https://images.example.com/6109.jpg",
                    "description": DESCRIPTION,
                    "name": "T-shirt, größe XL",
                    "quantity": 3,
                    "sku": "6109-01",
                    "ean": "2000001000007",
                    "hs_code": "6109.10",
                    "country_of_origin": "NL",
                    "total_price": {"value": FLOATS["line"], "currency": "EUR"},
                    "unit_price": {"value": FLOATS["price"], "currency": "EUR"},
                    "measurement": {
                        "dimension": {"length": 30.5, "width": 20.5, "height": 2.5, "unit": "cm"},
                        "weight": {"value": 0.25, "unit": "kg"},
                    },
                    "delivery_dates": {"handover_at": TEXT_OF_WHEN, "deliver_at": TEXT_OF_WHEN},
                }
                for row in ITEMS
            ],
            "notes": "Please ring twice, and leave it with the neighbours if nobody is at home.",
            "tags": ["gift", "fragile"],
        },
        "payment_details": {
            "total_price": {"value": FLOATS["total"], "currency": "EUR"},
            "status": {"code": "paid", "message": "Paid by card"},
            "is_cash_on_delivery": False,
            "subtotal_price": {"value": FLOATS["line"], "currency": "EUR"},
            "estimated_shipping_price": {"value": FLOATS["shipping"], "currency": "EUR"},
            "estimated_tax_price": {"value": FLOATS["tax"], "currency": "EUR"},
            "invoice_date": "2026-11-21",
            "discount_granted": {"value": "1.50", "currency": "EUR"},
            "insurance_costs": {"value": "2.50", "currency": "EUR"},
        },
        "customs_details": {
            "commercial_invoice_number": f"INV-{key}",
            "shipment_type": "commercial_goods",
            "export_type": "commercial_b2c",
            "tax_numbers": {
                "sender": [{"name": "VAT", "country_code": "NL", "value": "NL987654321B02"}],
                "receiver": [{"name": "EORI", "country_code": "DE", "value": "DE12345678901"}],
            },
        },
        "customer_details": {"name": person.name, "phone_number": person.phone, "email": person.email},
        "shipping_address": address,
        "billing_address": address,
        "shipping_details": {
            "is_local_pickup": False,
            "delivery_indicator": "DHL, with signature",
            "measurement": {"weight": {"value": 1.25, "unit": "kg"}},
            "ship_with": {
                "type": "shipping_option_code",
                "properties": {"shipping_option_code": "dhl:connect/signature", "contract_id": 901},
            },
        },
        "service_point_details": {"id": "10816412", "post_number": "41200"},
    }


def stored(number: int) -> dict[str, Any]:
    """Give the order of this number as a page shows it."""
    return {
        "id": FIRST_ID + number,
        **dictionary(number),
        "created_at": TEXT_OF_WHEN,
        "modified_at": TEXT_OF_WHEN,
    }


def batches(numbers: range) -> Iterator[range]:
    """Cut numbers into those of each batch."""
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]


def sum_of_ids(numbers: Sequence[int]) -> int:
    """Add Sendcloud's ids of these orders up: who read them all knows it."""
    return sum(numbers) + FIRST_ID * len(numbers)
