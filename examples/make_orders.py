"""Write orders.ndjson: 250 invented orders, one JSON object a line, each a valid body for POST /orders.

    python examples/make_orders.py

The same script always writes the same bytes. Nobody in it exists: surnames mean "example" or "invented", mail goes
to example.com and example.org, and phone numbers come from ranges that regulators keep free for films.
"""
# ruff: noqa: RUF001 - letters and dashes that look like others are part of what the orders have to show

import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

COUNT = 250
INTEGRATIONS = (41, 68, 93)
Json = dict[str, Any]


class Place(NamedTuple):
    """A made-up customer at a made-up street of a real town."""

    name: str
    street: str
    number: str
    postal_code: str
    city: str
    country: str
    state: str | None = None
    offset: str = "+01:00"
    currency: str = "EUR"


PLACES = (
    Place("Femke van Voorbeeld", "Verzonnenlaan", "12 bis", "1011 ZZ", "Amsterdam", "NL"),
    Place("Änne Beispiel", "Musterstraße", "5a", "10115", "Berlin", "DE", "DE-BE"),
    Place("Jörg Erfunden", "Beispielgasse", "3/2/14", "1010", "Wien", "AT"),
    Place("Ursina Beispiel-Inventada", "Phantasieweg", "8", "8001", "Zürich", "CH", "CH-ZH", "+01:00", "CHF"),
    Place("Zoë Exemple", "Rue de l'Œuvre-Inventée", "99 ter", "75011", "Paris", "FR"),
    Place("Noël Fictif", "Chaussée de l'Exemple", "1", "1000", "Bruxelles", "BE"),
    Place("Íñigo Ejemplo Ficticio", "Calle del Ejemplo", "s/n", "28013", "Madrid", "ES", "ES-M"),
    Place("João Exemplar", "Travessa da Invenção", "7, 2.º Esq.", "1100-148", "Lisboa", "PT", None, "+00:00"),
    Place("Niccolò Esempio", "Via dell'Invenzione", "21", "00184", "Roma", "IT", "IT-RM"),
    Place("Łucja Przykładowa", "ul. Zmyślona", "4/16", "00-001", "Warszawa", "PL"),
    Place("Jiří Příklad", "Vymyšlená", "118/3", "110 00", "Praha", "CZ"),
    Place("Åsa Påhittad", "Exempelgatan", "2 lgh 1101", "411 01", "Göteborg", "SE"),
    Place("Saoirse Invented", "Sample Quay", "6", "D02 ZZ99", "Dublin", "IE", None, "Z"),
    Place("Иван Примеров", "ул. Измислена", "10", "1000", "София", "BG", None, "+02:00"),
    Place("Γιώργος Παράδειγμα", "Οδός Επινόησης", "33", "105 57", "Αθήνα", "GR", None, "+02:00"),
    Place("Imogen Invented", "Example Mews", "1", "EC1A 9ZZ", "London", "GB", None, "Z", "GBP"),
    Place("Ezra Example", "Madeup Avenue", "4200", "97201", "Portland", "US", "US-OR", "-08:00", "USD"),
    Place("Placeholder O'Sample", "Fictional Road", "77", "A1A 1A1", "St. John's", "CA", "CA-NL", "-03:30", "USD"),
    Place("見本 ハナコ", "架空町", "1-2-3", "100-0001", "東京都千代田区", "JP", "JP-13", "+09:00"),
    Place("예시 민수", "가상로", "12", "04524", "서울특별시", "KR", None, "+09:00", "USD"),
    Place("สมมติ ตัวอย่าง", "ถนนตัวอย่าง", "9/1", "10110", "กรุงเทพมหานคร", "TH", "TH-10", "+07:00"),
    Place("उदाहरण कुमार", "काल्पनिक मार्ग", "108", "110001", "नई दिल्ली", "IN", "IN-DL", "+05:30", "USD"),
    Place("नमूना थापा", "उदाहरण टोल", "15", "44600", "काठमाडौँ", "NP", None, "+05:45", "USD"),
    Place("ישראלה לדוגמה", "רחוב הדמיון", "7", "6100001", "תל אביב", "IL", None, "+02:00", "USD"),
    Place("ليلى المثال", "شارع الخيال", "١٢", "00000", "دبي", "AE", "AE-DU", "+04:00", "USD"),
    Place("José Exemplo da Invenção", "Rua Fictícia", "150, ap. 61", "01001-000", "São Paulo", "BR", "BR-SP", "-03:00"),
    Place("Işıl Örnek", "Hayalî Sokak", "16 D:4", "34000", "İstanbul", "TR", "TR-34", "+03:00"),
    Place("例 小明", "虛構路", "88 號 3 樓", "100", "臺北市", "TW", None, "+08:00", "USD"),
    Place("Nguyễn Ví Dụ", "Đường Tưởng Tượng", "21B", "100000", "Hà Nội", "VN", None, "+07:00", "USD"),
)
EU = {"NL", "DE", "AT", "FR", "BE", "ES", "PT", "IT", "PL", "CZ", "SE", "IE", "BG", "GR"}
PHONES = {"GB": "+4420794609{:02}", "US": "+120255501{:02}", "DE": "+493023125{:03}", "FR": "+3319900{:04}"}
CLOCKS = ("+14:00", "-12:00", "+00:00", "+12:45", "-09:30")  # zones that no place above lies in

