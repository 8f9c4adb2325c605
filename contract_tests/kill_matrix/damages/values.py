"""Damages of what an order holds when it is read: texts, amounts, instants, lists and whole fields."""

import html
import re
import struct
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import around, damage
from sendcloud_orders_sandbox import Rules

Order = dict[str, Any]
FREE_TEXTS = {
    "address_line_1",
    "address_line_2",
    "city",
    "company_name",
    "description",
    "material_content",
    "name",
    "notes",
    "tags",
}
INSTANTS = {"order_created_at", "order_updated_at"}


def changed(value: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    """Return a copy of a JSON value with `change(name, leaf)` for each leaf; a leaf of a list has the list's name."""
    if isinstance(value, dict):
        return {key: changed(field, change, key) for key, field in value.items()}
    if isinstance(value, list):
        return [changed(item, change, name) for item in value]
    return change(name, value)


def read(patch: pytest.MonkeyPatch, change: Callable[[Order], Order]) -> None:
    """Let `change` make each order that is read out of the true one."""
    around(patch, "rules.Rules.present", lambda true, *given: change(true(*given)))


def texts(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    """Let all free texts be read through `change`."""

    def leaf(name: str, value: Any) -> Any:
        return change(value) if name in FREE_TEXTS and isinstance(value, str) else value

    read(patch, lambda order: changed(order, leaf))


# ---------------------------------------------------------------------- text


@damage("text", "VALUES-SURVIVE")
def texts_are_composed(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: unicodedata.normalize("NFC", text))


@damage("text", "VALUES-SURVIVE")
def texts_are_decomposed(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: unicodedata.normalize("NFD", text))


@damage("text", "VALUES-SURVIVE")
def texts_lose_their_accents(patch: pytest.MonkeyPatch) -> None:
    def plain(text: str) -> str:
        return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))

    texts(patch, plain)


@damage("text", "VALUES-SURVIVE")
def texts_lose_the_blanks_at_their_ends(patch: pytest.MonkeyPatch) -> None:
    texts(patch, str.strip)


@damage("text", "VALUES-SURVIVE")
def texts_are_cut_at_255_characters(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text[:255])


@damage("text", "VALUES-SURVIVE")
def texts_are_cut_at_1000_characters(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text[:1000])


@damage("text", "VALUES-SURVIVE")
def names_are_cut_at_50_characters(patch: pytest.MonkeyPatch) -> None:
    read(patch, lambda order: changed(order, lambda name, value: value[:50] if name == "name" else value))


@damage("text", "VALUES-SURVIVE")
def texts_lose_their_emoji(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: "".join(sign for sign in text if ord(sign) < 0x10000))


@damage("text", "VALUES-SURVIVE")
def texts_beyond_western_europe_turn_into_question_marks(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text.encode("cp1252", "replace").decode("cp1252"))


@damage("text", "VALUES-SURVIVE")
def texts_are_read_in_another_encoding(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text.encode().decode("latin-1"))


@damage("text", "VALUES-SURVIVE")
def texts_are_escaped_for_html(patch: pytest.MonkeyPatch) -> None:
    texts(patch, html.escape)


@damage("text", "VALUES-SURVIVE")
def texts_are_lowered(patch: pytest.MonkeyPatch) -> None:
    texts(patch, str.lower)


@damage("text", "VALUES-SURVIVE")
def line_ends_are_unified(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text.replace("\r\n", "\n"))


@damage("text", "VALUES-SURVIVE")
def blanks_are_collapsed(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: re.sub(r" +", " ", text))


@damage("text", "VALUES-SURVIVE")
def invisible_characters_are_lost(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text.replace("\u200b", ""))


@damage("text", "VALUES-SURVIVE")
def backslashes_are_lost(patch: pytest.MonkeyPatch) -> None:
    texts(patch, lambda text: text.replace("\\", ""))


@damage("text", "VALUES-SURVIVE")
def an_emoji_is_a_500(patch: pytest.MonkeyPatch) -> None:
    def accept(true: Any, rules: Rules, order: Order) -> int:
        def leaf(name: str, value: Any) -> Any:
            if isinstance(value, str) and any(ord(sign) > 0xFFFF for sign in value):
                raise UnicodeError("character out of range")
            return value

        changed(order, leaf)
        target: int = true(rules, order)
        return target

    around(patch, "rules.Rules.accept", accept)


@damage("text", "VALUES-SURVIVE")
def a_long_text_is_a_500(patch: pytest.MonkeyPatch) -> None:
    def accept(true: Any, rules: Rules, order: Order) -> int:
        if len(order["order_details"].get("notes") or "") > 2000:
            raise OverflowError("text too long")
        target: int = true(rules, order)
        return target

    around(patch, "rules.Rules.accept", accept)


