"""Damages of checks and of the words of a refusal that show in one place."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from starlette.responses import Response

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, answering, around, damage, enlist
from kill_matrix.past import Past, is_known, is_second, remember
from sendcloud_orders_sandbox import Rules
from sendcloud_orders_sandbox.answers import json_answer
from sendcloud_orders_sandbox.problems import Problem, invalid
from sendcloud_orders_sandbox.rules import key_of, merge
from sendcloud_orders_sandbox.store import decode_json

from .answers import Error, pointers, refusals

Order = dict[str, Any]
MISSING = "Field required"

# ---------------------------------------------------------------------- what an order must be


def overlook(patch: pytest.MonkeyPatch, place: str, *, missing: bool, schema: str = "OrderInput") -> None:
    """Overlook a missing or a wrong field where its path ends in a place, given as a regular expression."""

    def schema_problems(true: Any, rules: Rules, name: str, document: Order, pointer_of: Any) -> Iterator[Problem]:
        for problem in true(rules, name, document, pointer_of):
            there = re.search(f"{place}$", problem.source["pointer"])
            if not (there and name == schema and (problem.detail == MISSING) is missing):
                yield problem

    around(patch, "rules.Rules.schema_problems", schema_problems)


NOT_REQUIRED = {
    "the fields of a second item are not required": (r"order_items/[1-9]\d*/(quantity|total_price)", Place.ITEM),
    "the city of an address is not required": (r"_address/city", Place.ADDRESS),
    "the unit of a measurement is not required": (r"measurement/\w+/unit", Place.MEASUREMENT),
}
NOT_BOUND = {
    "a quantity of zero is accepted in a second item": (r"order_items/[1-9]\d*/quantity", Place.ITEM),
    "any type of shipment is accepted for the customs": (r"customs_details/shipment_type", Place.CUSTOMS),
    "a parcel may weigh nothing": (r"shipping_details/measurement/weight/value", Place.MEASUREMENT),
    "tags may be one text": (r"order_details/tags", Place.TAGS),
    "notes may be a number": (r"order_details/notes", Place.NOTES),
    "a currency of two letters is accepted in the order's total": (r"payment_details/\w+/currency", Place.NESTED),
    "a text of an address may be empty": (r"_address/\w+", Place.ADDRESS),
}
for name, (field, place) in NOT_REQUIRED.items():
    inflict = partial(overlook, place=field, missing=True)
    enlist(Damage(name, "bounds", ("UPSERT-REQUIRED",), inflict, place=place))
for name, (field, place) in NOT_BOUND.items():
    inflict = partial(overlook, place=field, missing=False)
    enlist(Damage(name, "bounds", ("UPSERT-BOUNDS",), inflict, place=place))


@damage("bounds", "UPSERT-BOUNDS", place=Place.PATCH)
def a_patch_may_name_any_currency(patch: pytest.MonkeyPatch) -> None:
    overlook(patch, "currency", missing=False, schema="OrderUpdate")


@damage("bounds", "UPSERT-REQUIRED", place=Place.UPDATE)
def an_order_known_by_its_key_may_be_upserted_in_part(patch: pytest.MonkeyPatch) -> None:
    def completed(rules: Rules, order: Any) -> Any:
        if not (isinstance(order, dict) and is_known(rules, order)):
            return order
        return merge(rules.store.latest(rules.store.find_key(*key_of(order)) or 0), order)

    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        return true(rules, [completed(rules, order) for order in body] if isinstance(body, list) else body)

    around(patch, "rules.Rules.upsert", upsert)


def overlook_rows(patch: pytest.MonkeyPatch, field: str, when: Callable[[Past, Rules, int], bool]) -> None:
    """Overlook what is wrong with a field in some orders of a batch."""
    past = remember(patch)

    def schema_problems(true: Any, rules: Rules, name: str, document: Order, pointer_of: Any) -> Iterator[Problem]:
        for problem in true(rules, name, document, pointer_of):
            row = re.match(r"/data/attributes/\[(\d+)\]", problem.source["pointer"])
            if not (row and field in problem.source["pointer"] and when(past, rules, int(row[1]))):
                yield problem

    around(patch, "rules.Rules.schema_problems", schema_problems)


@damage("bounds", "UPSERT-REQUIRED", place=Place.LAST_ROW)
def the_last_order_of_a_batch_needs_no_payment(patch: pytest.MonkeyPatch) -> None:
    overlook_rows(patch, "/payment_details", lambda past, rules, position: past.is_last(position))


@damage("bounds", "UPSERT-BOUNDS", place=Place.LAST_ROW)
def the_items_of_the_last_order_of_a_batch_are_not_checked(patch: pytest.MonkeyPatch) -> None:
    overlook_rows(patch, "/order_items/", lambda past, rules, position: past.is_last(position))


@damage("bounds", "UPSERT-BOUNDS", place=Place.UPDATE)
def the_items_of_a_known_order_are_not_checked(patch: pytest.MonkeyPatch) -> None:
    overlook_rows(patch, "/order_items/", lambda past, rules, position: is_known(rules, past.batch[position]))


@damage("bounds", "UPSERT-BOUNDS", place=Place.SECOND_INTEGRATION)
def the_items_of_the_second_integration_are_not_checked(patch: pytest.MonkeyPatch) -> None:
    overlook_rows(patch, "/order_items/", lambda past, rules, position: is_second(rules, past.batch[position]))


def any_integration(patch: pytest.MonkeyPatch, when: Callable[[Past, int], bool]) -> None:
    """Let some orders of a batch name an integration of nobody."""
    past = remember(patch)

    def account_problems(true: Any, rules: Rules, position: int, order: Order) -> Any:
        return () if when(past, position) else true(rules, position, order)

    around(patch, "rules.Rules.account_problems", account_problems)


@damage("bounds", "UPSERT-ACCOUNT", place=Place.LAST_ROW)
def only_the_first_order_of_a_batch_has_to_be_of_the_account(patch: pytest.MonkeyPatch) -> None:
    any_integration(patch, lambda past, position: position > 0)


@damage("bounds", "UPSERT-ACCOUNT", place=Place.FIRST_ROW)
def the_first_order_of_several_may_be_of_any_account(patch: pytest.MonkeyPatch) -> None:
    any_integration(patch, lambda past, position: position == 0 and len(past.batch) > 1)


# ---------------------------------------------------------------------- service points


@damage("bounds", "UPSERT-SERVICE-POINT", place=Place.UPDATE)
def an_update_loses_the_service_point(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Order:
        changed: Order = true(rules, stored, sent)
        return {name: changed[name] for name in changed if name != "service_point_details"}

    around(patch, "rules.Rules.replace", replace)


@damage("bounds", "UPSERT-SERVICE-POINT", place=Place.PATCH)
def a_patch_may_name_two_service_points(patch: pytest.MonkeyPatch) -> None:
    overlook(patch, r"service_point_details(/\w+)?", missing=False, schema="OrderUpdate")


@damage("bounds", "UPSERT-SERVICE-POINT", place=Place.LAST_ROW)
def the_service_point_of_the_last_order_of_a_batch_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    overlook_rows(patch, "/service_point_details", lambda past, rules, position: past.is_last(position))


@damage("bounds", "UPSERT-SERVICE-POINT", place=Place.IN_LIST)
def service_points_are_not_listed(patch: pytest.MonkeyPatch) -> None:
    def page(true: Any, operations: Any, value: Any) -> Any:
        if isinstance(value, list):
            value = [{name: row[name] for name in row if name != "service_point_details"} for row in value]
        return true(operations, value)

    around(patch, "app.Operations.data", page)


# ---------------------------------------------------------------------- pointers

POINTERS: dict[str, tuple[Place, Callable[[str], str]]] = {
    "a pointer always names the first order": (
        Place.LAST_ROW,
        lambda pointer: re.sub(r"\[\d+\]", "[0]", pointer),
    ),
    "a pointer has one digit for the order": (
        Place.FULL,
        lambda pointer: re.sub(r"\[(\d)\d+\]", r"[\1]", pointer),
    ),
    "a pointer always names the first item": (
        Place.ITEM,
        lambda pointer: re.sub(r"order_items/\d+", "order_items/0", pointer),
    ),
    "a pointer into the billing address names the shipping address": (
        Place.ADDRESS,
        lambda pointer: pointer.replace("billing_address", "shipping_address"),
    ),
    "a pointer stops at the measurement": (
        Place.MEASUREMENT,
        lambda pointer: re.sub(r"(measurement)/.*", r"\1", pointer),
    ),
    "a pointer stops at the customs": (
        Place.CUSTOMS,
        lambda pointer: re.sub(r"(customs_details)/.*", r"\1", pointer),
    ),
    "a pointer to the tags names the notes": (
        Place.TAGS,
        lambda pointer: re.sub(r"tags.*", "notes", pointer),
    ),
}
for name, (place, change) in POINTERS.items():
    enlist(Damage(name, "pointers", ("ERROR-POINTER",), partial(pointers, change=change), place=place))


@damage("pointers", "ERROR-POINTER", place=Place.SEVERAL_INTEGRATIONS)
def a_pointer_counts_the_orders_of_each_integration(patch: pytest.MonkeyPatch) -> None:
    def batch_problems(true: Any, rules: Rules, batch: Sequence[Order]) -> Iterator[Problem]:
        def counted(found: re.Match[str]) -> str:
            position = int(found[1])
            second = is_second(rules, batch[position])
            return f"[{sum(is_second(rules, order) is second for order in batch[:position])}]"

        for problem in true(rules, batch):
            pointer = re.sub(r"\[(\d+)\]", counted, problem.source["pointer"])
            yield invalid(problem.detail, pointer, problem.code)

    around(patch, "rules.Rules.batch_problems", batch_problems)


# ---------------------------------------------------------------------- all errors together


def told(patch: pytest.MonkeyPatch, choose: Callable[[list[Error]], list[Error]]) -> None:
    """Let only some of the errors of a response be told."""
    refusals(patch, lambda found, status: json_answer({"errors": choose(found) or found[:1]}, status))


def rows_of(found: list[Error]) -> list[str]:
    """Return which order each error belongs to."""
    return [re.sub(r"(\]).*", r"\1", error.get("source", {}).get("pointer", "")) for error in found]


@damage("errors", "ERROR-TOGETHER", place=Place.LAST_ROW)
def the_errors_of_the_last_bad_order_are_not_told(patch: pytest.MonkeyPatch) -> None:
    def choose(found: list[Error]) -> list[Error]:
        rows = rows_of(found)
        return [error for error, row in zip(found, rows, strict=True) if row != max(rows)]

    told(patch, choose)


@damage("errors", "ERROR-TOGETHER", place=Place.SINGLE)
def of_one_order_only_one_error_is_told(patch: pytest.MonkeyPatch) -> None:
    told(patch, lambda found: list(dict(zip(rows_of(found), found, strict=True)).values()))


@damage("errors", "ERROR-TOGETHER", place=Place.FULL)
def at_most_ten_errors_are_told(patch: pytest.MonkeyPatch) -> None:
    told(patch, lambda found: found[:10])


@damage("errors", "ERROR-TOGETHER", place=Place.ITEM)
def only_the_first_bad_item_of_an_order_is_told(patch: pytest.MonkeyPatch) -> None:
    told(
        patch,
        lambda found: [
            one for one in found if not re.search(r"order_items/[1-9]", one.get("source", {}).get("pointer", ""))
        ],
    )


# ---------------------------------------------------------------------- the envelope of one operation


def old_envelope(response: Response) -> Response:
    """Return a refusal in the envelope of the old API, and any other answer as it is."""
    if response.status_code < 400:
        return response
    [error, *_] = decode_json(bytes(response.body))["errors"]
    document = {"error": {"code": response.status_code, "message": error["detail"]}}
    return json_answer(document, response.status_code)


for place, operation in {
    Place.PATCH: "PATCH /orders/{id}",
    Place.ONE_FILTER: "GET /orders",
    Place.BY_ID: "GET /orders/{id}",
    Place.DELETE: "DELETE /orders/{id}",
}.items():
    inflict = partial(answering, operation=operation, change=old_envelope)
    name = f"{operation} is refused in the envelope of the old API"
    enlist(Damage(name, "errors", ("ERROR-ENVELOPE",), inflict, place=place))


@damage("errors", "ERROR-ENVELOPE", place=Place.LAST_ROW)
def only_the_first_of_several_errors_has_a_code(patch: pytest.MonkeyPatch) -> None:
    def answer(found: list[Error], status: int) -> Response:
        rest = [{name: error[name] for name in error if name != "code"} for error in found[1:]]
        return json_answer({"errors": [*found[:1], *rest]}, status)

    refusals(patch, answer)