# name, price in cents, grams, (length, width, height) in mm, hs code, country of origin
PRODUCTS = (
    ("Sticker", 10, 2, (50, 50, 1), "4821.10", "NL"),
    ("Postcard", 20, 5, (148, 105, 1), "4909.00", "DE"),
    ("Sample sachet", 1, 3, (60, 40, 4), "3304.99", "FR"),
    ("Free gift", 0, 20, (80, 60, 20), "9505.90", "CN"),
    ("T-shirt", 1999, 180, (300, 250, 20), "6109.10", "PT"),
    ("Wool jumper", 8950, 640, (350, 300, 80), "6110.11", "IE"),
    ("Tea towel „Küche“", 1295, 90, (200, 150, 15), "6302.91", "TR"),
    ("Café au lait bowl", 1750, 420, (140, 140, 80), "6912.00", "JP"),
    ("Olive oil, ½ l", 1133, 930, (70, 70, 290), "1509.20", "GR"),
    ("Notebook A5", 699, 310, (210, 148, 18), "4820.10", "SE"),
    ("Bicycle bell", 1450, 110, (60, 55, 50), "8306.10", "TW"),
    ("Steel bolt M8×40", 7, 19, (40, 13, 13), "7318.15", "PL"),
    ("Standing desk", 49900, 31500, (1600, 800, 120), "9403.10", "CZ"),
    ("Eau de parfum 50 ml", 7425, 260, (60, 60, 130), "3303.00", "FR"),
    ("Power bank 10 000 mAh", 3499, 230, (140, 70, 16), "8507.60", "KR"),
    ("Spray paint, matt black", 899, 380, (65, 65, 200), "3208.90", "IT"),
    ("Machine tool, five axes", 123456789, 4200000, (4200, 2600, 2900), "8457.10", "CH"),
)
VARIANTS = ("", " – blue", " – größe XL", " – ヴィンテージ", " – 🌿 eco", " (refurbished)")
# name of the product -> UN number, class, proper shipping name, packing instruction, packing group
DANGEROUS = {
    "Eau de parfum 50 ml": ("UN1266", "3", "PERFUMERY PRODUCTS", "P001", "II"),
    "Power bank 10 000 mAh": ("UN3480", "9", "LITHIUM ION BATTERIES", "965", "II"),
    "Spray paint, matt black": ("UN1950", "2.1", "AEROSOLS", "P207", "III"),
}
DIMENSION_UNITS = {"cm": 10, "mm": 1, "m": 1000, "yd": 914.4, "ft": 304.8, "in": 25.4}  # millimetres
WEIGHT_UNITS = {"kg": 1000, "g": 1, "lbs": 453.59237, "oz": 28.349523125}  # grams
VOLUME_UNITS = {"m3": 1e9, "cm3": 1e3, "l": 1e6, "ml": 1e3, "gal": 3785411.784}  # cubic millimetres
NOTES = (
    "Please ring twice.",
    "🎁 Gift wrap, card says: “Happy birthday 👨‍👩‍👧‍👦 🇳🇱 👍🏽”",
    "נא להשאיר אצל השכן, דירה 4 (floor 2).",
    "اترك الطرد عند البواب من فضلك، الطابق 3.",
    "玄関先に置いてください。",
    'Zeile eins\nZeile zwei\tmit Tabulator \\ und "Anführung"',
    "  leading and trailing blanks stay  ",
    "Cafe\u0301 re\u0301sume\u0301, decomposed; <b>no markup</b> & 5 % off; 'quotes'; C:\\path",
    "",
)
LONG_NOTE = "Long note №{}: Straße, улица, οδός, 通り, सड़क, ถนน, 거리, רחוב, شارع, ulice, cadde 🚚. "
TAGS = ("fragile", "VIP", "pre-order", "Geschenk 🎁", "b2b", "подарък", "重要")
ORDER_STATUSES = ("unfulfilled", "unshipped", "on_hold", "open", "ready_to_ship", "fulfilled")
PAYMENT_STATUSES = ("paid", "pending", "unpaid")


