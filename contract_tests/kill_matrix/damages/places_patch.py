"""Damages of PATCH /orders/{id} that show in one place."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from starlette.responses import Response

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, answering, around, damage, enlist
from kill_matrix.past import is_second, remember
from sendcloud_orders_sandbox import Rules
from sendcloud_orders_sandbox.problems import Problem, RefusedError, invalid
from sendcloud_orders_sandbox.rules import key_of, merge, parse_id

Order = dict[str, Any]
Items = Sequence[Order]
Path = tuple[str, ...]
Apply = Callable[[Any, Rules, Order, Order], Order]

# ---------------------------------------------------------------------- one field


def pruned(value: Any, path: Path) -> Any:
    """Return a copy of an object without the field at a path."""
    if not path or not isinstance(value, dict):
        return value
    first, *rest = path
    kept = {name: value[name] for name in value if name != first}
    return kept | {first: pruned(value[first], tuple(rest))} if rest and first in value else kept


def at(value: Any, path: Path) -> Any:
    """Return the field at a path, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def put(value: Any, path: Path, field: Any) -> Order:
    """Return a copy of an object with another value at a path."""
    for name in reversed(path):
        field = {name: field}
    return merge(pruned(value, path), field)


def overlook(patch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a PATCH leave one field as it is."""
    around(patch, "rules.Rules.apply", lambda true, rules, stored, body: true(rules, stored, pruned(body, path)))


def replace(patch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a PATCH replace one object whole."""

    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        sent = at(body, path)
        return put(changed, path, sent) if isinstance(sent, dict) else changed

    around(patch, "rules.Rules.apply", apply)


def lose(patch: pytest.MonkeyPatch, path: Path) -> None:
    """Let a PATCH that does not name a field lose it."""

    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        return changed if at(body, path) is not None else pruned(changed, path)

    around(patch, "rules.Rules.apply", apply)


FIELDS: dict[str, tuple[Place, Callable[..., None], str]] = {
    "a patch cannot change the tags": (Place.TAGS, overlook, "order_details tags"),
    "a patch loses the tags that it does not name": (Place.TAGS, lose, "order_details tags"),
    "a patch cannot change the notes": (Place.NOTES, overlook, "order_details notes"),
    "a patch cannot change the order number": (Place.ROOT, overlook, "order_number"),
    "a patch cannot change the billing address": (Place.ADDRESS, overlook, "billing_address"),
    "a patch replaces the customs details whole": (Place.CUSTOMS, replace, "customs_details"),
    "a patch loses the customs details that it does not name": (Place.CUSTOMS, lose, "customs_details"),
    "a patch replaces the measurement whole": (Place.MEASUREMENT, replace, "shipping_details measurement"),
    "a patch replaces the payment status whole": (Place.NESTED, replace, "payment_details status"),
    "a patch cannot change the insurance": (Place.NESTED, overlook, "payment_details insurance_costs"),
    "a patch loses the customer that it does not name": (Place.ROOT, lose, "customer_details"),
}
for name, (place, broken, field) in FIELDS.items():
    inflict = partial(broken, path=tuple(field.split()))
    enlist(Damage(name, "patch", ("PATCH-MERGE",), inflict, place=place))


def applying(patch: pytest.MonkeyPatch, change: Apply) -> None:
    """Let `change` make the patched order out of the true function, the rules, the stored order and the body."""
    around(patch, "rules.Rules.apply", change)


@damage("patch", "PATCH-MERGE", place=Place.EMPTY)
def a_patch_cannot_empty_the_tags(patch: pytest.MonkeyPatch) -> None:
    applying(
        patch,
        lambda true, rules, stored, body: true(
            rules, stored, body if at(body, ("order_details", "tags")) else pruned(body, ("order_details", "tags"))
        ),
    )


@damage("patch", "PATCH-MERGE", place=Place.SECOND_INTEGRATION)
def a_patch_stores_nothing_in_the_second_integration(patch: pytest.MonkeyPatch) -> None:
    applying(
        patch,
        lambda true, rules, stored, body: stored if is_second(rules, stored) else true(rules, stored, body),
    )


@damage("patch", "PATCH-MERGE", place=Place.AFTER_PATCH)
def a_second_patch_undoes_the_first(patch: pytest.MonkeyPatch) -> None:
    original: dict[tuple[int, str], Order] = {}
    applying(
        patch,
        lambda true, rules, stored, body: true(rules, original.setdefault(key_of(stored), stored), body),
    )


@damage("patch", "PATCH-MERGE", place=Place.AFTER_UPDATE)
def a_patch_undoes_the_updates_before_it(patch: pytest.MonkeyPatch) -> None:
    original: dict[tuple[int, str], Order] = {}

    def save(true: Any, held: Any, order: int, document: Order, now: float) -> None:
        if held.read(order) is None:
            original[key_of(document)] = document
        true(held, order, document, now)

    around(patch, "store.Store.save", save)
    applying(
        patch,
        lambda true, rules, stored, body: true(rules, original.get(key_of(stored), stored), body),
    )


@damage("patch", "PATCH-MERGE", place=Place.SEVERAL_INTEGRATIONS)
def a_patch_changes_the_same_order_id_of_the_other_integrations(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        reference = true(rules, path_id, body)
        _, order_id = rules.store.key_of(int(path_id)) or (0, "")
        for integration in rules.own_integrations:
            other = rules.store.find_key(integration, order_id)
            if other is not None and other != int(path_id):
                document = rules.store.latest(other)
                rules.store.save(other, rules.apply(document, body), rules.clock.now())
        return reference

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-MERGE", place=Place.IN_LIST)
def a_patched_order_is_listed_as_it_was(patch: pytest.MonkeyPatch) -> None:
    before: dict[int, Any] = {}

    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        row = rules.find(path_id, invalid("", ""))
        shown = rules.present(row)
        reference = true(rules, path_id, body)
        before[row.id] = shown
        return reference

    def data(true: Any, operations: Any, value: Any) -> Any:
        rows = isinstance(value, list) and all("order_details" in row for row in value)
        return true(operations, [before.get(int(row["id"]), row) for row in value] if rows else value)

    def accept(true: Any, rules: Rules, order: Order) -> int:
        target: int = true(rules, order)
        before.pop(target, None)
        return target

    around(patch, "rules.Rules.update", update)
    around(patch, "rules.Rules.accept", accept)
    around(patch, "app.Operations.data", data)


# ---------------------------------------------------------------------- items


def changing(patch: pytest.MonkeyPatch, change: Callable[[Any, Rules, Items, Items], Items]) -> None:
    """Let `change` make the items of a patched order out of the stored ones and the changes."""
    around(patch, "rules.Rules.change_items", change)


@damage("patch", "PATCH-ITEMS", place=Place.EMPTY)
def a_patch_with_no_items_removes_all(patch: pytest.MonkeyPatch) -> None:
    changing(patch, lambda true, rules, items, changes: true(rules, items, changes) if changes else [])


@damage("patch", "PATCH-ITEMS", place=Place.LAST_ROW)
def a_patch_cannot_change_the_last_item_of_several(patch: pytest.MonkeyPatch) -> None:
    changing(
        patch,
        lambda true, rules, items, changes: (
            [*true(rules, items, changes)[:-1], items[-1]] if len(items) > 1 else true(rules, items, changes)
        ),
    )


@damage("patch", "PATCH-ITEMS", "PATCH-MERGE", place=Place.FIRST_ROW)
def a_patched_item_moves_to_the_front(patch: pytest.MonkeyPatch) -> None:
    def change_items(true: Any, rules: Rules, items: Items, changes: Items) -> Items:
        names = {change["name"] for change in changes}
        return sorted(true(rules, items, changes), key=lambda item: item["name"] not in names)

    changing(patch, change_items)


@damage("patch", "PATCH-ITEMS", place=Place.MIDDLE_ROW)
def a_patch_of_three_items_overlooks_the_middle_one(patch: pytest.MonkeyPatch) -> None:
    changing(
        patch,
        lambda true, rules, items, changes: true(
            rules, items, [*changes[:1], *changes[-1:]] if len(changes) > 2 else changes
        ),
    )


@damage("patch", "PATCH-ITEMS", place=Place.SINGLE)
def a_patch_cannot_change_the_only_item(patch: pytest.MonkeyPatch) -> None:
    changing(patch, lambda true, rules, items, changes: items if len(items) == 1 else true(rules, items, changes))


def lose_of_item(patch: pytest.MonkeyPatch, field: str) -> None:
    """Let an item lose a field when a PATCH changes another of its fields."""

    def change_items(true: Any, rules: Rules, items: Items, changes: Items) -> Items:
        kept = {change["name"] for change in changes if field not in change}
        return [pruned(item, (field,)) if item["name"] in kept else item for item in true(rules, items, changes)]

    changing(patch, change_items)


@damage("patch", "PATCH-ITEMS", "PATCH-MERGE", place=Place.MEASUREMENT)
def a_patched_item_loses_its_measurement(patch: pytest.MonkeyPatch) -> None:
    lose_of_item(patch, "measurement")


@damage("patch", "PATCH-ITEMS", "PATCH-MERGE", place=Place.ITEM)
def a_patched_item_loses_its_properties(patch: pytest.MonkeyPatch) -> None:
    lose_of_item(patch, "properties")


@damage("patch", "PATCH-ITEMS", place=Place.NESTED)
def a_patch_cannot_change_the_unit_price_of_an_item(patch: pytest.MonkeyPatch) -> None:
    changing(
        patch,
        lambda true, rules, items, changes: true(rules, items, [pruned(change, ("unit_price",)) for change in changes]),
    )


@damage("patch", "PATCH-ITEMS", place=Place.AFTER_UPDATE)
def a_patch_brings_back_the_items_before_an_update(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    first: dict[tuple[int, str], Items] = {}

    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        known = rules.store.find_key(*key_of(stored))
        items = first.get(key_of(stored)) if known and past.updated[known] else None
        return merge(changed, {"order_details": {"order_items": items}}) if items else changed

    def accept(true: Any, rules: Rules, order: Order) -> int:
        first.setdefault(key_of(order), order["order_details"]["order_items"])
        target: int = true(rules, order)
        return target

    around(patch, "rules.Rules.accept", accept)
    applying(patch, apply)


def finding(patch: pytest.MonkeyPatch, when: Callable[[Rules, Items, Items], Items]) -> None:
    """Let only some of the changes of items be checked for their names."""

    def item_problems(true: Any, rules: Rules, body: Order, stored: Order) -> Iterator[Problem]:
        changes = body.get("order_details", {}).get("order_items", [])
        checked = when(rules, stored["order_details"]["order_items"], changes)
        yield from true(rules, {"order_details": {"order_items": checked}}, stored)

    around(patch, "rules.Rules.item_problems", item_problems)


@damage("patch", "PATCH-ITEM-MISSING", place=Place.LAST_ROW)
def only_the_first_item_of_a_patch_has_to_be_there(patch: pytest.MonkeyPatch) -> None:
    finding(patch, lambda rules, items, changes: changes[:1])


@damage("patch", "PATCH-ITEM-MISSING", place=Place.SINGLE)
def the_only_item_is_found_by_any_name(patch: pytest.MonkeyPatch) -> None:
    finding(patch, lambda rules, items, changes: changes if len(items) > 1 else ())
    changing(
        patch,
        lambda true, rules, items, changes: true(
            rules, items, [change | {"name": items[0]["name"]} for change in changes] if len(items) == 1 else changes
        ),
    )


@damage("patch", "PATCH-ITEM-MISSING", place=Place.AFTER_UPDATE)
def a_name_that_an_update_took_away_is_still_found(patch: pytest.MonkeyPatch) -> None:
    ever: set[tuple[tuple[int, str], str]] = set()

    def accept(true: Any, rules: Rules, order: Order) -> int:
        ever.update((key_of(order), item["name"]) for item in order["order_details"]["order_items"])
        target: int = true(rules, order)
        return target

    def item_problems(true: Any, rules: Rules, body: Order, stored: Order) -> Iterator[Problem]:
        changes = body.get("order_details", {}).get("order_items", [])
        checked = [change for change in changes if (key_of(stored), change.get("name")) not in ever]
        yield from true(rules, {"order_details": {"order_items": checked}}, stored)

    around(patch, "rules.Rules.accept", accept)
    around(patch, "rules.Rules.item_problems", item_problems)


@damage("patch", "PATCH-ITEM-MISSING", place=Place.FIRST_ROW)
def the_items_before_an_unknown_one_are_changed(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        try:
            return true(rules, path_id, body)
        except RefusedError as refused:
            changes = at(body, ("order_details", "order_items")) or []
            if refused.status == 400 and len(changes) > 1:
                true(rules, path_id, {"order_details": {"order_items": changes[:1]}})
            raise

    around(patch, "rules.Rules.update", update)


# ---------------------------------------------------------------------- what never changes


def fixed(patch: pytest.MonkeyPatch, when: Callable[[Rules, Order, Order], bool]) -> None:
    """Let a PATCH name another `order_id` in some orders."""

    def fixed_problems(true: Any, rules: Rules, body: Order, stored: Order) -> Any:
        return () if when(rules, body, stored) else true(rules, body, stored)

    around(patch, "rules.Rules.fixed_problems", fixed_problems)


@damage("patch", "PATCH-IMMUTABLE", place=Place.SECOND_INTEGRATION)
def a_patch_changes_the_order_id_in_the_second_integration(patch: pytest.MonkeyPatch) -> None:
    fixed(patch, lambda rules, body, stored: is_second(rules, stored))


@damage("patch", "PATCH-IMMUTABLE", place=Place.ROOT)
def a_patch_that_changes_more_may_change_the_order_id(patch: pytest.MonkeyPatch) -> None:
    fixed(patch, lambda rules, body, stored: len(body) > 1)


@damage("patch", "PATCH-IMMUTABLE", place=Place.AFTER_UPDATE)
def a_patch_changes_the_order_id_after_an_update(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    fixed(patch, lambda rules, body, stored: past.updated[rules.store.find_key(*key_of(stored)) or 0] > 0)


@damage("patch", "PATCH-IMMUTABLE", place=Place.ROOT)
def a_patch_changes_the_case_of_the_order_id(patch: pytest.MonkeyPatch) -> None:
    def same(rules: Rules, body: Order, stored: Order) -> bool:
        wanted, kept = str(body.get("order_id", "")), str(stored["order_id"])
        return wanted.casefold() == kept.casefold()

    fixed(patch, same)


# ---------------------------------------------------------------------- what is answered


@damage("patch", "PATCH-MISSING", place=Place.AFTER_DELETE)
def a_patch_of_a_deleted_order_succeeds(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        deleted = past.deleted.get(parse_id(path_id) or 0)
        return rules.reference(int(path_id), deleted) if deleted else true(rules, path_id, body)

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-MISSING", place=Place.NEVER_STORED)
def a_patch_of_an_id_that_never_was_is_a_400(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        try:
            return true(rules, path_id, body)
        except RefusedError as refused:
            if refused.status == 404 and parse_id(path_id) not in past.deleted:
                raise RefusedError(invalid(refused.problems[0].detail, "/data")) from None
            raise

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-RESULT", place=Place.SECOND_INTEGRATION)
def the_reference_of_a_patch_has_the_id_of_the_other_integration(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        reference = true(rules, path_id, body)
        first = rules.store.find_key(min(rules.own_integrations), reference["order_id"])
        return reference | ({"id": first} if first else {})

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-RESULT", place=Place.ITEM)
def a_patch_of_items_answers_with_a_list(patch: pytest.MonkeyPatch) -> None:
    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        reference = true(rules, path_id, body)
        return [reference] if at(body, ("order_details", "order_items")) else reference

    around(patch, "rules.Rules.update", update)


@damage("patch", "PATCH-RESULT", place=Place.REPEATED)
def a_patch_that_changes_nothing_answers_with_nothing(patch: pytest.MonkeyPatch) -> None:
    idle: list[bool] = [False]

    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Order:
        changed: Order = true(rules, stored, body)
        idle[0] = changed == stored
        return changed

    applying(patch, apply)
    answering(
        patch,
        "PATCH /orders/{id}",
        lambda response: Response(status_code=204) if response.status_code < 300 and idle[0] else response,
    )
