"""Damages of POST /orders: batches, keys, ids and bounds."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import around, damage, instead
from sendcloud_orders_sandbox import Policies, Rules
from sendcloud_orders_sandbox.problems import Problem, RefusedError, invalid, order_pointer
from sendcloud_orders_sandbox.rules import key_of, merge, parse_id

Order = dict[str, Any]


def store(rules: Rules, orders: Sequence[Order]) -> None:
    """Store orders, asking no question."""
    with rules.store.transaction():
        for order in orders:
            rules.accept(order)
        rules.store.save_due(rules.clock.now())


def refuse(rules: Rules, problem: Problem) -> None:
    raise RefusedError(problem)


def create_anew(patch: pytest.MonkeyPatch, when: Callable[[Rules, Order, int], bool]) -> None:
    """Let an upsert overlook the order that it should update; the old one stays under a key that nobody asks for."""

    def target(true: Any, rules: Rules, order: Order) -> int | None:
        known: int | None = true(rules, order)
        if known is None or not when(rules, order, known):
            return known
        rules.store._connection.execute("UPDATE orders SET order_id = hex(randomblob(16)) WHERE id = ?", [known])
        return None

    around(patch, "rules.Rules.target", target)


# ---------------------------------------------------------------------- batching


@damage("batching", "UPSERT-LIMIT")
def a_batch_of_101_is_accepted(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "problems.BATCH_LIMIT", 101)


@damage("batching", "UPSERT-LIMIT")
def a_batch_of_100_is_refused(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "problems.BATCH_LIMIT", 99)


@damage("batching", "UPSERT-LIMIT")
def the_first_100_of_too_many_orders_are_stored(patch: pytest.MonkeyPatch) -> None:
    def require_size(true: Any, rules: Rules, body: Sequence[Any]) -> None:
        if len(body) > 100:
            store(rules, body[:100])
        true(rules, body)

    around(patch, "rules.Rules.require_size", require_size)


@damage("batching", "UPSERT-LIMIT", place=Place.FULL)
def only_the_first_50_orders_of_a_batch_are_stored(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        references = true(rules, body)
        for order in body[50:]:
            rules.store.delete(rules.store.find_key(*key_of(order)) or 0)
        return references

    around(patch, "rules.Rules.upsert", upsert)


@damage("batching", "UPSERT-LIST")
def an_order_outside_a_list_is_accepted(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "rules.Rules.upsert",
        lambda true, rules, body: true(rules, [body] if isinstance(body, dict) else body),
    )


@damage("batching", "UPSERT-LIST")
def an_order_outside_a_list_is_refused_in_other_words(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "problems.not_a_list", lambda: invalid("Bad request", "/data"))


@damage("batching", "UPSERT-ATOMIC")
def the_good_orders_of_a_bad_batch_are_stored(patch: pytest.MonkeyPatch) -> None:
    def batch_problems(true: Any, rules: Rules, batch: Sequence[Order]) -> list[Problem]:
        found = list(true(rules, batch))
        pointers = " ".join(problem.source["pointer"] for problem in found)
        store(rules, [order for position, order in enumerate(batch) if found and f"[{position}]" not in pointers])
        return found

    around(patch, "rules.Rules.batch_problems", batch_problems)


@damage("batching", "UPSERT-ATOMIC")
def the_orders_before_a_bad_one_are_stored(patch: pytest.MonkeyPatch) -> None:
    def batch_problems(true: Any, rules: Rules, batch: Sequence[Order]) -> list[Problem]:
        found = list(true(rules, batch))
        pointers = " ".join(problem.source["pointer"] for problem in found)
        bad = [position for position in range(len(batch)) if f"[{position}]" in pointers]
        store(rules, batch[: bad[0]] if bad else [])
        return found

    around(patch, "rules.Rules.batch_problems", batch_problems)


@damage("batching", "UPSERT-ATOMIC")
def a_bad_order_is_left_out_and_the_rest_accepted(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        good = [order for order in body if isinstance(order, dict) and not list(rules.batch_problems([order]))]
        return true(rules, good if len(body) in range(2, 101) and good else body)

    around(patch, "rules.Rules.upsert", upsert)


@damage("batching", "UPSERT-MIXED", place=Place.SEVERAL_INTEGRATIONS)
def a_batch_of_two_integrations_is_refused(patch: pytest.MonkeyPatch) -> None:
    def batch_problems(true: Any, rules: Rules, batch: Sequence[Order]) -> Iterator[Problem]:
        found = list(true(rules, batch))
        yield from found
        if not found and len({key_of(order)[0] for order in batch}) > 1:
            yield invalid("All orders must be of one integration", "/data/attributes/")

    around(patch, "rules.Rules.batch_problems", batch_problems)


@damage("batching", "UPSERT-MIXED")
def new_and_known_orders_in_one_batch_are_refused(patch: pytest.MonkeyPatch) -> None:
    def batch_problems(true: Any, rules: Rules, batch: Sequence[Order]) -> Iterator[Problem]:
        found = list(true(rules, batch))
        yield from found
        if not found and len({rules.target(order) is None for order in batch}) > 1:
            yield invalid("Create and update in requests of their own", "/data/attributes/")

    around(patch, "rules.Rules.batch_problems", batch_problems)


@damage("batching", "UPSERT-RESULT", place=Place.LAST_ROW)
def the_last_order_of_a_batch_gets_no_reference(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        references = true(rules, body)
        return references[:-1] if len(references) > 1 else references

    around(patch, "rules.Rules.upsert", upsert)


@damage("batching", "UPSERT-RESULT")
def all_references_of_a_batch_have_the_first_ones_id(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        references = true(rules, body)
        return [{**reference, "id": references[0]["id"]} for reference in references]

    around(patch, "rules.Rules.upsert", upsert)


@damage("batching", "UPSERT-RESULT")
def the_ids_of_a_batch_are_given_to_the_wrong_orders(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        references = true(rules, body)
        ids = [reference["id"] for reference in references]
        return [{**reference, "id": id_} for reference, id_ in zip(references, reversed(ids), strict=True)]

    around(patch, "rules.Rules.upsert", upsert)


def references(patch: pytest.MonkeyPatch, change: Callable[[Order], Order]) -> None:
    """Let `change` make each reference out of the true one."""
    around(patch, "rules.Rules.reference", lambda true, *given: change(true(*given)))


@damage("batching", "UPSERT-RESULT")
def a_reference_has_no_order_id(patch: pytest.MonkeyPatch) -> None:
    references(patch, lambda found: {name: value for name, value in found.items() if name != "order_id"})


@damage("batching", "UPSERT-RESULT")
def the_order_id_of_a_reference_is_null(patch: pytest.MonkeyPatch) -> None:
    references(patch, lambda found: found | {"order_id": None})


@damage("batching", "UPSERT-RESULT", "PATCH-RESULT")
def the_order_number_of_a_reference_is_the_order_id(patch: pytest.MonkeyPatch) -> None:
    references(patch, lambda found: found | {"order_number": found["order_id"]})


# ---------------------------------------------------------------------- matching by key


def matching(patch: pytest.MonkeyPatch, condition: str) -> None:
    """Let an upsert find its order by another SQL condition, with `:integration` and `:order_id`."""

    def find_key(true: Any, held: Any, integration: int, order_id: str) -> int | None:
        sql = f"SELECT id FROM orders WHERE {condition} ORDER BY id"
        row = held._connection.execute(sql, {"integration": integration, "order_id": order_id}).fetchone()
        return None if row is None else int(row[0])

    around(patch, "store.Store.find_key", find_key)


@damage("upsert matching", "UPSERT-KEY", place=Place.SEVERAL_INTEGRATIONS)
def an_order_is_matched_whatever_its_integration(patch: pytest.MonkeyPatch) -> None:
    matching(patch, "order_id = :order_id")


@damage("upsert matching", "UPSERT-KEY")
def an_order_id_is_matched_without_its_blanks(patch: pytest.MonkeyPatch) -> None:
    matching(patch, "integration = :integration AND trim(order_id) = trim(:order_id)")


@damage("upsert matching", "UPSERT-KEY")
def an_order_id_is_matched_by_its_first_50_characters(patch: pytest.MonkeyPatch) -> None:
    matching(patch, "integration = :integration AND substr(order_id, 1, 50) = substr(:order_id, 1, 50)")


@damage("upsert matching", "UPSERT-KEY")
def an_order_is_matched_by_its_number_as_well(patch: pytest.MonkeyPatch) -> None:
    def target(true: Any, rules: Rules, order: Order) -> Any:
        sql = "SELECT id FROM orders WHERE order_number = ?"
        found = rules.store._connection.execute(sql, [order["order_number"]]).fetchone()
        return found[0] if found else true(rules, order)

    around(patch, "rules.Rules.target", target)


@damage("upsert matching", "UPSERT-KEY")
def an_upsert_always_creates(patch: pytest.MonkeyPatch) -> None:
    def target(true: Any, rules: Rules, order: Order) -> None:
        # The old order stays, under a key that nobody asks for.
        known = true(rules, order)
        rules.store._connection.execute("UPDATE orders SET order_id = hex(randomblob(16)) WHERE id = ?", [known])

    around(patch, "rules.Rules.target", target)


@damage("upsert matching", "UPSERT-KEY", place=Place.UPDATE)
def an_upsert_never_updates(patch: pytest.MonkeyPatch) -> None:
    around(patch, "rules.Rules.replace", lambda true, rules, stored, sent: stored)


@damage("upsert matching", "UPSERT-KEY", place=Place.UPDATE)
def a_known_order_is_refused(patch: pytest.MonkeyPatch) -> None:
    def identity_problems(true: Any, rules: Rules, position: int, order: Order) -> Iterator[Problem]:
        yield from true(rules, position, order)
        if rules.target(order) is not None:
            yield invalid("Order already exists", order_pointer(position, "order_id"))

    around(patch, "rules.Rules.identity_problems", identity_problems)


@damage("upsert matching", "UPSERT-KEY", policies=Policies(save_lag=0.3))
def an_order_that_is_being_saved_is_not_matched(patch: pytest.MonkeyPatch) -> None:
    create_anew(patch, lambda rules, order, known: rules.store.is_saving(known))


@damage("upsert matching", "UPSERT-STATUS", place=Place.UPDATE)
def an_update_answers_another_status_than_a_creation(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, orders: Any, body: Any) -> Any:
        held = orders.rules
        known = isinstance(body, list) and any(
            held.target(order) is not None
            for order in body
            if isinstance(order, dict) and not list(held.batch_problems([order]))
        )
        answer = true(orders, body)
        answer.status_code = 200 if known else answer.status_code
        return answer

    around(patch, "app.Orders.upsert", upsert)


@damage("upsert matching", "UPSERT-ITEMS")
def the_items_of_an_upsert_are_added_to_the_stored_ones(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Order:
        items = stored["order_details"]["order_items"] + sent["order_details"]["order_items"]
        replaced: Order = true(rules, stored, sent)
        return {**replaced, "order_details": {**replaced["order_details"], "order_items": items}}

    around(patch, "rules.Rules.replace", replace)


@damage("upsert matching", "UPSERT-ITEMS")
def the_items_of_an_upsert_are_ignored_once_there_are_some(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Rules, stored: Order, sent: Order) -> Order:
        items = stored["order_details"]["order_items"]
        replaced: Order = true(rules, stored, sent)
        return {**replaced, "order_details": {**replaced["order_details"], "order_items": items}}

    around(patch, "rules.Rules.replace", replace)


@damage("upsert matching", "UPSERT-REQUIRED", place=Place.UPDATE)
def a_known_order_may_be_upserted_in_part(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        def completed(order: Any) -> Any:
            known = parse_id(str(order.get("id", ""))) if isinstance(order, dict) else None
            return merge(rules.store.latest(known), order) if known else order

        return true(rules, [completed(order) for order in body] if isinstance(body, list) else body)

    around(patch, "rules.Rules.upsert", upsert)


@damage("upsert matching", "UPSERT-ASYNC")
def every_tenth_accepted_order_is_lost(patch: pytest.MonkeyPatch) -> None:
    def accept(true: Any, rules: Rules, order: Order) -> int:
        target: int = true(rules, order)
        if target % 10 == 0:
            rules.store.delete(target)
        return target

    around(patch, "rules.Rules.accept", accept)


@damage("upsert matching", "UPSERT-CONFLICT", policies=Policies(conflict_every=5))
def a_conflict_is_answered_with_a_500(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "seam.conflict", lambda: Problem(500, "error", "Something went wrong."))


# ---------------------------------------------------------------------- ids


def renamed_ids(body: Any) -> Any:
    """Return the body with each `id` as text."""
    if not isinstance(body, list):
        return body
    return [
        {**order, "id": str(order["id"])} if isinstance(order, dict) and isinstance(order.get("id"), int) else order
        for order in body
    ]


@damage("ids", "UPSERT-ID", place=Place.ID_AS_NUMBER)
def an_id_may_be_a_number(patch: pytest.MonkeyPatch) -> None:
    around(patch, "rules.Rules.upsert", lambda true, rules, body: true(rules, renamed_ids(body)))
    around(
        patch,
        "rules.Rules.identity_problems",
        lambda true, rules, position, order: (
            [] if "id" in order and rules.named_order(order) is None else true(rules, position, order)
        ),
    )


@damage("ids", "UPSERT-ID")
def an_id_that_is_a_number_is_refused_without_its_place(patch: pytest.MonkeyPatch) -> None:
    def schema_problems(true: Any, *given: Any) -> Iterator[Problem]:
        for problem in true(*given):
            pointer = problem.source["pointer"]
            yield invalid(problem.detail, pointer.removesuffix("/id"))

    around(patch, "rules.Rules.schema_problems", schema_problems)


@damage("ids", "UPSERT-IMMUTABLE")
def an_id_in_an_upsert_is_ignored(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "rules.Rules.identity_problems", lambda rules, position, order: ())


@damage("ids", "UPSERT-ID")
def an_id_in_an_upsert_is_refused(patch: pytest.MonkeyPatch) -> None:
    def identity_problems(true: Any, rules: Rules, position: int, order: Order) -> Iterator[Problem]:
        yield from true(rules, position, order)
        if "id" in order:
            yield invalid("Extra inputs are not permitted", order_pointer(position, "id"))

    around(patch, "rules.Rules.identity_problems", identity_problems)


@damage("ids", "UPSERT-IMMUTABLE")
def an_upsert_by_id_renames_the_order(patch: pytest.MonkeyPatch) -> None:
    def target(true: Any, rules: Rules, order: Order) -> Any:
        known = parse_id(order.get("id", ""))
        if known is None or rules.store.key_of(known) is None:
            return true(rules, order)
        rules.store._connection.execute("UPDATE orders SET order_id = ? WHERE id = ?", [order["order_id"], known])
        return known

    instead(patch, "rules.Rules.identity_problems", lambda rules, position, order: ())
    around(patch, "rules.Rules.target", target)


@damage("ids", "UPSERT-IMMUTABLE")
def another_order_id_for_an_id_is_refused_at_the_wrong_field(patch: pytest.MonkeyPatch) -> None:
    around(patch, "problems.order_id_fixed", lambda true, order_id, pointer: true(order_id, f"{pointer}s"))


@damage("ids", "UPSERT-KEY")
def an_order_gets_a_new_id_at_each_upsert(patch: pytest.MonkeyPatch) -> None:
    def target(true: Any, rules: Rules, order: Order) -> Any:
        known = true(rules, order)
        if known is None:
            return None
        rules.store._connection.execute("UPDATE orders SET id = id + 100000 WHERE id = ?", [known])
        return known + 100000

    around(patch, "rules.Rules.target", target)


@damage("ids", "READ-ID")
def an_id_is_no_number(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "presenting.present_id", lambda order, kind: f"ord_{order}")


@damage("ids", "READ-ID")
def the_id_of_a_reference_is_not_the_id_that_is_read(patch: pytest.MonkeyPatch) -> None:
    around(
        patch,
        "presenting.present_reference",
        lambda true, order, document, policies: true(order + 1, document, policies),
    )
    around(
        patch,
        "rules.present_reference",
        lambda true, order, document, policies: true(order + 1, document, policies),
    )


# ---------------------------------------------------------------------- what an order must be


def unchecked(patch: pytest.MonkeyPatch, *ends: str) -> None:
    """Overlook all problems of fields whose pointer ends in one of these ways."""

    def schema_problems(true: Any, *given: Any) -> Iterator[Problem]:
        return (problem for problem in true(*given) if not problem.source["pointer"].endswith(ends))

    around(patch, "rules.Rules.schema_problems", schema_problems)


@damage("bounds", "UPSERT-REQUIRED", place=Place.NESTED)
def the_payment_status_is_not_required(patch: pytest.MonkeyPatch) -> None:
    unchecked(patch, "payment_details/status")


@damage("bounds", "UPSERT-REQUIRED")
def a_missing_field_is_refused_in_other_words(patch: pytest.MonkeyPatch) -> None:
    def schema_problems(true: Any, *given: Any) -> Iterator[Problem]:
        for problem in true(*given):
            detail = "This field may not be blank." if problem.detail == "Field required" else problem.detail
            yield invalid(detail, problem.source["pointer"])

    around(patch, "rules.Rules.schema_problems", schema_problems)


@damage("bounds", "UPSERT-BOUNDS", "UPSERT-REQUIRED", place=Place.ITEM)
def a_quantity_of_zero_is_accepted(patch: pytest.MonkeyPatch) -> None:
    unchecked(patch, "/quantity")


@damage("bounds", "UPSERT-BOUNDS")
def any_unit_of_weight_is_accepted(patch: pytest.MonkeyPatch) -> None:
    unchecked(patch, "weight/unit")


@damage("bounds", "UPSERT-BOUNDS")
def a_currency_of_two_letters_is_accepted(patch: pytest.MonkeyPatch) -> None:
    unchecked(patch, "/currency")


@damage("bounds", "UPSERT-BOUNDS")
def an_amount_of_zero_is_refused(patch: pytest.MonkeyPatch) -> None:
    def schema_problems(true: Any, rules: Rules, schema: str, document: Order, pointer_of: Any) -> Iterator[Problem]:
        found = list(true(rules, schema, document, pointer_of))
        yield from found
        items = document["order_details"]["order_items"] if schema == "OrderInput" and not found else []
        if 0 in [item["total_price"].get("value") for item in items]:
            yield invalid("Input should be greater than 0", pointer_of("order_details", "order_items"))

    around(patch, "rules.Rules.schema_problems", schema_problems)


@damage("bounds", "UPSERT-ACCOUNT")
def an_integration_of_nobody_is_accepted(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "rules.Rules.account_problems", lambda rules, position, order: ())


@damage("bounds", "UPSERT-ACCOUNT")
def an_integration_of_nobody_is_refused_without_its_id(patch: pytest.MonkeyPatch) -> None:
    instead(
        patch,
        "problems.unknown_integration",
        lambda integration, pointer: invalid("Integration does not exist", pointer),
    )


@damage("bounds", "UPSERT-PARTNER")
def a_partner_id_that_is_no_uuid_is_accepted(patch: pytest.MonkeyPatch) -> None:
    instead(patch, "rules.Rules.check_partner", lambda rules, partner: None)


@damage("bounds", "UPSERT-SERVICE-POINT")
def a_service_point_without_an_id_is_accepted(patch: pytest.MonkeyPatch) -> None:
    unchecked(patch, "service_point_details", "service_point_details/id", "carrier_service_point_id")


@damage("bounds", "UPSERT-SERVICE-POINT")
def the_carriers_id_of_a_service_point_is_refused(patch: pytest.MonkeyPatch) -> None:
    def account_problems(true: Any, rules: Rules, position: int, order: Order) -> Iterator[Problem]:
        yield from true(rules, position, order)
        if "carrier_service_point_id" in (order.get("service_point_details") or {}):
            yield invalid("Field required", order_pointer(position, "service_point_details", "id"))

    around(patch, "rules.Rules.account_problems", account_problems)
