"""What a server does that no policy has is named and never guessed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

from kill_matrix.damage import answering, around
from probe import questions
from probe.asking import Finding, ask
from probe.lab import Bench, Lab
from probe.question import QUESTIONS, Neither, NotSeen, Seen
from probe.questions import edges
from sendcloud_orders_sandbox import Policies, Sandbox
from sendcloud_orders_sandbox.problems import RefusedError, conflict
from suite.target import Target

Inflict = Callable[[pytest.MonkeyPatch], None]
MINE = [name for name, question in QUESTIONS.items() if question.experiment.__module__ != edges.__name__]
ONE, ALL = "/orders/{id}", "/orders"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    assert questions
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.policies = Policies()
    return running


def probe(sandbox: Sandbox, *policies: str) -> Finding:
    """Ask questions of a sandbox that answers oddly, and return what came of the last."""
    keys = sandbox.public_key, sandbox.secret_key
    with closing(Target("sandbox", sandbox.base_url, *keys, patience=0.4)) as target:
        bench = Bench(target, sum(QUESTIONS[policy].takes for policy in policies))
        return [ask(QUESTIONS[policy], Lab(target, bench)) for policy in policies][-1]


def changing(operation: str, change: Callable[[Any], Any], status: int = 0) -> Inflict:
    """Change the JSON of each success of an operation, or its status."""

    def response(given: Response) -> Response:
        if given.status_code >= 300:
            return given
        return JSONResponse(change(json.loads(bytes(given.body))), status or given.status_code, dict(links(given)))

    def links(given: Response) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, value in given.headers.items() if name == "link")

    return lambda patch: answering(patch, operation, response)


def order_with(path: str, value: Any) -> Inflict:
    """Put a value into each order that is read one by one."""

    def change(document: Any) -> Any:
        holder = document["data"]
        *steps, last = path.split(".")
        for step in steps:
            holder = holder[step]
        holder[last] = value
        return document

    return changing(f"GET {ONE}", change)


def answered(operation: str, response: Callable[[], Response], *statuses: int) -> Inflict:
    """Answer an operation otherwise, where its status is one of these, or always."""
    return lambda patch: answering(
        patch, operation, lambda given: response() if not statuses or given.status_code in statuses else given
    )


def storing(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Inflict:
    """Store each accepted order otherwise than it was sent."""

    def accept(true: Any, rules: Any, order: Any) -> Any:
        return true(rules, change(order))

    return lambda patch: around(patch, "rules.Rules.accept", accept)


def with_details(order: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**order, "order_details": {**order["order_details"], **fields}}


def with_item(order: dict[str, Any], **fields: Any) -> dict[str, Any]:
    (first, *others) = order["order_details"]["order_items"]
    return with_details(order, order_items=[{**first, **fields}, *others])


def keep_some(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Any, stored: Any, sent: Any) -> Any:
        return {name: value for name, value in true(rules, stored, sent).items() if name != "customer_details"}

    around(patch, "rules.Rules.replace", replace)


def conflict_for_everybody(patch: pytest.MonkeyPatch) -> None:
    def require(true: Any, rules: Any, batch: Any) -> Any:
        if rules.store._one("SELECT 1 FROM pending"):
            raise RefusedError(conflict())
        return true(rules, batch)

    around(patch, "rules.Rules.require_no_conflict", require)


def wrong_codes(patch: pytest.MonkeyPatch) -> None:
    around(patch, "rules.error_code", lambda true, breach, policies: "required")


def errors_in_no_order(patch: pytest.MonkeyPatch) -> None:
    def refuse(true: Any, rules: Any, found: Any) -> Any:
        first, *others = list(found) or [None]
        return true(rules, [*others, first] if first else [])

    around(patch, "rules.Rules.refuse", refuse)


def clear_to_nothing(patch: pytest.MonkeyPatch) -> None:
    def without(true: Any, rules: Any, value: Any) -> Any:
        return (
            ""
            if value is None
            else {k: without(true, rules, v) for k, v in value.items()}
            if isinstance(value, dict)
            else value
        )

    around(patch, "rules.Rules.without_nulls", without)


def move(patch: pytest.MonkeyPatch) -> None:
    def apply(true: Any, rules: Any, stored: Any, body: Any) -> Any:
        changed = true(rules, stored, body)
        wanted = body.get("order_details", {}).get("integration")
        return with_details(changed, integration=wanted) if wanted else changed

    around(patch, "rules.Rules.apply", apply)


def change_the_last(patch: pytest.MonkeyPatch) -> None:
    def change(true: Any, rules: Any, items: Any, changes: Any) -> Any:
        return true(rules, items[::-1], changes)[::-1]

    around(patch, "rules.Rules.change_items", change)


def rows_for_none(patch: pytest.MonkeyPatch) -> None:
    def page_size(true: Any, query: Any, policies: Any) -> int:
        return 1 if query.get("page_size") == "0" else int(true(query, policies))

    around(patch, "listing.page_size", page_size)


def ignore_dates(patch: pytest.MonkeyPatch) -> None:
    around(patch, "listing.date_filters", lambda true, query, policies: iter(()))


def take_empty_at_its_word(patch: pytest.MonkeyPatch) -> None:
    def page(true: Any, rules: Any, query: Any) -> Any:
        found = true(rules, query)
        found.orders[:] = [] if "" in query.values() else found.orders
        return found

    around(patch, "rules.Rules.page", page)


def without_cursor(patch: pytest.MonkeyPatch) -> None:
    around(patch, "listing.link_url", lambda true, base, query, cursor: f"{base}/orders?page=2")


def shuffle_references(document: Any) -> Any:
    rows = document["data"]
    return {"data": [*rows[1:2], *rows[:1], *rows[2:]]}


def say_soon(patch: pytest.MonkeyPatch) -> None:
    around(patch, "seam.retry_after", lambda true, seconds, clock, policies: {"Retry-After": "soon"})


ODD: dict[str, tuple[dict[str, Any], Inflict, str]] = {
    "save_lag": ({}, answered(f"GET {ONE}", lambda: Response(status_code=500)), "500"),
    "conflict_while_saving": ({"save_lag": 0.3}, conflict_for_everybody, "never sent before"),
    "success_status": ({}, changing(f"POST {ALL}", lambda document: document, 207), "207"),
    "omitted_optionals": ({}, keep_some, "kept ['notes'"),
    "key_twice": (
        {"key_twice": "last"},
        storing(lambda order: with_details(order, notes="first")),
        "'first' is stored",
    ),
    "unknown_id": ({}, answered(f"POST {ALL}", lambda: Response(status_code=422), 400), "422"),
    "empty_list": ({"empty_list": "accept"}, changing(f"POST {ALL}", lambda _: {"data": {}}), "201"),
    "unknown_fields": (
        {"unknown_fields": "store"},
        storing(lambda order: {**order, "probe_unknown": "another"} if "probe_unknown" in order else order),
        "came back as 'another'",
    ),
    "enum_case": (
        {"enum_case": "any"},
        storing(lambda order: with_item(order, measurement={"weight": {"value": 1, "unit": "kg"}})),
        "came back as 'kg'",
    ),
    "numeric_strings": (
        {"numeric_strings": "accept"},
        order_with("payment_details.total_price.value", 1200),
        "came back as 1200",
    ),
    "mail": ({}, order_with("shipping_address", {"email": "jorg@example.com"}), "came back as 'jorg@example.com'"),
    "import_fields": ({}, storing(lambda order: with_item(order, taric_code=None)), "not stored"),
    "partner_ids": (
        {"partner_ids": "none"},
        answered(f"POST {ALL}", lambda: JSONResponse({"errors": [{"code": "x", "detail": "no"}]}, 400), 400),
        "400",
    ),
    "error_codes": ({}, wrong_codes, "'required'"),
    "error_order": ({}, errors_in_no_order, "1, 2, 0"),
    "patch_null": ({}, clear_to_nothing, "became ''"),
    "patch_integration": ({"patch_integration": "ignore"}, move, "was moved"),
    "patch_same_names": ({}, change_the_last, "[1, 9]"),
    "label_order_missing": ({}, answered(f"POST {ALL}/create-labels-async", lambda: Response(status_code=422)), "422"),
    "wrong_integration_sort": ({}, answered("GET /integrations", lambda: Response(status_code=418)), "418"),
    "wrong_path_id": ({}, answered(f"GET {ONE}", lambda: Response(status_code=403), 404), "403"),
    "page_size": ({}, rows_for_none, "0 gave 1 rows"),
    "date_zone": ({}, ignore_dates, "both"),
    "date_filter_time": ({}, ignore_dates, "2026-11-03 and 2026-11-04"),
    "empty_filter": ({"empty_filter": "ignore"}, take_empty_at_its_word, "not found"),
    "link_base": ({}, without_cursor, "not named"),
    "row_order": ({}, changing(f"POST {ALL}", shuffle_references), "go down and rows that tie up"),
    "ids": ({}, order_with("id", "669a"), "669a"),
    "reference_ids": ({}, changing(f"PATCH {ONE}", lambda _: {"data": {"id": "669"}}), "upsert: number; PATCH: string"),
    "amounts": ({}, order_with("payment_details.total_price.value", 20), "20 for 19.9"),
    "timestamps": ({}, order_with("order_details.order_created_at", "2026-11-03T04:30:00Z"), "2026-11-03T04:30:00Z"),
    "nulls": ({}, order_with("billing_address", None), "billing_address"),
    "unrequired_fields": ({}, order_with("created_at", None), "the others are not"),
    "extra_fields": ({}, changing(f"GET {ONE}", lambda _: {"data": {}}), "could not be read"),
    "retry_after": ({"throttle_every": 3, "throttle_seconds": 0}, say_soon, "soon"),
}


@pytest.mark.parametrize("policy", MINE)
def test_an_odd_answer_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    policies, inflict, seen = ODD[policy]
    inflict(monkeypatch)
    sandbox.policies = Policies().changed(**policies)
    # A question that looks at what others met comes after one.
    answer = probe(sandbox, "ids", policy).answer if QUESTIONS[policy].late else probe(sandbox, policy).answer
    assert isinstance(answer, Neither), answer
    assert seen in answer.what


BROKEN: dict[str, Callable[[], Response]] = {
    "fails": lambda: Response(status_code=500),
    "is another service": lambda: JSONResponse({"message": "I'm a teapot"}, 418),
    "is a page": lambda: HTMLResponse("<h1>Welcome</h1>"),
    "says nothing": lambda: JSONResponse({}),
    "says null": lambda: JSONResponse(None),
    "has no errors": lambda: JSONResponse({"errors": []}, 400),
    "has odd errors": lambda: JSONResponse({"errors": [{"detail": 5}]}, 404),
    "has odd data": lambda: JSONResponse({"data": [5]}, 201),
    "has odd ids": lambda: JSONResponse({"data": [{"id": "x", "order_id": None}]}, 201),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_server_that_is_none_of_the_kind_answers_no_question(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    async def answer(true: Any, endpoint: Any, request: Any) -> Response:
        return BROKEN[broken]()

    around(monkeypatch, "app.Operations.answer", answer)
    answers = {policy: probe(sandbox, policy).answer for policy in MINE}
    assert {policy: found for policy, found in answers.items() if isinstance(found, Seen)} == {}
    assert {policy for policy, found in answers.items() if isinstance(found, NotSeen)} <= {"retry_after"}


def test_a_server_that_breaks_off_answers_no_question(sandbox: Sandbox) -> None:
    sandbox.faults.every(1, "lost-before")
    answers = {policy: probe(sandbox, policy).answer for policy in MINE if policy != "retry_after"}
    assert {policy: found for policy, found in answers.items() if not isinstance(found, Neither)} == {}
    assert "no answer came" in str(answers["key_twice"])


def test_a_page_size_that_is_neither_the_usual_nor_the_largest_is_named(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_for_none(monkeypatch)
    sandbox.policies = Policies(page_size="default")
    assert isinstance(probe(sandbox, "page_size").answer, Neither)


@pytest.mark.parametrize("number", [1, 2])
def test_a_conflict_that_comes_by_chance_is_not_taken_for_that_of_a_key_twice(sandbox: Sandbox, number: int) -> None:
    sandbox.faults.next("conflict", times=number, method="POST")
    assert probe(sandbox, "key_twice").answer == Seen("reject")


@pytest.mark.parametrize("conflict", [False, True])
def test_a_conflict_that_comes_by_chance_is_not_taken_for_that_of_saving(sandbox: Sandbox, conflict: bool) -> None:
    sandbox.policies = Policies(save_lag=0.3, conflict_while_saving=conflict)
    sandbox.faults.at(2, "conflict", method="POST")
    assert probe(sandbox, "conflict_while_saving").answer == Seen(conflict)