# ---------------------------------------------------------------------- money


def amounts(patch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Let `change` make the value of each price and cost out of the true one."""

    def priced(value: Any) -> Any:
        if isinstance(value, list):
            return [priced(item) for item in value]
        if not isinstance(value, dict):
            return value
        fields = {name: priced(field) for name, field in value.items()}
        if "currency" in value and value.get("value") is not None:
            amount = change(Decimal(str(value["value"])))
            fields["value"] = str(amount) if isinstance(value["value"], str) else amount
        return fields

    read(patch, priced)


@damage("money", "VALUES-SURVIVE")
def amounts_are_rounded_to_one_decimal(patch: pytest.MonkeyPatch) -> None:
    amounts(patch, lambda amount: round(amount, 1))


@damage("money", "VALUES-SURVIVE")
def amounts_are_whole(patch: pytest.MonkeyPatch) -> None:
    amounts(patch, int)


@damage("money", "VALUES-SURVIVE")
def amounts_are_floats_of_32_bits(patch: pytest.MonkeyPatch) -> None:
    amounts(patch, lambda amount: struct.unpack("f", struct.pack("f", amount))[0])


@damage("money", "VALUES-SURVIVE")
def amounts_are_cut_off_after_the_cent_by_a_float(patch: pytest.MonkeyPatch) -> None:
    amounts(patch, lambda amount: int(float(amount) * 100) / 100)


@damage("money", "VALUES-SURVIVE")
def amounts_are_cents(patch: pytest.MonkeyPatch) -> None:
    amounts(patch, lambda amount: amount * 100)


@damage("money", "VALUES-SURVIVE")
def an_amount_of_zero_is_lost(patch: pytest.MonkeyPatch) -> None:
    amounts(patch, lambda amount: amount or None)


@damage("money", "VALUES-SURVIVE")
def currencies_are_lost(patch: pytest.MonkeyPatch) -> None:
    read(patch, lambda order: changed(order, lambda name, value: None if name == "currency" else value))


@damage("money", "VALUES-SURVIVE")
def every_currency_is_the_euro(patch: pytest.MonkeyPatch) -> None:
    read(patch, lambda order: changed(order, lambda name, value: "EUR" if name == "currency" else value))


@damage("money", "VALUES-SURVIVE")
def unit_prices_are_taken_from_the_totals(patch: pytest.MonkeyPatch) -> None:
    def priced(order: Order) -> Order:
        for item in order["order_details"]["order_items"]:
            if "unit_price" in item:
                item["unit_price"] = item["total_price"]
        return order

    read(patch, priced)


# ---------------------------------------------------------------------- time


def instants(patch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    """Let `change` make the text of each of the shop's instants out of the one that was sent."""

    def document(true: Any, rules: Rules, stored: Any) -> Order:
        presented: Order = true(rules, stored)
        details = stored.document["order_details"]
        sent = {name: change(details[name]) for name in INSTANTS if details.get(name)}
        return presented | {"order_details": presented["order_details"] | sent}

    around(patch, "rules.Rules.present", document)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@damage("time", "VALUES-SURVIVE")
def instants_lose_their_offset(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat())


@damage("time", "READ-TIME")
def instants_are_printed_without_an_offset(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: utc(text).replace(tzinfo=None).isoformat())


@damage("time", "VALUES-SURVIVE")
def instants_lose_their_seconds(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: utc(text).replace(second=0, microsecond=0).isoformat())


@damage("time", "VALUES-SURVIVE")
def instants_lose_their_fractions(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: utc(text).replace(microsecond=0).isoformat())


@damage("time", "VALUES-SURVIVE")
def instants_are_days(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: utc(text).replace(hour=0, minute=0, second=0, microsecond=0).isoformat())


@damage("time", "VALUES-SURVIVE")
def instants_are_a_day_late(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: (utc(text) + timedelta(days=1)).isoformat())


@damage("time", "VALUES-SURVIVE")
def instants_are_printed_as_seconds_since_1970(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: str(int(utc(text).timestamp())))


@damage("time", "VALUES-SURVIVE")
def the_time_of_change_is_the_services_own(patch: pytest.MonkeyPatch) -> None:
    instants(patch, lambda text: text)
    around(
        patch,
        "rules.Rules.present",
        lambda true, rules, stored: _with_own_change(true(rules, stored)),
    )


def _with_own_change(order: Order) -> Order:
    details = order["order_details"]
    if details.get("order_updated_at"):
        details["order_updated_at"] = order["modified_at"]
    return order


# ---------------------------------------------------------------------- lists and fields


def details(patch: pytest.MonkeyPatch, change: Callable[[Order], Order]) -> None:
    """Let `change` make `order_details` out of the true one."""
    read(patch, lambda order: order | {"order_details": change(order["order_details"])})


def items(patch: pytest.MonkeyPatch, change: Callable[[list[Order]], list[Order]]) -> None:
    """Let `change` make the list of items out of the true one."""
    details(patch, lambda found: found | {"order_items": change(found["order_items"])})


@damage("fields", "VALUES-SURVIVE", place=Place.ITEM)
def items_come_back_reversed(patch: pytest.MonkeyPatch) -> None:
    items(patch, lambda found: found[::-1])


@damage("fields", "VALUES-SURVIVE")
def an_order_holds_100_items_at_most(patch: pytest.MonkeyPatch) -> None:
    items(patch, lambda found: found[:100])


@damage("fields", "VALUES-SURVIVE")
def quantities_are_100_at_most(patch: pytest.MonkeyPatch) -> None:
    items(patch, lambda found: [item | {"quantity": min(item["quantity"], 100)} for item in found])


@damage("fields", "VALUES-SURVIVE")
def items_lose_their_properties(patch: pytest.MonkeyPatch) -> None:
    items(patch, lambda found: [{name: item[name] for name in item if name != "properties"} for item in found])


@damage("fields", "VALUES-SURVIVE")
def properties_are_flattened_to_text(patch: pytest.MonkeyPatch) -> None:
    def flat(item: Order) -> Order:
        given = item.get("properties")
        return item | ({"properties": {name: str(value) for name, value in given.items()}} if given else {})

    items(patch, lambda found: list(map(flat, found)))


@damage("fields", "VALUES-SURVIVE", place=Place.TAGS)
def tags_are_sorted(patch: pytest.MonkeyPatch) -> None:
    details(patch, lambda found: found | ({"tags": sorted(found["tags"])} if found.get("tags") else {}))


@damage("fields", "VALUES-SURVIVE", place=Place.MEASUREMENT)
def weights_are_whole(patch: pytest.MonkeyPatch) -> None:
    def leaf(name: str, value: Any) -> Any:
        whole = isinstance(value, dict) and name == "weight" and value.get("value") is not None
        return value | {"value": int(value["value"])} if whole else value

    def weighed(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return leaf(name, {key: weighed(field, key) for key, field in value.items()})
        return [weighed(item) for item in value] if isinstance(value, list) else value

    read(patch, weighed)


def without(patch: pytest.MonkeyPatch, name: str) -> None:
    """Let orders be read without a field, wherever it stands."""

    def pruned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: pruned(field) for key, field in value.items() if key != name}
        return [pruned(item) for item in value] if isinstance(value, list) else value

    read(patch, pruned)


@damage("fields", "VALUES-SURVIVE", place=Place.ADDRESS)
def billing_addresses_are_lost(patch: pytest.MonkeyPatch) -> None:
    without(patch, "billing_address")


@damage("fields", "VALUES-SURVIVE", place=Place.CUSTOMS)
def customs_details_are_lost(patch: pytest.MonkeyPatch) -> None:
    without(patch, "customs_details")


@damage("fields", "VALUES-SURVIVE")
def dangerous_goods_are_lost(patch: pytest.MonkeyPatch) -> None:
    without(patch, "dangerous_goods")


@damage("fields", "VALUES-SURVIVE")
def the_manufacturers_ids_are_lost(patch: pytest.MonkeyPatch) -> None:
    without(patch, "manufacturer_product_id")


@damage("fields", "VALUES-SURVIVE")
def the_manufacturers_ids_lose_their_leading_zeros(patch: pytest.MonkeyPatch) -> None:
    def leaf(name: str, value: Any) -> Any:
        return str(int(value)) if name == "manufacturer_product_id_std" and value and value.isdecimal() else value

    read(patch, lambda order: changed(order, leaf))


@damage("fields", "VALUES-SURVIVE")
def house_numbers_are_lost(patch: pytest.MonkeyPatch) -> None:
    without(patch, "house_number")


@damage("fields", "VALUES-SURVIVE")
def shipping_details_are_lost(patch: pytest.MonkeyPatch) -> None:
    without(patch, "shipping_details")


@damage("fields", "VALUES-SURVIVE")
def the_billing_address_is_the_shipping_address(patch: pytest.MonkeyPatch) -> None:
    read(
        patch,
        lambda order: (
            order | {"billing_address": order["shipping_address"]} if order.get("shipping_address") else order
        ),
    )


@damage("fields", "GET-ORDER")
def orders_are_read_without_their_integration(patch: pytest.MonkeyPatch) -> None:
    without(patch, "integration")


@damage("fields", "GET-ORDER")
def the_order_number_is_read_as_the_order_id(patch: pytest.MonkeyPatch) -> None:
    read(patch, lambda order: order | {"order_number": order["order_id"]})
