"""Damages of GET, PATCH and DELETE /orders/{id}."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from starlette.responses import Response

from kill_matrix.cross import Place
from kill_matrix.damage import answering, around, damage, instead
from sendcloud_orders_sandbox import Rules
from sendcloud_orders_sandbox.answers import json_answer
from sendcloud_orders_sandbox.problems import Problem, RefusedError, update_missing
from sendcloud_orders_sandbox.rules import merge
from sendcloud_orders_sandbox.store import decode_json

Order = dict[str, Any]


def reworded(patch: pytest.MonkeyPatch, name: str, status: int, detail: str) -> None:
    """Let a refusal without arguments come with another status and wording."""
    instead(patch, f"problems.{name}", lambda: Problem(status, "not_found", detail))


def wrap(patch: pytest.MonkeyPatch, operation: str, body: Callable[[Any], Any]) -> None:
    """Let `body` make what an operation answers, when it succeeds, out of the true data."""

    def change(response: Response) -> Response:
        if response.status_code >= 300:
            return response
        return json_answer(body(decode_json(bytes(response.body))["data"]), response.status_code)

    answering(patch, operation, change)


# ---------------------------------------------------------------------- GET


@damage("get", "GET-MISSING")
def an_order_that_is_missing_is_gone(patch: pytest.MonkeyPatch) -> None:
    reworded(patch, "order_missing", 410, "The order could not be found with the search criteria given")


@damage("get", "GET-MISSING")
def an_order_that_is_missing_is_so_in_other_words(patch: pytest.MonkeyPatch) -> None:
    reworded(patch, "order_missing", 404, "Not found.")


@damage("get", "GET-MISSING")
def an_order_that_is_missing_reads_as_an_empty_one(patch: pytest.MonkeyPatch) -> None:
    answering(
        patch,
        "GET /orders/{id}",
        lambda response: json_answer({"data": {}}) if response.status_code == 404 else response,
    )


@damage("get", "GET-ORDER")
def the_path_takes_the_shops_order_id(patch: pytest.MonkeyPatch) -> None:
    def find(true: Any, rules: Rules, path_id: str, missing: Problem) -> Any:
        sql = "SELECT id FROM orders WHERE order_id = ?"
        row = rules.store._connection.execute(sql, [path_id]).fetchone()
        return true(rules, str(row[0]) if row else path_id, missing)

    around(patch, "rules.Rules.find", find)


@damage("get", "GET-ORDER")
def another_order_than_the_wanted_one_is_read(patch: pytest.MonkeyPatch) -> None:
    def get(true: Any, rules: Rules, path_id: str) -> Any:
        rules.find(path_id, update_missing())
        return rules.present(rules.store.select([], [], ["id"], "id", 1)[0])

    around(patch, "rules.Rules.get", get)


@damage("get", "GET-ORDER")
def an_order_is_read_as_a_list(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, "GET /orders/{id}", lambda data: {"data": [data]})


@damage("get", "GET-ORDER")
def an_order_is_read_without_the_envelope(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, "GET /orders/{id}", lambda data: data)


@damage("ids", "GET-MISSING")
def an_id_beyond_32_bits_is_a_500(patch: pytest.MonkeyPatch) -> None:
    def find(true: Any, rules: Rules, path_id: str, missing: Problem) -> Any:
        if path_id.isdigit() and int(path_id) >= 2**31:
            raise OverflowError(path_id)
        return true(rules, path_id, missing)

    around(patch, "rules.Rules.find", find)


# ---------------------------------------------------------------------- PATCH


@damage("patch", "PATCH-MERGE")
def a_patch_stores_nothing(patch: pytest.MonkeyPatch) -> None:
    around(patch, "rules.Rules.apply", lambda true, rules, stored, body: stored)


@damage("patch", "PATCH-MERGE", place=Place.NESTED)
def a_patch_stores_what_stands_at_the_root_alone(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "rules.Rules.apply",
        lambda true, rules, stored, body: true(
            rules, stored, {name: value for name, value in body.items() if not isinstance(value, dict)}
        ),
    )


@damage("patch", "PATCH-MERGE", place=Place.ADDRESS)
def a_patch_replaces_an_address_whole(patch: pytest.MonkeyPatch) -> None:
    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        return changed | {name: body[name] for name in ("shipping_address", "billing_address") if name in body}

    around(patch, "rules.Rules.apply", apply)


@damage("patch", "PATCH-MERGE", place=Place.NESTED)
def a_patch_replaces_a_price_whole(patch: pytest.MonkeyPatch) -> None:
    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        price = body.get("payment_details", {}).get("total_price")
        return changed | ({"payment_details": changed["payment_details"] | {"total_price": price}} if price else {})

    around(patch, "rules.Rules.apply", apply)


@damage("patch", "PATCH-MERGE", place=Place.NOTES)
def a_patch_drops_the_notes_that_it_does_not_name(patch: pytest.MonkeyPatch) -> None:
    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        notes = {"notes": body["order_details"]["notes"]} if "notes" in body.get("order_details", {}) else {}
        kept = {name: value for name, value in changed["order_details"].items() if name != "notes"}
        return changed | {"order_details": kept | notes}

    around(patch, "rules.Rules.apply", apply)


@damage("patch", "PATCH-MERGE", place=Place.NESTED)
def a_patch_cannot_change_the_status(patch: pytest.MonkeyPatch) -> None:
    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        return changed | {
            "order_details": changed["order_details"] | {"status": stored["order_details"]["status"]},
        }

    around(patch, "rules.Rules.apply", apply)


@damage("patch", "PATCH-MERGE")
def a_patch_changes_the_order_before_as_well(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        reference = true(rules, path_id, body)
        before = rules.store.select(["id < ?"], [int(path_id)], ["id"], "id DESC", 1)
        for row in before:
            rules.store.save(row.id, merge(row.document, {"order_number": reference["order_number"]}), row.modified_at)
        return reference

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-IMMUTABLE")
def a_patch_changes_the_order_id(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "rules.Rules.fixed_problems", lambda rules, body, stored: ())


@damage("patch", "PATCH-IMMUTABLE")
def a_patch_may_not_repeat_the_order_id(patch: pytest.MonkeyPatch) -> None:
    def require_object(true: Any, rules: Rules, body: Any) -> None:
        true(rules, body)
        if "order_id" in body:
            raise RefusedError(Problem(400, "invalid", "Order id cannot be changed"))

    around(patch, "rules.Rules.require_object", require_object)


@damage("patch", "PATCH-ITEMS")
def a_patch_replaces_the_list_of_items(patch: pytest.MonkeyPatch) -> None:
    def change_items(true: Any, rules: Rules, items: Sequence[Order], changes: Sequence[Order]) -> list[Order]:
        changed = true(rules, items, changes)
        names = {change["name"] for change in changes}
        return [item for item in changed if item["name"] in names]

    around(patch, "rules.Rules.change_items", change_items)


@damage("patch", "PATCH-ITEMS")
def a_patch_replaces_an_item_whole(patch: pytest.MonkeyPatch) -> None:
    def change_items(true: Any, rules: Rules, items: Sequence[Order], changes: Sequence[Order]) -> list[Order]:
        by_name = {change["name"]: change for change in changes}
        return [
            {**by_name[item["name"]], "total_price": item["total_price"]} if item["name"] in by_name else item
            for item in items
        ]

    around(patch, "rules.Rules.change_items", change_items)


@damage("patch", "PATCH-ITEMS", place=Place.ITEM)
def a_patch_overlooks_the_ids_of_the_manufacturer(patch: pytest.MonkeyPatch) -> None:
    def change_items(true: Any, rules: Rules, items: Sequence[Order], changes: Sequence[Order]) -> list[Order]:
        kept = [{name: change[name] for name in change if "manufacturer" not in name} for change in changes]
        found: list[Order] = true(rules, items, kept)
        return found

    around(patch, "rules.Rules.change_items", change_items)


@damage("patch", "PATCH-ITEMS")
def a_patch_finds_an_item_by_its_place(patch: pytest.MonkeyPatch) -> None:
    def change_items(true: Any, rules: Rules, items: Sequence[Order], changes: Sequence[Order]) -> list[Order]:
        changed = list(items)
        for place, change in enumerate(changes[: len(items)]):
            changed[place] = merge(changed[place], {**change, "name": changed[place]["name"]})
        return changed

    around(patch, "rules.Rules.change_items", change_items)


@damage("patch", "PATCH-ITEM-MISSING")
def a_patch_adds_an_item_of_an_unknown_name(patch: pytest.MonkeyPatch) -> None:
    def change_items(true: Any, rules: Rules, items: Sequence[Order], changes: Sequence[Order]) -> list[Order]:
        names = {item["name"] for item in items}
        price = {"total_price": {"value": 1, "currency": "EUR"}}
        new = [price | change for change in changes if change["name"] not in names]
        return [*true(rules, items, changes), *new]

    instead(patch, "rules.Rules.item_problems", lambda rules, body, stored: ())
    around(patch, "rules.Rules.change_items", change_items)


@damage("patch", "PATCH-ITEM-MISSING")
def a_patch_overlooks_an_item_of_an_unknown_name(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "rules.Rules.item_problems", lambda rules, body, stored: ())


@damage("patch", "PATCH-ITEM-MISSING")
def a_patch_finds_an_item_in_any_case(patch: pytest.MonkeyPatch) -> None:
    def folded(changes: Sequence[Order], items: Sequence[Order]) -> list[Order]:
        names = {item["name"].casefold(): item["name"] for item in items}
        return [change | {"name": names.get(change["name"].casefold(), change["name"])} for change in changes]

    def item_problems(true: Any, rules: Rules, body: Order, stored: Order) -> Iterator[Problem]:
        items = stored["order_details"]["order_items"]
        changes = folded(body.get("order_details", {}).get("order_items", []), items)
        yield from true(rules, {"order_details": {"order_items": changes}}, stored)

    around(patch, "rules.Rules.item_problems", item_problems)
    around(
        patch,
        "rules.Rules.change_items",
        lambda true, rules, items, changes: true(rules, items, folded(changes, items)),
    )


@damage("patch", "PATCH-ITEM-MISSING")
def a_refused_patch_stores_the_rest(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        try:
            return true(rules, path_id, body)
        except RefusedError:
            if "order_items" in body.get("order_details", {}):
                true(rules, path_id, {name: value for name, value in body.items() if name != "order_details"})
            raise

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-ITEM-MISSING")
def an_unknown_item_is_refused_in_other_words(patch: pytest.MonkeyPatch) -> None:
    reworded(patch, "unknown_item", 400, "Invalid item")


@damage("patch", "PATCH-MISSING")
def a_patch_of_an_unknown_id_succeeds(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        try:
            return true(rules, path_id, body)
        except RefusedError as refused:
            if refused.status == 404:
                return {"id": int(path_id), "order_id": "x", "order_number": "x"}
            raise

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-MISSING")
def a_patch_of_an_unknown_id_is_refused_in_other_words(patch: pytest.MonkeyPatch) -> None:
    reworded(patch, "update_missing", 404, "Not found.")


@damage("patch", "PATCH-RESULT")
def a_patch_answers_with_a_list(patch: pytest.MonkeyPatch) -> None:
    wrap(patch, "PATCH /orders/{id}", lambda data: {"data": [data]})


@damage("patch", "PATCH-RESULT")
def a_patch_answers_with_nothing(patch: pytest.MonkeyPatch) -> None:
    answering(
        patch,
        "PATCH /orders/{id}",
        lambda response: Response(status_code=204) if response.status_code < 300 else response,
    )


@damage("patch", "PATCH-RESULT")
def a_patch_answers_with_another_orders_names(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "rules.Rules.update",
        lambda true, *given: {name: f"{value}1" for name, value in true(*given).items()},
    )


# ---------------------------------------------------------------------- DELETE


@damage("delete", "DELETE-ORDER")
def a_delete_does_nothing(patch: pytest.MonkeyPatch) -> None:
    around(patch, "store.Store.delete", lambda true, held, order: None)


@damage("delete", "DELETE-ORDER")
def a_delete_takes_the_newest_order(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, held: Any, order: int) -> None:
        true(held, held.select([], [], ["id"], "id DESC", 1)[0].id)

    around(patch, "store.Store.delete", delete)


@damage("delete", "DELETE-ORDER")
def a_delete_takes_the_next_order_along(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, held: Any, order: int) -> None:
        true(held, order)
        true(held, order + 1)

    around(patch, "store.Store.delete", delete)


@damage("delete", "DELETE-ORDER")
def a_delete_takes_the_order_before_along(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, held: Any, order: int) -> None:
        true(held, order)
        true(held, order - 1)

    around(patch, "store.Store.delete", delete)


@damage("delete", "DELETE-ORDER")
def a_delete_answers_with_a_body(patch: pytest.MonkeyPatch) -> None:
    answering(
        patch,
        "DELETE /orders/{id}",
        lambda response: json_answer({"data": {"deleted": True}}) if response.status_code < 300 else response,
    )


@damage("delete", "DELETE-MISSING")
def a_second_delete_succeeds(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, rules: Rules, path_id: str) -> None:
        try:
            true(rules, path_id)
        except RefusedError as refused:
            if refused.status != 404:
                raise

    around(patch, "rules.Rules.delete", delete)


@damage("delete", "DELETE-ORDER", place=Place.IN_LIST)
def a_deleted_order_is_still_listed(patch: pytest.MonkeyPatch) -> None:
    hidden: set[int] = set()

    def find(true: Any, rules: Rules, path_id: str, missing: Problem) -> Any:
        if path_id.isdigit() and int(path_id) in hidden:
            raise RefusedError(missing)
        return true(rules, path_id, missing)

    instead(patch, "store.Store.delete", lambda held, order: hidden.add(order))
    around(patch, "rules.Rules.find", find)


@damage("delete", "DELETE-ORDER", place=Place.BY_ID)
def a_deleted_order_can_still_be_read(patch: pytest.MonkeyPatch) -> None:
    hidden: set[int] = set()

    def select(true: Any, held: Any, conditions: Sequence[str], *given: Any) -> Any:
        return [row for row in true(held, conditions, *given) if row.id not in hidden]

    instead(patch, "store.Store.delete", lambda held, order: hidden.add(order))
    around(patch, "store.Store.select", select)


@damage("delete", "DELETE-MISSING")
def a_delete_of_a_missing_order_is_refused_as_bad(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, rules: Rules, path_id: str) -> None:
        try:
            true(rules, path_id)
        except RefusedError:
            raise RefusedError(Problem(400, "invalid", "There is no such order")) from None

    around(patch, "rules.Rules.delete", delete)