def orders() -> Iterator[Json]:
    """Return the orders, in the order of the file."""
    return (order(i) for i in range(COUNT))


def order(i: int) -> Json:
    place = PLACES[i % len(PLACES)]
    items = [item(i, n, place) for n in range(item_count(i))]
    created = moment(i, place)
    details: Json = {
        "integration": {"id": INTEGRATIONS[i % len(INTEGRATIONS)]},
        "status": {"code": ORDER_STATUSES[i * i % 11 % len(ORDER_STATUSES)]},
        "order_created_at": stamp(created, i, place),
        "order_items": items,
    }
    if i % 4 == 1:
        details["status"]["message"] = "Waiting for stock" if i % 8 == 1 else ""
    if i % 3 != 2:
        details["order_updated_at"] = stamp(created + timedelta(hours=7 * (i % 5), seconds=i), i, place)
    if i % 2 == 0:
        details["notes"] = LONG_NOTE.format(i) * 40 if i % 50 == 8 else NOTES[i // 2 % len(NOTES)]
    if i % 3 == 0:
        details["tags"] = list(TAGS[i % 7 : i % 7 + i % 4])
    result: Json = {
        **identity(i),
        "order_details": details,
        "payment_details": payment(i, items, place, created),
        "customer_details": customer(i, place),
        "shipping_address": address(i, place),
    }
    if i % 7 == 3:
        result["billing_address"] = address(i, PLACES[(i * 5 + 1) % len(PLACES)], company="Beispiel & Co. Invented Ltd")
    if shipping := shipping_details(i):
        result["shipping_details"] = shipping
    if place.country not in EU and i % 5 != 4:
        result["customs_details"] = customs(i, place)
    if i % 9 == 5:
        result["service_point_details"] = service_point(i)
    return result


def identity(i: int) -> Json:
    """Name an order the way several shops do; orders 6 n and 6 n + 1 share an id and differ in integration only."""
    shops = (
        (f"shared-{i - i % 6:04}", f"#{1000 + i}"),
        (f"shared-{i - i % 6:04}", f"#{1000 + i}"),
        (f"{5_011_000_000_000 + i * 7919}", f"INV/2026/{i:05}"),
        (f"gid://shop.example.com/Order/{i}", f"ШОП № {i}"),
        (f"{i:08x}-0000-4000-8000-{i * 65537:012x}", f"R{i:09}"),
        (f"注文-{i}", f" {i} "),
    )
    order_id, order_number = shops[i % len(shops)]
    return {"order_id": order_id, "order_number": order_number}


def item_count(i: int) -> int:
    return 40 if i % 100 == 17 else 12 if i % 25 == 6 else 1 + i % 4


def item(i: int, n: int, place: Place) -> Json:
    name, cents, grams, size, hs_code, origin = PRODUCTS[(i * 3 + n) % len(PRODUCTS)]
    quantity = 9999 if name.startswith("Steel") and i % 2 else 1 + (i * i + n) % 3
    result: Json = {
        "name": name + VARIANTS[(i + sum(divmod(n, len(PRODUCTS)))) % len(VARIANTS)],
        "quantity": quantity,
        "total_price": money(cents * quantity, place.currency),
    }
    if (i + n) % 20 == 0:
        result["name"] = "A very long product name " + "and another adjective " * 14 + result["name"]
    if (i + n) % 5 != 4:
        result |= {"unit_price": money(cents, place.currency), "sku": f"{hs_code[:4]}-{n:02}", "item_id": f"{i}-{n}"}
    if (i + n) % 3 == 0:
        result |= {
            "hs_code": hs_code,
            "country_of_origin": origin,
            "measurement": measurement((i + n) // 3, grams, size),
        }
    if (i + n) % 8 == 1:
        result |= {
            "product_id": f"P{(i * 3 + n) % len(PRODUCTS)}",
            "variant_id": f"V{n}",
            "image_url": f"https://images.example.com/{hs_code}/{n}.jpg?width=600",
            "description": "Hand made in small numbers; each piece differs ✂️.",
            "ean": f"20{i:05}{n:05}",
        }
    if (i + n) % 10 == 2:
        result["properties"] = {"Größe": "XL", "engraved": n % 2 == 0, "lines": ["für", "dich"], "margin": {"mm": 2.5}}
    if (i + n) % 11 == 3:
        handover = moment(i, place) + timedelta(days=2)
        late = None if i % 2 else stamp(handover + timedelta(days=30), i, place)
        result["delivery_dates"] = {"handover_at": stamp(handover, i, place), "deliver_at": late}
    if place.country == "US" and hs_code.startswith("6"):
        result |= {"mid_code": "PTEXAINV1LIS", "material_content": "100% cotton", "intended_use": "Clothing"}
    if (i + n) % 12 == 5:
        standard = f"0{4_006_381_000_000 + n:013}" if i % 3 else None
        result |= {"manufacturer_product_id": f"{origin}-{hs_code}/{n}", "manufacturer_product_id_std": standard}
    if (i + n) % 13 == 6:
        result |= {"dds_reference": f"EXAMPLE-DDS-{i:04}", "taric_code": f"{hs_code.replace('.', '')}0090"}
    if place.country == "US" and n % 2 == 0:
        result["cpsc"] = {"product_id": f"P{n}", "certifier_id": "EXAMPLE-LAB", "version_id": str(1 + n)}
    if name in DANGEROUS:
        result["dangerous_goods"] = dangerous_goods(name, i)
    return result


def dangerous_goods(name: str, i: int) -> Json:
    number, division, proper_name, instruction, group = DANGEROUS[name]
    by_air = i % 2 == 0
    goods: Json = {"id_number": number, "class_division_number": division, "proper_shipping_name": proper_name}
    goods |= {"chemical_record_identifier": f"CRI-{number}" if i % 3 else None, "local_proper_shipping_name": None}
    goods |= {"packaging_type": "Fibreboard box", "packaging_type_quantity": "1"}
    goods |= {"packaging_instruction_code": instruction, "adr_packing_group_letter": group if i % 5 else "I"}
    goods |= {"quantity": "0.05", "unit_of_measurement": ("KG", "G", "L", "ML")[i % 4]}
    goods |= {"weight_type": ("Net", "Gross")[i % 2], "commodity_regulated_level_code": ("LQ", "EQ")[i // 2 % 2]}
    goods |= {"regulation_set": "IATA" if by_air else "ADR", "transport_category": "2"}
    goods |= {"transportation_mode": (("PAX", "CAO") if by_air else ("Highway", "Ground"))[i // 2 % 2]}
    goods |= {"tunnel_restriction_code": "(D/E)", "emergency_contact_name": "Imogen Invented"}
    return goods | {"emergency_contact_phone": PHONES["GB"].format(0)}


def payment(i: int, items: Sequence[Json], place: Place, created: datetime) -> Json:
    currency = place.currency
    subtotal = sum(round(entry["total_price"]["value"] * 100) for entry in items)
    shipping, tax = (495, subtotal * 21 // 121) if i % 2 else (0, 0)
    result: Json = {
        "total_price": money(subtotal + shipping, currency),
        "status": {"code": PAYMENT_STATUSES[i % len(PAYMENT_STATUSES)]},
    }
    if i % 4 != 3:
        result["subtotal_price"] = money(subtotal, currency)
        result["estimated_shipping_price"] = money(shipping, currency)
        result["estimated_tax_price"] = money(tax, currency)
    if i % 6 == 2:
        result |= {"is_cash_on_delivery": i % 12 == 2, "invoice_date": created.date().isoformat()}
    if i % 8 == 6:
        costs = {"discount_granted": "0.30", "insurance_costs": "12", "freight_costs": "1234.5", "other_costs": "0"}
        result |= {name: {"value": value, "currency": currency} for name, value in costs.items()}
    if i % 40 == 21:
        result["discount_granted"] = {"value": None, "currency": None}
    return result


def customer(i: int, place: Place) -> Json:
    domain = "example.org" if i % 2 else "example.com"
    return {"name": place.name, "phone_number": phone(i, place), "email": f"customer{i}@{domain}"}


def address(i: int, place: Place, company: str | None = None) -> Json:
    name = {0: f" {place.name}  ", 1: f"{place.name} " * 12, 2: unicodedata.normalize("NFD", place.name)}
    result: Json = {
        "name": name.get(i % 30, place.name),
        "address_line_1": place.street,
        "house_number": place.number,
        "postal_code": place.postal_code,
        "city": place.city,
        "country_code": place.country,
    }
    if place.state:
        result["state_province_code"] = place.state
    if company or i % 5 == 0:
        result["company_name"] = company or ""
    if i % 6 == 1:
        result |= {"address_line_2": "Staircase B, 3ʳᵈ floor", "po_box": None if i % 12 == 1 else f"PO Box {i}"}
    if i % 4 == 2:
        result |= {"email": f"{'größe' if i % 8 == 2 else 'parcel'}{i}@example.com", "phone_number": phone(i, place)}
    return result


def phone(i: int, place: Place) -> str:
    return PHONES.get(place.country, PHONES["US"]).format(i % 100)


def shipping_details(i: int) -> Json:
    result: Json = {}
    if i % 10 == 7:
        result["is_local_pickup"] = i % 20 == 7
    if i % 5 == 3:
        result["delivery_indicator"] = "Standard 3–5 days" if i % 2 else "express"
    if i % 6 == 4:
        result["measurement"] = measurement(i // 6, 1500 + 10 * i, (400, 300, 200))
    if i % 7 == 1:
        properties: Json = {"shipping_option_code": ("postnl:standard", "dhl:connect/signature")[i % 2]}
        if i % 3:
            properties["contract_id"] = 900 + i if i % 3 == 1 else None
        result["ship_with"] = {"type": "shipping_option_code", "properties": properties}
    return result


def customs(i: int, place: Place) -> Json:
    result: Json = {
        "commercial_invoice_number": f"CI-2026-{i:04}",
        "shipment_type": ("commercial_goods", "gift", "commercial_sample", "returned_goods")[i % 4],
        "export_type": ("commercial_b2c", "private", "commercial_b2b")[i % 3],
    }
    if i % 4 != 1:
        result["tax_numbers"] = {
            "sender": [
                {"name": "VAT", "country_code": "NL", "value": "NL000000000B00"},
                {"name": "EORI", "country_code": "NL", "value": "NL000000000"},
            ],
            "receiver": [{"name": "TAX", "country_code": place.country, "value": f"00-{i:06}"}] if i % 2 else [],
            "importer_of_record": [{"name": None, "country_code": None, "value": f"IOR{i}"}] if i % 3 == 0 else [],
        }
    return result


def service_point(i: int) -> Json:
    if i % 2:
        return {"carrier_service_point_id": f"NL-{i:06}", "post_number": f"{i:08}", "type": "locker"}
    place = {"latitude": "52.370216", "longitude": "-0.127758"}
    return {"id": str(10_000_000 + i), **place, "extra_data": {"shop_type": "servicepoint", "open": [9, 17.5]}}


def measurement(i: int, grams: int, size: tuple[int, int, int]) -> Json:
    unit, millimetres = list(DIMENSION_UNITS.items())[i % len(DIMENSION_UNITS)]
    length, width, height = (round(side / millimetres, 3) for side in size)
    result: Json = {"dimension": {"length": length, "width": width, "height": height, "unit": unit}}
    unit, factor = list(WEIGHT_UNITS.items())[i % len(WEIGHT_UNITS)]
    result["weight"] = {"value": round(grams / factor, 3), "unit": unit}
    if i % 2:
        unit, cubic = list(VOLUME_UNITS.items())[i % len(VOLUME_UNITS)]
        result["volume"] = {"value": ceil(size[0] * size[1] * size[2] / cubic), "unit": unit}
    return result


def money(cents: int, currency: str) -> Json:
    return {"value": cents / 100, "currency": currency}


def moment(i: int, place: Place) -> datetime:
    clock = CLOCKS[i // 8 % len(CLOCKS)] if i % 8 == 7 else place.offset
    hours, minutes = (0, 0) if clock == "Z" else (int(clock[:3]), int(clock[0] + clock[4:]))
    zone = timezone(timedelta(hours=hours, minutes=minutes))
    return datetime(2026, 8, 31, 22, 30, tzinfo=UTC).astimezone(zone) + timedelta(minutes=337 * i)


def stamp(time: datetime, i: int, place: Place) -> str:
    fraction = timedelta(microseconds=(0, 120_000, 123_456, 1)[i % 4])
    text = (time + fraction).isoformat(timespec="milliseconds" if i % 4 == 1 else "auto")
    return text.replace("+00:00", "Z") if place.offset == "Z" else text


def lines() -> str:
    """Return the whole file as text."""
    return "".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n" for entry in orders())


if __name__ == "__main__":
    Path(__file__).with_name("orders.ndjson").write_text(lines(), encoding="utf-8", newline="\n")
