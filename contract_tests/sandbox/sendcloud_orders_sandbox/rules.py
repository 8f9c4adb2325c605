"""Apply the documented rules of orders; policies decide what is not documented."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import listing, problems
from .clock import SandboxClock
from .listing import Cursor, Query
from .policies import Policies
from .presenting import present_order, present_reference
from .problems import Problem, RefusedError
from .schema import error_code, find_breaches, known_part, rule_of
from .store import Document, Store, Stored

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
READ_ONLY = ("id", "created_at", "modified_at")
SERVICE_POINT_IDS = ("id", "carrier_service_point_id")


@dataclass(frozen=True, slots=True)
class PageOfOrders:
    """One page of orders, with the cursors of the next and previous one."""

    orders: list[Document]
    next_page: Cursor | None
    previous_page: Cursor | None


class Rules:
    """The operations on orders, with one method per rule, so that a test can break a single rule."""

    def __init__(self, store: Store, integrations: Iterable[int], policies: Policies, clock: SandboxClock) -> None:
        self.store = store
        self.own_integrations: set[int] = set(integrations) | store.integrations()
        self.policies = policies
        self.clock = clock

    # Upsert

    def upsert(self, body: Any) -> list[Document]:
        """Create or update the orders of a batch, all or none, and return their references. Rule: UPSERT-ATOMIC."""
        self.require_list(body)
        self.require_size(body)
        body = [known_part("OrderInput", order, self.policies) for order in body]
        self.refuse(self.batch_problems(body))
        self.require_no_conflict(body)
        with self.store.transaction():
            orders = [self.accept(order) for order in body]
            self.store.save_due(self.clock.now())
        references = [self.reference(order, sent) for order, sent in zip(orders, body, strict=True)]
        return references if self.policies.row_order == "request" else references[::-1]

    def require_list(self, body: Any) -> None:
        """Refuse a body that is not a list of objects. Rule: UPSERT-LIST."""
        if not isinstance(body, list) or not all(isinstance(order, dict) for order in body):
            raise RefusedError(problems.not_a_list())

    def require_size(self, body: Sequence[Any]) -> None:
        """Refuse a batch of too many orders. Rule: UPSERT-LIMIT."""
        if len(body) > problems.BATCH_LIMIT:
            raise RefusedError(problems.batch_too_large(len(body)))
        if not body and self.policies.empty_list == "reject":
            raise RefusedError(problems.batch_empty())

    def refuse(self, found: Iterable[Problem]) -> None:
        """Refuse the request when there is any problem, naming all of them. Rule: ERROR-TOGETHER."""
        together = list(found)
        if together:
            raise RefusedError(*(together if self.policies.error_order == "found" else together[::-1]))

    def batch_problems(self, batch: Sequence[Document]) -> Iterator[Problem]:
        """Find what is wrong with a batch: first with each order, then with the valid ones together."""
        sound = []
        for position, order in enumerate(batch):
            broken = list(self.schema_problems("OrderInput", order, order_pointer_of(position)))
            yield from broken
            if not broken:
                sound.append((position, order))
        for position, order in sound:
            yield from self.account_problems(position, order)
            yield from self.identity_problems(position, order)
        yield from self.twice_problems(sound)

    def schema_problems(self, schema: str, document: Document, pointer_of: Callable[..., str]) -> Iterator[Problem]:
        """Find missing, wrong and unknown fields, and names that are too long.

        Rules: UPSERT-REQUIRED, UPSERT-BOUNDS, UPSERT-SERVICE-POINT, UPSERT-LONG-NAME.
        """
        for breach in find_breaches(schema, document, self.policies):
            code = error_code(breach, self.policies)
            yield problems.invalid(breach.detail, pointer_of(*breach.path), code, rule_of(schema, breach))

    def account_problems(self, position: int, order: Document) -> Iterator[Problem]:
        """Find an integration that the account does not have. Rule: UPSERT-ACCOUNT."""
        integration, _ = key_of(order)
        if integration not in self.own_integrations:
            pointer = problems.order_pointer(position, "order_details", "integration", "id")
            yield problems.unknown_integration(integration, pointer)

    def identity_problems(self, position: int, order: Document) -> Iterator[Problem]:
        """Find an `id` that names no order, or one of another `order_id`. Rules: UPSERT-ID, UPSERT-IMMUTABLE."""
        if "id" not in order:
            return
        integration, order_id = key_of(order)
        stored = self.named_order(order)
        if stored is None or stored[0] != integration:
            match self.policies.unknown_id:
                case "reject":
                    yield problems.unknown_order(order["id"], problems.order_pointer(position, "id"))
                case "missing":
                    raise RefusedError(problems.order_missing())
        elif self.folded(stored[1]) != self.folded(order_id):
            yield problems.order_id_fixed(stored[1], problems.order_pointer(position, "order_id"))

    def twice_problems(self, sound: Iterable[tuple[int, Document]]) -> Iterator[Problem]:
        """Find keys that occur more than once in a batch; undocumented. Rule: UPSERT-KEY-TWICE."""
        seen: Counter[tuple[int, str]] = Counter()
        for position, order in sound:
            integration, order_id = key_of(order)
            key = integration, self.folded(order_id)
            seen[key] += 1
            if seen[key] > 1 and self.policies.key_twice == "reject":
                yield problems.key_twice(problems.order_pointer(position, "order_id"))
            if seen[key] > 1 and self.policies.key_twice == "conflict":
                raise self.conflict()

    def require_no_conflict(self, batch: Iterable[Document]) -> None:
        """Refuse a batch while an earlier request is still saving one of its orders. Rule: UPSERT-CONFLICT."""
        if not self.policies.conflict_while_saving:
            return
        self.save_due()
        targets = (self.target(order) for order in batch)
        if any(target is not None and self.store.is_saving(target) for target in targets):
            raise self.conflict()

    def conflict(self) -> RefusedError:
        """Return the refusal of a conflict with the status that the policy sets. Rule: UPSERT-CONFLICT."""
        return RefusedError(replace(problems.conflict(), status=self.policies.conflict_status))

    def accept(self, order: Document) -> int:
        """Create or update one order and return its id. Rules: UPSERT-KEY, UPSERT-MIXED, UPSERT-ASYNC."""
        target = self.target(order)
        sent = {name: value for name, value in order.items() if name not in READ_ONLY}
        if target is None:
            target, document = self.store.register(*key_of(order)), sent
        else:
            document = self.replace(self.store.latest(target), sent)
        now = self.clock.now()
        self.store.accept(target, document, now=now, due=now + self.policies.save_lag)
        return target

    def target(self, order: Document) -> int | None:
        """Return the id of the order that is to be updated. Rules: UPSERT-KEY, UPSERT-ID, UPSERT-KEY-CASE."""
        exact = self.policies.key_case == "exact"
        return self.store.find_key(*key_of(order)) if exact else self.store.find_key_in_any_case(*key_of(order))

    def folded(self, order_id: str) -> str:
        """Return what has to be equal in the `order_id`s of one order. Rule: UPSERT-KEY-CASE."""
        return order_id if self.policies.key_case == "exact" else order_id.casefold()

    def named_order(self, order: Document) -> tuple[int, str] | None:
        """Return the key of the order that `id` names. Rule: UPSERT-ID."""
        named = parse_id(order["id"])
        return None if named is None else self.store.key_of(named)

    def replace(self, stored: Document, sent: Document) -> Document:
        """Return a stored order with an upsert applied; lists are replaced. Rule: UPSERT-ITEMS."""
        if self.policies.omitted_optionals == "clear":
            return sent
        return merge(self.without_other_point(stored, sent), sent)

    def reference(self, order: int, document: Document) -> Document:
        """Return the identifiers of an order. Rules: UPSERT-RESULT, PATCH-RESULT."""
        return self.without_unrequired(present_reference(order, document, self.policies), "order_number")

    def without_unrequired(self, document: Document, *names: str) -> Document:
        """Drop fields that the reference does not require, if the policy does not give them. Rule: READ-REQUIRED."""
        if self.policies.unrequired_fields == "given":
            return document
        return {name: value for name, value in document.items() if name not in names}

    def check_partner(self, partner: str | None) -> None:
        """Refuse a partner id that is malformed or unknown. Rule: UPSERT-PARTNER."""
        is_known = self.policies.partner_ids == "any" and UUID_FORM.fullmatch(partner or "")
        if partner is not None and not is_known:
            raise RefusedError(problems.invalid_partner())

    # Read

    def get(self, path_id: str) -> Document:
        """Return one order. Rules: GET-ORDER, GET-MISSING."""
        return self.present(self.find(path_id, problems.order_missing()))

    def find(self, path_id: str, missing: Problem) -> Stored:
        """Find a saved order by the id in the path, which is not the shop's `order_id`. Rule: GET-MISSING."""
        self.save_due()
        order = parse_id(path_id)
        if order is None and self.policies.wrong_path_id == "invalid":
            raise RefusedError(problems.path_invalid())
        stored = None if order is None else self.store.read(order)
        if stored is None:
            raise RefusedError(missing)
        return stored

    def save_due(self) -> None:
        """Save the accepted writes that are due. Rule: UPSERT-ASYNC."""
        with self.store.transaction():
            self.store.save_due(self.clock.now())

    def present(self, stored: Stored) -> Document:
        """Return an order as a client reads it. Rule: VALUES-SURVIVE."""
        return self.without_unrequired(present_order(stored, self.policies), "created_at", "modified_at")

    def page(self, query: Query) -> PageOfOrders:
        """Return one page of the orders that meet the filters. Rules: LIST-COMPLETE, LIST-CURSOR."""
        self.save_due()
        conditions = listing.filters(query, self.own_integrations, self.policies)
        keys = listing.sort_keys(query, self.policies)
        size = listing.page_size(query, self.policies)
        cursor = listing.read_cursor(query, keys)
        backwards = cursor is not None and cursor.backwards
        if backwards:
            keys = [key.reversed() for key in keys]
        if cursor:
            conditions.append(listing.behind(cursor, keys))
        rows = self.store.select(
            [condition.sql for condition in conditions],
            [value for condition in conditions for value in condition.values],
            [key.column for key in keys],
            listing.order_by(keys),
            size + 1,
        )
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        has_next, has_previous = (bool(rows), more) if backwards else (more, cursor is not None and bool(rows))
        return PageOfOrders(
            [self.present(row) for row in rows],
            self.cursor_at(rows[-1]) if has_next else None,
            self.cursor_at(rows[0], backwards=True) if has_previous else None,
        )

    def cursor_at(self, row: Stored, *, backwards: bool = False) -> Cursor:
        """Return the cursor of the page that starts after a row, or ends before it. Rule: LIST-CURSOR."""
        return Cursor(tuple(map(str, row.sort_values)), backwards)

    # Update

    def update(self, path_id: str, body: Any) -> Document:
        """Change parts of one order and return its reference. Rules: PATCH-MERGE, PATCH-RESULT, PATCH-MISSING."""
        stored = self.find(path_id, problems.update_missing())
        self.require_object(body)
        body = known_part("OrderUpdate", body, self.policies)
        with self.store.transaction():
            self.store.save_due(self.clock.now(), stored.id)
            document = self.store.latest(stored.id)
            self.refuse(self.update_problems(body, document))
            changed = self.apply(document, body)
            self.store.change(stored.id, changed, self.clock.now())
        return self.without_unrequired(self.reference(stored.id, changed), "order_id")

    def require_object(self, body: Any) -> None:
        """Refuse a body that is not an object."""
        if not isinstance(body, dict):
            raise RefusedError(problems.invalid("Input should be a valid dictionary", "/data/attributes"))

    def update_problems(self, body: Document, stored: Document) -> Iterator[Problem]:
        """Find what is wrong with an update of a stored order."""
        broken = list(self.schema_problems("OrderUpdate", body, problems.update_pointer))
        yield from broken
        if not broken:
            yield from self.fixed_problems(body, stored)
            yield from self.item_problems(body, stored)

    def fixed_problems(self, body: Document, stored: Document) -> Iterator[Problem]:
        """Find an `order_id` or integration that differs from the stored one. Rule: PATCH-IMMUTABLE."""
        integration, order_id = key_of(stored)
        if body.get("order_id", order_id) != order_id:
            yield problems.order_id_fixed(order_id, problems.update_pointer("order_id"))
        wanted = body.get("order_details", {}).get("integration", {}).get("id", integration)
        if wanted != integration and self.policies.patch_integration == "reject":
            pointer = problems.update_pointer("order_details", "integration", "id")
            known = wanted in self.own_integrations
            yield problems.integration_fixed(pointer) if known else problems.unknown_integration(wanted, pointer)

    def item_problems(self, body: Document, stored: Document) -> Iterator[Problem]:
        """Find items that the order does not have. Rule: PATCH-ITEM-MISSING."""
        names = {item["name"] for item in stored["order_details"]["order_items"]}
        changes = body.get("order_details", {}).get("order_items", [])
        if any(change.get("name") not in names for change in changes):
            yield problems.unknown_item()

    def apply(self, stored: Document, body: Document) -> Document:
        """Return a stored order with an update merged into it. Rules: PATCH-MERGE, PATCH-ITEMS, PATCH-PHONE."""
        changes = self.without_nulls({name: value for name, value in body.items() if name not in READ_ONLY})
        items = stored["order_details"]["order_items"]
        document = merge(self.without_other_point(stored, changes), self.with_phone_number(changes))
        if "order_items" in changes.get("order_details", {}):
            document["order_details"]["order_items"] = self.change_items(items, changes["order_details"]["order_items"])
        document["order_details"]["integration"] = stored["order_details"]["integration"]
        return document

    def without_nulls(self, value: Any) -> Any:
        """Drop the nulls of an update if the policy ignores them. Rule: PATCH-MERGE."""
        if self.policies.patch_null == "clear" or not isinstance(value, (dict, list)):
            return value
        if isinstance(value, list):
            return [self.without_nulls(item) for item in value]
        return {name: self.without_nulls(field) for name, field in value.items() if field is not None}

    def without_other_point(self, stored: Document, sent: Document) -> Document:
        """Drop the ids of the stored service point where another is named. Rule: UPSERT-SERVICE-POINT."""
        named = sent.get("service_point_details") or {}
        point = stored.get("service_point_details")
        if not point or not any(name in named for name in SERVICE_POINT_IDS):
            return stored
        return stored | {
            "service_point_details": {name: point[name] for name in point if name not in SERVICE_POINT_IDS}
        }

    def with_phone_number(self, changes: Document) -> Document:
        """Read the customer's `phone` of an update as `phone_number`. Rule: PATCH-PHONE."""
        customer = dict(changes.get("customer_details") or {})
        if "phone" not in customer:
            return changes
        customer.setdefault("phone_number", customer.pop("phone"))
        customer.pop("phone", None)
        return changes | {"customer_details": customer}

    def change_items(self, items: Sequence[Document], changes: Sequence[Document]) -> list[Document]:
        """Change the items with the given names; none is added or removed. Rule: PATCH-ITEMS."""
        changed = list(items)
        for change in changes:
            same = [index for index, item in enumerate(items) if item["name"] == change["name"]]
            for index in same[: 1 if self.policies.patch_same_names == "first" else None]:
                changed[index] = merge(changed[index], change)
        return changed

    # Delete

    def delete(self, path_id: str) -> None:
        """Delete one order. Rules: DELETE-ORDER, DELETE-MISSING."""
        stored = self.find(path_id, problems.order_missing())
        with self.store.transaction():
            self.store.delete(stored.id)


def order_pointer_of(position: int) -> Callable[..., str]:
    """Return a function that points at a field of one order of a batch. Rule: ERROR-POINTER."""
    return lambda *path: problems.order_pointer(position, *path)


def key_of(order: Document) -> tuple[int, str]:
    """Return the integration's id and the `order_id`. Rule: UPSERT-KEY."""
    return int(order["order_details"]["integration"]["id"]), order["order_id"]


def parse_id(text: str) -> int | None:
    """Read Sendcloud's id, or return None when the text cannot be one."""
    number = int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else 0
    return number or None


def merge(stored: Any, sent: Document) -> Document:
    """Merge objects deeply; any other value replaces the stored one. Rule: PATCH-MERGE."""
    merged = dict(stored) if isinstance(stored, dict) else {}
    for name, value in sent.items():
        merged[name] = merge(merged.get(name), value) if isinstance(value, dict) else value
    return merged
