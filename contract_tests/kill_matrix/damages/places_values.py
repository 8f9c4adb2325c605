"""Damages of what an order holds when it is read that show in one place."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import Damage, around, damage, enlist
from kill_matrix.past import Past, integration_of, is_second, remember
from sendcloud_orders_sandbox import Rules
from sendcloud_orders_sandbox.listing import Query
from sendcloud_orders_sandbox.rules import PageOfOrders, key_of, merge, parse_id

from .places_patch import at, pruned, put
from .values import changed, items, read

Order = dict[str, Any]
Path = tuple[str, ...]

# ---------------------------------------------------------------------- one field


def changing(patch: pytest.MonkeyPatch, path: Path, change: Callable[[Any], Any]) -> None:
    """Let one field be read through `change`, where it is set."""

    def shown(order: Order) -> Order:
        value = at(order, path)
        return order if value is None else put(order, path, change(value))

    read(patch, shown)


CHANGED: dict[str, tuple[Place, str, Callable[[Any], Any]]] = {
    "an empty list of tags is read as null": (Place.EMPTY, "order_details tags", lambda tags: tags or None),
    "a single tag is read as text": (
        Place.SINGLE,
        "order_details tags",
        lambda tags: tags[0] if len(tags) == 1 else tags,
    ),
    "a tag that is there twice is read once": (
        Place.TAGS,
        "order_details tags",
        lambda tags: list(dict.fromkeys(tags)),
    ),
    "notes are cut at 500 characters": (Place.NOTES, "order_details notes", lambda notes: notes[:500]),
    "the number is read without its hash": (Place.ROOT, "order_number", lambda number: number.removeprefix("#")),
    "the volume of a parcel is lost": (
        Place.MEASUREMENT,
        "shipping_details measurement",
        lambda found: pruned(found, ("volume",)),
    ),
    "tax numbers keep one of each list": (
        Place.CUSTOMS,
        "customs_details tax_numbers",
        lambda found: {name: numbers[:1] for name, numbers in found.items()},
    ),
    "the message of the payment status is lost": (
        Place.NESTED,
        "payment_details status",
        lambda found: pruned(found, ("message",)),
    ),
    "the state of a shipping address is lost": (
        Place.ADDRESS,
        "shipping_address",
        lambda found: pruned(found, ("state_province_code",)),
    ),
}
for name, (place, field, change) in CHANGED.items():
    inflict = partial(changing, path=tuple(field.split()), change=change)
    enlist(Damage(name, "fields", ("VALUES-SURVIVE",), inflict, place=place))


@damage("fields", "VALUES-SURVIVE", place=Place.ITEM)
def an_item_after_the_first_loses_its_measurement(patch: pytest.MonkeyPatch) -> None:
    items(patch, lambda found: [*found[:1], *(pruned(item, ("measurement",)) for item in found[1:])])


@damage("fields", "VALUES-SURVIVE", place=Place.FULL)
def an_order_holds_20_tags_at_most(patch: pytest.MonkeyPatch) -> None:
    changing(patch, ("order_details", "tags"), lambda tags: tags[:20])


# ---------------------------------------------------------------------- one write, or one way to read


def trimmed(value: Any) -> Any:
    """Return a value whose texts have lost the blanks at their ends."""
    return changed(value, lambda name, leaf: leaf.strip() if isinstance(leaf, str) else leaf)


@damage("text", "VALUES-SURVIVE", place=Place.UPDATE)
def an_update_loses_the_blanks_at_the_ends(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Any:
        return true(rules, stored, trimmed(sent) | {"order_id": sent["order_id"]})

    around(patch, "rules.Rules.replace", replace)


@damage("text", "VALUES-SURVIVE", "PATCH-MERGE", place=Place.PATCH)
def a_patch_loses_the_blanks_at_the_ends(patch: pytest.MonkeyPatch) -> None:
    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Any:
        names = [item.get("name") for item in at(body, ("order_details", "order_items")) or []]
        sent = trimmed(body)
        for item, name in zip(at(sent, ("order_details", "order_items")) or [], names, strict=True):
            item["name"] = name
        return true(rules, stored, sent)

    around(patch, "rules.Rules.apply", apply)


def listed(patch: pytest.MonkeyPatch, change: Callable[[Query, list[Order]], list[Order]]) -> None:
    """Let `change` make the rows of a page out of the query and the true ones."""

    def page(true: Any, rules: Rules, query: Query) -> PageOfOrders:
        found: PageOfOrders = true(rules, query)
        return PageOfOrders(change(query, found.orders), found.next_page, found.previous_page)

    around(patch, "rules.Rules.page", page)


@damage("fields", "VALUES-SURVIVE", place=Place.IN_LIST)
def orders_are_listed_without_their_notes(patch: pytest.MonkeyPatch) -> None:
    listed(patch, lambda query, rows: [pruned(row, ("order_details", "notes")) for row in rows])


@damage("fields", "VALUES-SURVIVE", place=Place.LATER_PAGE)
def later_pages_show_one_item_of_each_order(patch: pytest.MonkeyPatch) -> None:
    def short(row: Order) -> Order:
        return put(row, ("order_details", "order_items"), row["order_details"]["order_items"][:1])

    listed(patch, lambda query, rows: [short(row) if "cursor" in query else row for row in rows])


@damage("fields", "VALUES-SURVIVE", place=Place.LAST_ROW)
def the_last_row_of_a_page_has_the_number_of_the_first(patch: pytest.MonkeyPatch) -> None:
    listed(
        patch,
        lambda query, rows: (
            [*rows[:-1], rows[-1] | {"order_number": rows[0]["order_number"]}] if len(rows) > 1 else rows
        ),
    )


# ---------------------------------------------------------------------- one row, or one integration


def accepting(patch: pytest.MonkeyPatch, change: Callable[[Past, Rules, Order], Order]) -> None:
    """Let `change` make each order that is stored out of the one that was sent."""
    past = remember(patch)
    around(patch, "rules.Rules.accept", lambda true, rules, order: true(rules, change(past, rules, order)))


@damage("fields", "VALUES-SURVIVE", place=Place.LAST_ROW)
def the_last_order_of_a_batch_is_stored_without_its_addresses(patch: pytest.MonkeyPatch) -> None:
    def change(past: Past, rules: Rules, order: Order) -> Order:
        last = past.is_last(past.position(order))
        return {name: order[name] for name in order if not (last and name.endswith("_address"))}

    accepting(patch, change)


@damage("fields", "VALUES-SURVIVE", place=Place.MIDDLE_ROW)
def an_order_in_the_middle_takes_what_it_lacks_from_the_one_before(patch: pytest.MonkeyPatch) -> None:
    def change(past: Past, rules: Rules, order: Order) -> Order:
        position = past.position(order)
        middle = 0 < position < len(past.batch) - 1 and not past.known[position]
        return merge(past.batch[position - 1], order) if middle else order

    accepting(patch, change)


@damage("fields", "VALUES-SURVIVE", place=Place.SECOND_INTEGRATION)
def orders_of_the_second_integration_have_no_tags(patch: pytest.MonkeyPatch) -> None:
    accepting(
        patch,
        lambda past, rules, order: pruned(order, ("order_details", "tags")) if is_second(rules, order) else order,
    )


@damage("fields", "VALUES-SURVIVE", place=Place.FULL)
def a_batch_of_100_is_stored_with_one_time_of_creation(patch: pytest.MonkeyPatch) -> None:
    def change(past: Past, rules: Rules, order: Order) -> Order:
        first = past.batch[0]["order_details"]["order_created_at"]
        return put(order, ("order_details", "order_created_at"), first) if len(past.batch) == 100 else order

    accepting(patch, change)


@damage("fields", "VALUES-SURVIVE", "UPSERT-KEY", place=Place.AFTER_PATCH)
def a_number_that_a_patch_changed_no_update_changes(patch: pytest.MonkeyPatch) -> None:
    patched: dict[int, Order] = {}

    def update(true: Any, rules: Rules, path_id: str, body: Any) -> Any:
        reference = true(rules, path_id, body)
        if "order_number" in body:
            patched[parse_id(path_id) or 0] = {"order_number": body["order_number"]}
        return reference

    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Any:
        known = rules.store.find_key(*key_of(sent)) or 0
        return true(rules, stored, sent | patched.get(known, {}))

    around(patch, "rules.Rules.update", update)
    around(patch, "rules.Rules.replace", replace)


# ---------------------------------------------------------------------- items of an update


def replacing(patch: pytest.MonkeyPatch, change: Callable[[Sequence[Order], Sequence[Order]], Sequence[Order]]) -> None:
    """Let `change` make the items of an updated order out of the stored ones and those that were sent."""

    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Any:
        found = true(rules, stored, sent)
        old, new = (one["order_details"]["order_items"] for one in (stored, sent))
        return put(found, ("order_details", "order_items"), list(change(old, new)))

    around(patch, "rules.Rules.replace", replace)


@damage("upsert matching", "UPSERT-ITEMS", place=Place.EMPTY)
def an_upsert_without_items_leaves_the_stored_ones(patch: pytest.MonkeyPatch) -> None:
    replacing(patch, lambda old, new: new or old)


@damage("upsert matching", "UPSERT-ITEMS", place=Place.SINGLE)
def an_upsert_of_fewer_items_leaves_the_rest(patch: pytest.MonkeyPatch) -> None:
    replacing(patch, lambda old, new: [*new, *old[len(new) :]])


@damage("upsert matching", "UPSERT-ITEMS", place=Place.FULL)
def an_upsert_of_more_items_adds_none(patch: pytest.MonkeyPatch) -> None:
    replacing(patch, lambda old, new: new[: len(old)])


@damage("upsert matching", "UPSERT-ITEMS", place=Place.ITEM)
def an_item_of_a_stored_name_keeps_what_an_upsert_leaves_out(patch: pytest.MonkeyPatch) -> None:
    def change(old: Sequence[Order], new: Sequence[Order]) -> Sequence[Order]:
        known = {item["name"]: item for item in old}
        return [merge(known.get(item["name"]), item) for item in new]

    replacing(patch, change)


@damage("upsert matching", "UPSERT-ITEMS", place=Place.SECOND_INTEGRATION)
def an_upsert_in_the_second_integration_leaves_the_items(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Any:
        old = stored["order_details"]["order_items"]
        return true(rules, stored, put(sent, ("order_details", "order_items"), old) if is_second(rules, sent) else sent)

    around(patch, "rules.Rules.replace", replace)


@damage("upsert matching", "UPSERT-ITEMS", place=Place.AFTER_PATCH)
def an_upsert_after_a_patch_of_items_leaves_the_items(patch: pytest.MonkeyPatch) -> None:
    touched: set[tuple[int, str]] = set()

    def apply(true: Any, rules: Rules, stored: Order, body: Order) -> Any:
        if at(body, ("order_details", "order_items")):
            touched.add((integration_of(stored), stored["order_id"]))
        return true(rules, stored, body)

    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Any:
        old = stored["order_details"]["order_items"]
        patched = key_of(sent) in touched
        return true(rules, stored, put(sent, ("order_details", "order_items"), old) if patched else sent)

    around(patch, "rules.Rules.apply", apply)
    around(patch, "rules.Rules.replace", replace)
