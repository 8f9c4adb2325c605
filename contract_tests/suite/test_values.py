"""What is sent comes back."""

import copy
from dataclasses import dataclass
from typing import Any

import pytest

import schemas
from orders.differences import differences
from suite.answer import Reply
from suite.target import Target

TEXTS = {
    "latin": "Łukasz Ñandú Ærøskøbing",
    "greek": "Οδός Επινοημένη",
    "cyrillic": "Выдуманная улица",
    "arabic": "شارع خيالي",
    "hebrew": "רחוב בדיוני",
    "devanagari": "काल्पनिक गली",
    "japanese": "架空町一丁目",
    "korean": "가상로",
    "thai": "ถนนสมมติ",
    "emoji": "Gift 🎁 for 👩‍👩‍👧 🏳️‍🌈",
    "combining": "e\u0301 versus \u00e9",
    "blanks": "  two before and two after  ",
    "lines": "first\nsecond\tthird\r\nfourth",
    "quotes": "\"double\" 'single' \\back/ <tag> &amp; %20 {0}",
    "invisible": "zero\u200bwidth\u00a0space",
    "long": "lang " * 800,
}
MOMENTS = [
    "2026-11-02T12:00:00Z",
    "2026-11-02T23:59:59+14:00",
    "2026-11-02T00:00:00-12:00",
    "2026-03-29T02:30:00+05:45",
    "2026-06-30T12:00:00.5-03:30",
    "2024-02-29T12:34:56.123456+00:00",
]
AMOUNTS = [0, 0.01, 0.1, 0.3, 19.9, 19.99, 1234567.89, 100, 4.35]


BLOCKS = (
    *("order_number", "order_details", "payment_details", "customs_details", "customer_details", "billing_address"),
    *("shipping_address", "shipping_details", "service_point_details"),
)


def stored(target: Target, *orders: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(order, target.read(id_)) for order, id_ in zip(orders, target.upsert(*orders), strict=True)]


EXAMPLES = (
    "MinimalOrder",
    "InternationalOrder",
    "ProductImageOrder",
    "ManufacturerIdsOrder",
    "MeasuredOrder",
    "SeparateBillingOrder",
    "ServicePointOrder",
    "ShipWithOrder",
    "DangerousGoodsOrder",
)


@pytest.fixture(scope="module")
def examples(target: Target) -> dict[str, tuple[dict[str, Any], Reply]]:
    """All examples, sent before the first is read back; each apart, for one that is refused must hide no other."""
    orders = {name: _example(target, name) for name in EXAMPLES}
    return {name: (order, target.send("POST", "/orders", body=[order])) for name, order in orders.items()}


@pytest.mark.rule("VALUES-SURVIVE")
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_field_of_an_example_comes_back(
    target: Target, examples: dict[str, tuple[dict[str, Any], Reply]], name: str
) -> None:
    sent, answer = examples[name]
    assert answer.status in (200, 201, 202), str(answer)
    assert differences(sent, target.read(int(answer.json["data"][0]["id"]))) == []


def _example(target: Target, name: str) -> dict[str, Any]:
    """Return an example of the spec as this account can send it."""
    [example] = copy.deepcopy(schemas.document()["components"]["examples"][name]["value"])
    details = {**example["order_details"], "integration": {"id": target.integration}}
    if name == "ShipWithOrder":
        # A contract belongs to an account; the invented one of the example is nobody's.
        del example["shipping_details"]["ship_with"]["properties"]["contract_id"]
    return {**example, "order_id": target.order()["order_id"], "order_details": details}


@pytest.mark.rule("UPSERT-IMPORT")
def test_what_importers_are_asked_for_comes_back(target: Target) -> None:
    [(sent, found)] = stored(target, _example(target, "RegulatedImportOrder"))
    assert differences(sent, found) == []


@pytest.mark.rule("VALUES-SURVIVE")
def test_texts_of_all_scripts_come_back_to_the_letter(target: Target) -> None:
    orders = []
    for text in TEXTS.values():
        order = target.order(notes=text, tags=[text[:50]])
        order["order_details"]["order_items"][0]["name"] = text[:200]
        order["shipping_address"] = {
            "name": text[:60],
            "address_line_1": text[:60],
            "postal_code": "1000 AA",
            "city": text[:30],
            "country_code": "NL",
        }
        orders.append(order)
    assert [line for sent, found in stored(target, *orders) for line in differences(sent, found)] == []


