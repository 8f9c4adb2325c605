"""Damages of POST /orders that show in one place: keys, ids, batches and references."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from kill_matrix.cross import Place
from kill_matrix.damage import around, damage, instead
from kill_matrix.past import Past, integration_of, is_known, is_second, remember
from sendcloud_orders_sandbox import Policies, Rules
from sendcloud_orders_sandbox.faults import Fault
from sendcloud_orders_sandbox.problems import Problem, RefusedError, conflict, invalid, order_pointer
from sendcloud_orders_sandbox.rules import key_of, merge, parse_id

from .upsert import create_anew, matching, store

Order = dict[str, Any]
OfOne = Callable[[Rules, Order], bool]

# ---------------------------------------------------------------------- what an upsert finds by its key


@damage("upsert matching", "UPSERT-KEY", place=Place.SECOND_INTEGRATION)
def an_upsert_always_creates_in_the_second_integration(patch: pytest.MonkeyPatch) -> None:
    create_anew(patch, lambda rules, order, known: is_second(rules, order))


@damage("upsert matching", "UPSERT-KEY", place=Place.AFTER_PATCH)
def an_upsert_creates_anew_after_a_patch(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    create_anew(patch, lambda rules, order, known: known in past.patched)


@damage("upsert matching", "UPSERT-KEY", place=Place.AFTER_UPDATE)
def the_second_update_of_an_order_creates_anew(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    create_anew(patch, lambda rules, order, known: past.updated[known] > 0)


@damage("upsert matching", "UPSERT-KEY", place=Place.LAST_ROW)
def the_last_order_of_a_batch_is_created_anew(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    create_anew(patch, lambda rules, order, known: past.is_last(past.position(order)))


@damage("upsert matching", "UPSERT-KEY", place=Place.ID_AS_TEXT)
def an_order_id_is_matched_without_its_leading_zeros(patch: pytest.MonkeyPatch) -> None:
    matching(patch, "integration = :integration AND ltrim(order_id, '0') = ltrim(:order_id, '0')")


@damage("upsert matching", "UPSERT-KEY", "UPSERT-MIXED", place=Place.SEVERAL_INTEGRATIONS)
def one_order_id_in_two_integrations_of_a_batch_is_one_order(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def target(true: Any, rules: Rules, order: Order) -> Any:
        before = past.batch[: past.position(order)]
        same = [one for one in before if one["order_id"] == order["order_id"]]
        return true(rules, same[0] if same else order)

    around(patch, "rules.Rules.target", target)


@damage("upsert matching", "UPSERT-KEY", "DELETE-ORDER", place=Place.AFTER_DELETE)
def a_key_that_comes_back_brings_the_deleted_fields_along(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def save(true: Any, held: Any, order: int, document: Order, now: float) -> None:
        deleted = past.last_of(key_of(document)) if held.read(order) is None else None
        true(held, order, merge(deleted, document), now)

    around(patch, "store.Store.save", save)


@damage("upsert matching", "UPSERT-KEY", "VALUES-SURVIVE", place=Place.BY_ID)
def an_updated_order_is_read_by_id_as_it_was_created(patch: pytest.MonkeyPatch) -> None:
    first: dict[int, Any] = {}

    def get(true: Any, rules: Rules, path_id: str) -> Any:
        order = true(rules, path_id)
        return first.get(int(path_id), order)

    def accept(true: Any, rules: Rules, order: Order) -> int:
        known = rules.store.find_key(*key_of(order))
        stored = rules.store.read(known) if known else None
        if stored:
            first.setdefault(stored.id, rules.present(stored))
        target: int = true(rules, order)
        return target

    around(patch, "rules.Rules.get", get)
    around(patch, "rules.Rules.accept", accept)


# ---------------------------------------------------------------------- what is accepted, and lost


def lose(patch: pytest.MonkeyPatch, when: Callable[[Past, Rules, Order], bool]) -> None:
    """Let orders be accepted that are never stored."""
    past = remember(patch)

    def accept(true: Any, rules: Rules, order: Order) -> int:
        if not when(past, rules, order):
            target: int = true(rules, order)
            return target
        known = rules.store.find_key(*key_of(order))
        return rules.store.register(*key_of(order)) if known is None else known

    around(patch, "rules.Rules.accept", accept)


@damage("upsert matching", "UPSERT-ASYNC", place=Place.LAST_ROW)
def the_last_order_of_a_batch_is_accepted_and_lost(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: past.is_last(past.position(order)))


@damage("upsert matching", "UPSERT-ASYNC", place=Place.MIDDLE_ROW)
def the_order_in_the_middle_of_a_batch_is_accepted_and_lost(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: len(past.batch) > 2 and past.position(order) == len(past.batch) // 2)


@damage("upsert matching", "UPSERT-ASYNC", "UPSERT-KEY", place=Place.SECOND_INTEGRATION)
def updates_in_the_second_integration_are_accepted_and_lost(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: is_second(rules, order) and past.known[past.position(order)])


@damage("upsert matching", "UPSERT-ASYNC", "UPSERT-KEY", place=Place.AFTER_DELETE)
def a_key_that_comes_back_after_a_delete_is_accepted_and_lost(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: past.last_of(key_of(order)) is not None)


@damage("upsert matching", "UPSERT-ASYNC", "UPSERT-KEY", place=Place.AFTER_PATCH)
def an_update_after_a_patch_is_accepted_and_lost(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: rules.store.find_key(*key_of(order)) in past.patched)


@damage("batching", "UPSERT-LIMIT", "UPSERT-ASYNC", place=Place.FULL)
def the_hundredth_order_of_a_batch_is_accepted_and_lost(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: past.position(order) == 99)


@damage("batching", "UPSERT-MIXED", place=Place.UPDATE)
def known_orders_beside_new_ones_are_not_updated(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: not all(past.known) and past.known[past.position(order)])


@damage("batching", "UPSERT-MIXED", place=Place.CREATION)
def new_orders_beside_known_ones_are_not_created(patch: pytest.MonkeyPatch) -> None:
    lose(patch, lambda past, rules, order: any(past.known) and not past.known[past.position(order)])


@damage("batching", "UPSERT-MIXED", place=Place.SECOND_INTEGRATION)
def a_batch_is_stored_in_the_integration_of_its_first_order(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)

    def accept(true: Any, rules: Rules, order: Order) -> int:
        integration = {"order_details": {"integration": {"id": integration_of(past.batch[0])}}}
        target: int = true(rules, merge(order, integration))
        return target

    around(patch, "rules.Rules.accept", accept)


# ---------------------------------------------------------------------- size and form of a batch


@damage("batching", "UPSERT-LIMIT", place=Place.SEVERAL_INTEGRATIONS)
def a_batch_may_hold_100_orders_of_each_integration(patch: pytest.MonkeyPatch) -> None:
    def require_size(true: Any, rules: Rules, body: Sequence[Order]) -> None:
        of_each = [sum(integration_of(order) == one for order in body) for one in rules.own_integrations]
        if sum(of_each) < len(body) or max(of_each) > 100 or not body:
            true(rules, body)

    around(patch, "rules.Rules.require_size", require_size)


@damage("batching", "UPSERT-LIMIT", place=Place.UPDATE)
def known_orders_do_not_count_in_a_batch(patch: pytest.MonkeyPatch) -> None:
    def require_size(true: Any, rules: Rules, body: Sequence[Order]) -> None:
        new = [order for order in body if not is_known(rules, order)]
        true(rules, new if len(body) > 100 else body)

    around(patch, "rules.Rules.require_size", require_size)


@damage("batching", "UPSERT-LIST", place=Place.LAST_ROW)
def what_is_no_order_is_left_out_behind_an_order(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        mixed = isinstance(body, list) and body and isinstance(body[0], dict)
        return true(rules, [order for order in body if isinstance(order, dict)] if mixed else body)

    around(patch, "rules.Rules.upsert", upsert)


@damage("batching", "UPSERT-LIST", place=Place.UPDATE)
def a_known_order_outside_a_list_is_accepted(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        return true(rules, [body] if isinstance(body, dict) and is_known(rules, body) else body)

    around(patch, "rules.Rules.upsert", upsert)


def status(patch: pytest.MonkeyPatch, when: Callable[[list[Order]], bool]) -> None:
    """Let the success of some batches be told with a 207."""

    def upsert(true: Any, orders: Any, body: Any) -> Any:
        answer = true(orders, body)
        answer.status_code = 207 if when(body) else answer.status_code
        return answer

    around(patch, "app.Orders.upsert", upsert)


@damage("wire shape", "UPSERT-STATUS", place=Place.SEVERAL_INTEGRATIONS)
def an_upsert_for_two_integrations_answers_207(patch: pytest.MonkeyPatch) -> None:
    status(patch, lambda batch: len(set(map(integration_of, batch))) > 1)


@damage("wire shape", "UPSERT-STATUS", place=Place.FULL)
def an_upsert_of_100_orders_answers_207(patch: pytest.MonkeyPatch) -> None:
    status(patch, lambda batch: len(batch) == 100)


# ---------------------------------------------------------------------- references


def references(patch: pytest.MonkeyPatch, change: Callable[[Past, list[Order]], Sequence[Order]]) -> None:
    """Let `change` make the references of a batch out of the true ones."""
    past = remember(patch)
    around(patch, "rules.Rules.upsert", lambda true, rules, body: change(past, true(rules, body)))


@damage("batching", "UPSERT-RESULT", place=Place.FIRST_ROW)
def the_first_order_of_a_batch_gets_no_reference(patch: pytest.MonkeyPatch) -> None:
    references(patch, lambda past, found: found[1:] or found)


@damage("batching", "UPSERT-RESULT", place=Place.UPDATE)
def known_orders_beside_new_ones_get_no_reference(patch: pytest.MonkeyPatch) -> None:
    references(
        patch,
        lambda past, found: [one for one, known in zip(found, past.known, strict=True) if all(past.known) or not known],
    )


@damage("batching", "UPSERT-RESULT", place=Place.SEVERAL_INTEGRATIONS)
def one_order_id_in_two_integrations_gets_one_reference(patch: pytest.MonkeyPatch) -> None:
    references(patch, lambda past, found: list({one["order_id"]: one for one in found}.values()))


@damage("batching", "UPSERT-RESULT", place=Place.FULL)
def a_batch_of_100_gets_99_references(patch: pytest.MonkeyPatch) -> None:
    references(patch, lambda past, found: found[:99])


@damage("batching", "UPSERT-RESULT", place=Place.AFTER_UPDATE)
def the_reference_of_an_updated_order_has_its_old_number(patch: pytest.MonkeyPatch) -> None:
    def accept(true: Any, rules: Rules, order: Order) -> int:
        known = rules.store.find_key(*key_of(order))
        before[order["order_id"]] = rules.store.latest(known)["order_number"] if known else order["order_number"]
        target: int = true(rules, order)
        return target

    before: dict[str, str] = {}
    around(patch, "rules.Rules.accept", accept)
    references(patch, lambda past, found: [one | {"order_number": before[one["order_id"]]} for one in found])


# ---------------------------------------------------------------------- ids in a batch


@damage("ids", "UPSERT-ID", place=Place.LAST_ROW)
def the_id_of_the_last_order_of_a_batch_may_be_a_number(patch: pytest.MonkeyPatch) -> None:
    def upsert(true: Any, rules: Rules, body: Any) -> Any:
        last = body[-1] if isinstance(body, list) and len(body) > 1 else None
        if isinstance(last, dict) and type(last.get("id")) is int:
            body = [*body[:-1], last | {"id": str(last["id"])}]
        return true(rules, body)

    around(patch, "rules.Rules.upsert", upsert)


def refuse_ids(patch: pytest.MonkeyPatch, when: OfOne) -> None:
    """Let some orders not be named by their `id`."""

    def identity_problems(true: Any, rules: Rules, position: int, order: Order) -> Iterator[Problem]:
        yield from true(rules, position, order)
        if "id" in order and when(rules, order):
            yield invalid("Extra inputs are not permitted", order_pointer(position, "id"))

    around(patch, "rules.Rules.identity_problems", identity_problems)


@damage("ids", "UPSERT-ID", place=Place.SECOND_INTEGRATION)
def an_id_is_refused_in_the_second_integration(patch: pytest.MonkeyPatch) -> None:
    refuse_ids(patch, is_second)


@damage("ids", "UPSERT-ID", place=Place.AFTER_PATCH)
def an_id_is_refused_after_a_patch(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    refuse_ids(patch, lambda rules, order: parse_id(order["id"]) in past.patched)


def overlook_ids(patch: pytest.MonkeyPatch, when: Callable[[Past, Rules, int, Order], bool]) -> None:
    """Let some orders name an `id` that belongs to another `order_id`."""
    past = remember(patch)

    def identity_problems(true: Any, rules: Rules, position: int, order: Order) -> Any:
        return () if when(past, rules, position, order) else true(rules, position, order)

    around(patch, "rules.Rules.identity_problems", identity_problems)


@damage("ids", "UPSERT-IMMUTABLE", place=Place.SECOND_INTEGRATION)
def another_order_id_for_an_id_is_accepted_in_the_second_integration(patch: pytest.MonkeyPatch) -> None:
    overlook_ids(patch, lambda past, rules, position, order: is_second(rules, order))


@damage("ids", "UPSERT-IMMUTABLE", place=Place.LAST_ROW)
def another_order_id_for_an_id_is_accepted_at_the_end_of_a_batch(patch: pytest.MonkeyPatch) -> None:
    overlook_ids(patch, lambda past, rules, position, order: past.is_last(position))


@damage("ids", "UPSERT-IMMUTABLE", place=Place.AFTER_UPDATE)
def another_order_id_for_an_id_is_accepted_after_an_update(patch: pytest.MonkeyPatch) -> None:
    overlook_ids(patch, lambda past, rules, position, order: past.updated[parse_id(order.get("id", "")) or 0] > 0)


# ---------------------------------------------------------------------- all or nothing


def keep(
    patch: pytest.MonkeyPatch, kept: Callable[[Rules, Sequence[Order], set[int], list[Problem]], Sequence[Order]]
) -> None:
    """Store some orders of a batch that is refused; `kept` chooses them by the positions of the bad ones."""

    def batch_problems(true: Any, rules: Rules, batch: Sequence[Order]) -> list[Problem]:
        found = list(true(rules, batch))
        pointers = " ".join(problem.source["pointer"] for problem in found)
        bad = {position for position in range(len(batch)) if f"[{position}]" in pointers}
        if bad:
            store(rules, [order for order in kept(rules, batch, bad, found) if batch.index(order) not in bad])
        return found

    around(patch, "rules.Rules.batch_problems", batch_problems)


@damage("batching", "UPSERT-ATOMIC", place=Place.LAST_ROW)
def the_orders_before_a_bad_last_one_are_stored(patch: pytest.MonkeyPatch) -> None:
    keep(patch, lambda rules, batch, bad, found: batch if bad == {len(batch) - 1} else ())


@damage("batching", "UPSERT-ATOMIC", place=Place.FIRST_ROW)
def the_orders_after_a_bad_first_one_are_stored(patch: pytest.MonkeyPatch) -> None:
    keep(patch, lambda rules, batch, bad, found: batch if bad == {0} else ())


@damage("batching", "UPSERT-ATOMIC", place=Place.SEVERAL_INTEGRATIONS)
def each_integration_of_a_batch_is_stored_by_itself(patch: pytest.MonkeyPatch) -> None:
    def kept(rules: Rules, batch: Sequence[Order], bad: set[int], found: list[Problem]) -> Sequence[Order]:
        spoilt = {integration_of(batch[position]) for position in bad}
        return [order for order in batch if integration_of(order) not in spoilt]

    keep(patch, kept)


@damage("batching", "UPSERT-ATOMIC", place=Place.UPDATE)
def known_orders_of_a_bad_batch_are_updated(patch: pytest.MonkeyPatch) -> None:
    keep(
        patch,
        lambda rules, batch, bad, found: [order for order in batch if is_known(rules, order)],
    )


@damage("batching", "UPSERT-ATOMIC", place=Place.FULL)
def the_good_orders_of_a_bad_batch_of_100_are_stored(patch: pytest.MonkeyPatch) -> None:
    keep(patch, lambda rules, batch, bad, found: batch if len(batch) == 100 else ())


@damage("batching", "UPSERT-ATOMIC", place=Place.OWN)
def the_orders_beside_one_with_another_order_id_are_stored(patch: pytest.MonkeyPatch) -> None:
    keep(
        patch,
        lambda rules, batch, bad, found: batch if all("cannot be changed" in one.detail for one in found) else (),
    )


@damage("batching", "UPSERT-ATOMIC", place=Place.NESTED)
def the_orders_beside_one_of_a_foreign_integration_are_stored(patch: pytest.MonkeyPatch) -> None:
    keep(
        patch,
        lambda rules, batch, bad, found: batch if all("does not exist" in one.detail for one in found) else (),
    )


# ---------------------------------------------------------------------- partners and conflicts


@damage("bounds", "UPSERT-PARTNER", place=Place.UPDATE)
def the_partner_id_of_an_update_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    past = remember(patch)
    sent: list[str | None] = []

    def check_later(true: Any, rules: Rules, batch: Sequence[Order]) -> None:
        true(rules, batch)
        if not all(past.known):
            check(rules, sent[-1])

    check = Rules.check_partner
    instead(patch, "rules.Rules.check_partner", lambda rules, partner: sent.append(partner))
    around(patch, "rules.Rules.require_no_conflict", check_later)


@damage("bounds", "UPSERT-PARTNER", place=Place.REPEATED)
def a_partner_id_is_accepted_when_it_comes_again(patch: pytest.MonkeyPatch) -> None:
    refused: set[str] = set()

    def check_partner(true: Any, rules: Rules, partner: str | None) -> None:
        try:
            true(rules, partner)
        except RefusedError:
            if partner in refused:
                return
            refused.add(str(partner))
            raise

    around(patch, "rules.Rules.check_partner", check_partner)


@damage("upsert matching", "UPSERT-CONFLICT", policies=Policies(conflict_every=5), place=Place.REPEATED)
def every_other_conflict_points_at_an_order(patch: pytest.MonkeyPatch) -> None:
    met: list[Fault] = []

    async def refuse(true: Any, seam: Any, call: Any, fault: Fault) -> None:
        met.append(fault)
        pointer = "/data" if len(met) % 2 else "/data/attributes/[0]/order_id"
        await seam.refuse(call, RefusedError(invalid(conflict().detail, pointer)))

    around(patch, "seam.Seam.conflict", refuse)
