"""Damages of reading and deleting one order that show in one place."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import around, damage
from kill_matrix.past import Past, is_second, remember
from sendcloud_orders_sandbox import Rules
from sendcloud_orders_sandbox.problems import Problem, RefusedError, invalid
from sendcloud_orders_sandbox.rules import key_of, merge, parse_id

Order = dict[str, Any]

# ---------------------------------------------------------------------- DELETE


def deleting(patch: pytest.MonkeyPatch, change: Callable[[Any, Past, Any, int], None]) -> None:
    """Let `change` carry out each delete, given the true function, the past, the store and the id."""
    past = remember(patch)
    around(patch, "store.Store.delete", lambda true, held, order: change(true, past, held, order))


@damage("delete", "DELETE-ORDER", place=Place.SEVERAL_INTEGRATIONS)
def a_delete_takes_the_same_order_id_of_the_other_integrations_along(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, past: Past, held: Any, order: int) -> None:
        _, order_id = held.key_of(order)
        for integration in held.integrations():
            known = held.find_key(integration, order_id)
            if known is not None:
                true(held, known)

    deleting(patch, delete)


@damage("delete", "DELETE-ORDER", place=Place.SECOND_INTEGRATION)
def a_delete_does_nothing_in_the_second_integration(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, rules: Rules, path_id: str) -> None:
        if not is_second(rules, rules.find(path_id, Problem(404, "not_found", "")).document):
            true(rules, path_id)

    def checked(true: Any, rules: Rules, path_id: str) -> None:
        # An order that is missing is refused as ever.
        stored = rules.store.read(parse_id(path_id) or 0)
        (delete if stored else lambda true, rules, path_id: true(rules, path_id))(true, rules, path_id)

    around(patch, "rules.Rules.delete", checked)


@damage("delete", "DELETE-ORDER", place=Place.AFTER_PATCH)
def a_patched_order_cannot_be_deleted(patch: pytest.MonkeyPatch) -> None:
    def delete(true: Any, past: Past, held: Any, order: int) -> None:
        if order not in past.patched:
            true(held, order)

    deleting(patch, delete)


@damage("delete", "DELETE-ORDER", place=Place.AFTER_UPDATE)
def a_delete_takes_back_the_last_update_alone(patch: pytest.MonkeyPatch) -> None:
    before: dict[int, Order] = {}

    def accept(true: Any, rules: Rules, order: Order) -> int:
        known = rules.store.find_key(*key_of(order))
        if known is not None:
            before[known] = rules.store.latest(known)
        target: int = true(rules, order)
        return target

    def delete(true: Any, held: Any, order: int) -> None:
        if order in before:
            held.save(order, before.pop(order), held.read(order).modified_at)
        else:
            true(held, order)

    around(patch, "rules.Rules.accept", accept)
    around(patch, "store.Store.delete", delete)


def hide(patch: pytest.MonkeyPatch, shown: Callable[[str], bool]) -> None:
    """Let deleted orders be listed by some filters, and be gone otherwise."""
    hidden: set[int] = set()

    def find(true: Any, rules: Rules, path_id: str, missing: Problem) -> Any:
        if parse_id(path_id) in hidden:
            raise RefusedError(missing)
        return true(rules, path_id, missing)

    def select(true: Any, held: Any, conditions: Sequence[str], *given: Any) -> Any:
        all_ = shown(" ".join(conditions))
        gone = ", ".join(map(str, sorted(hidden)))
        return true(held, conditions if all_ or not gone else [*conditions, f"id NOT IN ({gone})"], *given)

    def target(true: Any, rules: Rules, order: Order) -> int | None:
        known: int | None = true(rules, order)
        if known in hidden:
            hidden.discard(known or 0)
            rules.store._connection.execute("DELETE FROM orders WHERE id = ?", [known])
            return None
        return known

    def delete(true: Any, held: Any, order: int) -> None:
        hidden.add(order)

    around(patch, "store.Store.delete", delete)
    around(patch, "store.Store.select", select)
    around(patch, "rules.Rules.find", find)
    around(patch, "rules.Rules.target", target)


@damage("delete", "DELETE-ORDER", place=Place.ONE_FILTER)
def a_deleted_order_is_still_found_by_its_order_id(patch: pytest.MonkeyPatch) -> None:
    hide(patch, lambda conditions: "order_id_folded" in conditions)


@damage("delete", "DELETE-ORDER", place=Place.FILTERS)
def a_deleted_order_is_still_found_by_number_and_integration(patch: pytest.MonkeyPatch) -> None:
    hide(patch, lambda conditions: "number_folded" in conditions and "integration IN" in conditions)


@damage("delete", "DELETE-ORDER", place=Place.LATER_PAGE)
def a_deleted_order_is_still_listed_on_a_later_page(patch: pytest.MonkeyPatch) -> None:
    hide(patch, lambda conditions: "id <" in conditions or "id >" in conditions)


def delete_missing(patch: pytest.MonkeyPatch, when: Callable[[Past, int | None], bool]) -> None:
    """Let some deletes of what is not there succeed."""
    past = remember(patch)

    def delete(true: Any, rules: Rules, path_id: str) -> None:
        try:
            true(rules, path_id)
        except RefusedError as refused:
            if refused.status != 404 or not when(past, parse_id(path_id)):
                raise

    around(patch, "rules.Rules.delete", delete)


@damage("delete", "DELETE-MISSING", place=Place.AFTER_DELETE)
def a_delete_may_be_repeated(patch: pytest.MonkeyPatch) -> None:
    delete_missing(patch, lambda past, order: order in past.deleted)


@damage("delete", "DELETE-MISSING", place=Place.NEVER_STORED)
def a_delete_of_an_id_that_never_was_succeeds(patch: pytest.MonkeyPatch) -> None:
    delete_missing(patch, lambda past, order: order not in past.deleted)


@damage("delete", "DELETE-MISSING", place=Place.REPEATED)
def a_third_delete_succeeds(patch: pytest.MonkeyPatch) -> None:
    asked: set[int | None] = set()

    def when(past: Past, order: int | None) -> bool:
        again = order in asked
        asked.add(order)
        return again

    delete_missing(patch, when)


# ---------------------------------------------------------------------- GET


def reading(patch: pytest.MonkeyPatch, change: Callable[[Rules, Order], Order]) -> None:
    """Let `change` make each order that is read by its id out of the true one."""
    around(patch, "rules.Rules.get", lambda true, rules, path_id: change(rules, true(rules, path_id)))


def missing(patch: pytest.MonkeyPatch, answer: Callable[[Past, int, RefusedError], Any]) -> None:
    """Let `answer` say what is read where no order is: a document, or what it raises."""
    past = remember(patch)

    def get(true: Any, rules: Rules, path_id: str) -> Any:
        try:
            return true(rules, path_id)
        except RefusedError as refused:
            if refused.status != 404:
                raise
            return answer(past, parse_id(path_id) or 0, refused)

    around(patch, "rules.Rules.get", get)


@damage("get", "GET-MISSING", "DELETE-ORDER", place=Place.AFTER_DELETE)
def a_deleted_order_reads_as_null(patch: pytest.MonkeyPatch) -> None:
    def answer(past: Past, order: int, refused: RefusedError) -> None:
        if order not in past.deleted:
            raise refused

    missing(patch, answer)


@damage("get", "GET-MISSING", place=Place.NEVER_STORED)
def an_id_that_never_was_is_a_400(patch: pytest.MonkeyPatch) -> None:
    def answer(past: Past, order: int, refused: RefusedError) -> None:
        if order in past.deleted:
            raise refused
        raise RefusedError(invalid(refused.problems[0].detail, "/data"))

    missing(patch, answer)


@damage("get", "GET-MISSING", place=Place.REPEATED)
def a_missing_order_that_is_asked_for_again_reads_as_null(patch: pytest.MonkeyPatch) -> None:
    asked: set[int] = set()

    def answer(past: Past, order: int, refused: RefusedError) -> None:
        if order not in asked:
            asked.add(order)
            raise refused

    missing(patch, answer)


@damage("get", "GET-ORDER", place=Place.ID_AS_TEXT)
def the_path_takes_an_order_id_of_digits_where_no_id_is(patch: pytest.MonkeyPatch) -> None:
    def find(true: Any, rules: Rules, path_id: str, missing: Problem) -> Any:
        if rules.store.read(parse_id(path_id) or 0) is None:
            row = rules.store._connection.execute("SELECT id FROM orders WHERE order_id = ?", [path_id]).fetchone()
            path_id = str(row[0]) if row and path_id.isdigit() else path_id
        return true(rules, path_id, missing)

    around(patch, "rules.Rules.find", find)


@damage("get", "GET-ORDER", "VALUES-SURVIVE", place=Place.SECOND_INTEGRATION)
def an_order_of_the_second_integration_is_read_as_one_of_the_first(patch: pytest.MonkeyPatch) -> None:
    reading(
        patch,
        lambda rules, order: merge(order, {"order_details": {"integration": {"id": min(rules.own_integrations)}}}),
    )


@damage("get", "GET-ORDER", place=Place.SEVERAL_INTEGRATIONS)
def of_one_order_id_in_two_integrations_the_older_is_read(patch: pytest.MonkeyPatch) -> None:
    def get(true: Any, rules: Rules, path_id: str) -> Any:
        true(rules, path_id)
        _, order_id = rules.store.key_of(int(path_id)) or (0, "")
        known = [rules.store.find_key(integration, order_id) for integration in rules.own_integrations]
        return true(rules, str(min(order for order in known if order)))

    around(patch, "rules.Rules.get", get)


# ---------------------------------------------------------------------- ids


@damage("ids", "READ-ID", place=Place.IN_LIST)
def the_ids_in_a_list_count_its_rows(patch: pytest.MonkeyPatch) -> None:
    def data(true: Any, operations: Any, value: Any) -> Any:
        rows = isinstance(value, list) and all("order_details" in row for row in value)
        return true(operations, [row | {"id": place} for place, row in enumerate(value, 1)] if rows else value)

    around(patch, "app.Operations.data", data)


@damage("ids", "READ-ID", "UPSERT-RESULT", place=Place.UPDATE)
def the_id_of_an_updated_order_has_a_version_behind_it(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        references = true(rules, body)
        return [
            one | ({"id": f"{one['id']}-2"} if known else {}) for one, known in zip(references, past.known, strict=True)
        ]

    around(patch, "rules.Rules.upsert", upsert)


@damage("ids", "READ-ID", "PATCH-RESULT", place=Place.PATCH)
def the_id_of_a_patched_order_is_null(patch: pytest.MonkeyPatch) -> None:
    around(patch, "rules.Rules.update", lambda true, *given: true(*given) | {"id": None})


@damage("ids", "READ-ID", place=Place.AFTER_UPDATE)
def an_updated_order_is_read_with_the_id_of_the_next(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def get(true: Any, rules: Rules, path_id: str) -> Any:
        return true(rules, path_id) | ({"id": str(int(path_id) + 1)} if past.updated[int(path_id)] else {})

    around(patch, "rules.Rules.get", get)