@pytest.mark.rule("VALUES-SURVIVE", "READ-AMOUNT")
def test_amounts_come_back_to_the_cent(target: Target) -> None:
    orders = []
    for amount in AMOUNTS:
        order = target.order()
        order["payment_details"]["total_price"]["value"] = amount
        order["order_details"]["order_items"][0]["unit_price"] = {"value": amount, "currency": "EUR"}
        order["payment_details"]["freight_costs"] = {"value": f"{amount:.2f}", "currency": "EUR"}
        orders.append(order)
    assert [line for sent, found in stored(target, *orders) for line in differences(sent, found)] == []


@pytest.mark.rule("VALUES-SURVIVE", "READ-TIME")
def test_instants_come_back_whatever_their_offset(target: Target) -> None:
    orders = [target.order(order_created_at=moment, order_updated_at=moment) for moment in MOMENTS]
    assert [line for sent, found in stored(target, *orders) for line in differences(sent, found)] == []


@pytest.mark.rule("VALUES-SURVIVE")
def test_empty_lists_and_free_properties_come_back(target: Target) -> None:
    order = target.order(tags=[])
    properties = {"colour": "blue", "n": 3, "deep": {"list": [1, None, "x"]}}
    order["order_details"]["order_items"][0]["properties"] = properties
    for sent, found in stored(target, order):
        assert differences(sent, found) == []


TAGS = {
    "none": [],
    "one": ["gift"],
    "twice": ["gift", "fragile", "gift"],
    "in no sequence": ["b", "c", "a"],
    "alike but for case": ["gift", "Gift"],
    "60": [f"tag {number}" for number in range(60)],
}


@pytest.fixture(scope="module")
def tagged(target: Target) -> dict[str, dict[str, Any]]:
    """An order for each list of tags, as it is read."""
    orders = [target.order(tags=tags) for tags in TAGS.values()]
    return dict(zip(TAGS, (found for _, found in stored(target, *orders)), strict=True))


@pytest.mark.rule("VALUES-SURVIVE")
@pytest.mark.parametrize("name", TAGS)
def test_tags_come_back_as_they_were_sent(target: Target, tagged: dict[str, dict[str, Any]], name: str) -> None:
    assert tagged[name]["order_details"]["tags"] == TAGS[name]


@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-ITEMS")
def test_many_items_come_back_in_their_sequence(target: Target) -> None:
    items = [
        {"name": f"Item {number:03}", "quantity": number + 1, "total_price": {"value": number / 100, "currency": "EUR"}}
        for number in range(120)
    ]
    for sent, found in stored(target, target.order(order_items=items)):
        assert differences(sent, found) == []


@dataclass(repr=False)
class Whole:
    """Orders with every field of the spec, each with what was read of it, by what was done to it last."""

    created: list[tuple[dict[str, Any], dict[str, Any]]]
    updated: list[tuple[dict[str, Any], dict[str, Any]]]
    listed: list[tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture(scope="module")
def whole(target: Target) -> Whole:
    """Two orders, created and then updated in every field: by key in the first integration, by id in the second."""
    integrations = (target.integrations[0], target.integrations[-1])
    first = [target.full_order(0, integration) for integration in integrations]
    created = stored(target, *first)
    second = [
        target.full_order(1, integration) | {"order_id": order["order_id"]}
        for integration, order in zip(integrations, first, strict=True)
    ]
    ids = [int(found["id"]) for _, found in created]
    target.send("POST", "/orders", body=[second[0], {**second[1], "id": str(ids[1])}])
    updated = []
    for id_, order in zip(ids, second, strict=True):
        target.eventually(lambda id_=id_, order=order: differences(order, target.get(id_).json.get("data")) == [])  # type: ignore[misc]
        updated.append((order, target.read(id_)))
    return Whole(created, updated, [(order, target.listed(order_id=order["order_id"])[0]) for order in second])


@pytest.mark.rule("VALUES-SURVIVE", "UPSERT-KEY")
@pytest.mark.parametrize("step", ["created", "updated", "listed"])
@pytest.mark.parametrize("place", [0, 1], ids=["by key", "by id"])
@pytest.mark.parametrize("block", BLOCKS)
def test_every_field_comes_back(target: Target, whole: Whole, step: str, place: int, block: str) -> None:
    sent, found = getattr(whole, step)[place]
    assert differences(sent[block], found.get(block), block) == []
