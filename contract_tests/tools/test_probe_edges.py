"""The probe finds out how a server behaves at its edges, and names what no policy has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec
import pytest
from starlette.responses import JSONResponse, Response

from kill_matrix.damage import around, instead
from probe import questions
from probe.asking import Finding, ask
from probe.lab import Lab
from probe.question import QUESTIONS, Neither, NotSeen, Seen
from probe.questions import edges
from sendcloud_orders_sandbox import Policies, Sandbox, problems
from sendcloud_orders_sandbox.policies import UNBOUNDED
from suite import target as target_module
from suite.target import Target, is_conflict

Inflict = Callable[[pytest.MonkeyPatch], None]
MINE = [name for name, question in QUESTIONS.items() if question.experiment.__module__ == edges.__name__]
FIELDS = {field.name: field for field in msgspec.structs.fields(Policies)}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """Return an empty sandbox, and fail if a probe leaves an order there."""
    running.reset()
    running.policies = Policies()
    yield running
    running.advance(60)
    assert running.orders() == []


def probe(sandbox: Sandbox, policy: str, **policies: Any) -> Finding:
    """Ask one question of a sandbox, within the requests that it says it may need, and clean up."""
    sandbox.policies = Policies().changed(**policies)
    target = Target("sandbox", sandbox.base_url, sandbox.public_key, sandbox.secret_key, patience=5)
    try:
        finding = ask(QUESTIONS[policy], Lab(target))
        replies = [reply for reply in finding.evidence if reply.status != 429]
        writes = [reply for reply in replies if reply.method != "GET" and not is_conflict(reply)]
    finally:
        assert target.clean_up() == []
    # What the questions of a run share: an order that is stored beforehand and patched.
    shared = 2 if policy == "trailing_slash" else 0
    assert len(writes) <= QUESTIONS[policy].writes + shared
    return finding


CHOICES = [(name, value) for name in MINE for value in get_args(FIELDS[name].type) if isinstance(value, str)]
ALONG = {"long_body": {"body_limit": 1_000_000}}


@pytest.mark.parametrize(("policy", "value"), CHOICES)
def test_each_value_of_a_choice_is_seen(sandbox: Sandbox, policy: str, value: str) -> None:
    assert questions
    assert probe(sandbox, policy, **{policy: value, **ALONG.get(policy, {})}).answer == Seen(value)


@pytest.mark.parametrize("limit", edges.LIMITS)
def test_a_usual_limit_of_bodies_is_seen_to_the_byte(sandbox: Sandbox, limit: int) -> None:
    assert probe(sandbox, "body_limit", body_limit=limit).answer == Seen(limit)


def test_an_unusual_limit_of_bodies_is_seen_between_two_usual_ones(sandbox: Sandbox) -> None:
    answer = probe(sandbox, "body_limit", body_limit=3_000_000).answer
    assert answer == Seen(2_621_441, between=(2_621_441, 4 * edges.MEBIBYTE - 1))


@pytest.mark.parametrize("policy", ["body_limit", "long_body"])
def test_where_the_longest_body_is_taken_no_limit_is_seen(sandbox: Sandbox, policy: str) -> None:
    finding = probe(sandbox, policy, body_limit=2**30)
    assert isinstance(finding.answer, NotSeen)
    assert "16777217 bytes" in finding.answer.why
    assert max(len(reply.sent) for reply in finding.evidence) < 100


def test_both_questions_about_bodies_send_them_once(sandbox: Sandbox) -> None:
    target = Target("sandbox", sandbox.base_url, sandbox.public_key, sandbox.secret_key, patience=5)
    lab = Lab(target)
    ask(QUESTIONS["body_limit"], lab)
    sent = target.requests
    assert ask(QUESTIONS["long_body"], Lab(target, lab.bench)).answer == Seen("errors")
    assert target.requests == sent
    assert target.clean_up() == []


@pytest.mark.parametrize("policy", ["order_id_length", "order_number_length"])
@pytest.mark.parametrize("length", [64, 65, 255, 1777, 4095])
def test_the_greatest_length_of_a_name_is_seen_to_the_character(sandbox: Sandbox, policy: str, length: int) -> None:
    assert probe(sandbox, policy, **{policy: length}).answer == Seen(length)


@pytest.mark.parametrize("policy", ["order_id_length", "order_number_length"])
@pytest.mark.parametrize("length", [4096, UNBOUNDED])
def test_a_length_beyond_what_was_tried_is_not_seen(sandbox: Sandbox, policy: str, length: int) -> None:
    answer = probe(sandbox, policy, **{policy: length}).answer
    assert isinstance(answer, NotSeen)
    assert "4096 characters" in answer.why


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize(
    "occasion", [{"save_lag": 0.3, "conflict_while_saving": True}, {"key_twice": "conflict"}, {"conflict_every": 3}]
)
def test_the_status_of_a_conflict_is_seen_where_there_is_one(
    sandbox: Sandbox, status: int, occasion: dict[str, Any]
) -> None:
    assert probe(sandbox, "conflict_status", conflict_status=status, **occasion).answer == Seen(status)


def test_the_status_of_a_conflict_is_not_seen_where_there_is_none(sandbox: Sandbox) -> None:
    assert isinstance(probe(sandbox, "conflict_status", conflict_status=409).answer, NotSeen)


@pytest.mark.parametrize(
    "policy", [name for name in MINE if name not in ("body_limit", "long_body", "conflict_status")]
)
def test_conflicts_limits_and_lag_change_no_answer(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    calm = probe(sandbox, policy).answer
    sandbox.reset()
    monkeypatch.setattr(target_module, "_delay", lambda answer, attempt: 0.05)
    lively = {"conflict_every": 2, "throttle_every": 3, "throttle_seconds": 0, "save_lag": 0.2}
    assert probe(sandbox, policy, conflict_while_saving=True, **lively).answer == calm


def keep_the_first_spelling(patch: pytest.MonkeyPatch) -> None:
    def replace(true: Any, rules: Any, stored: Any, sent: Any) -> Any:
        return true(rules, stored, sent) | {"order_id": stored["order_id"]}

    around(patch, "rules.Rules.replace", replace)


@pytest.mark.parametrize("keep", [keep_the_first_spelling, lambda patch: None])
def test_one_order_of_two_spellings_is_seen_and_taken_back_without_a_wait_whichever_it_keeps(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, keep: Inflict
) -> None:
    keep(monkeypatch)
    assert probe(sandbox, "key_case", key_case="any").answer == Seen("any")
    assert len(sandbox.requests) < 10


# ---------------------------------------------------------------------- what no policy has


def answering(response: Callable[[], Response], *statuses: int) -> Inflict:
    """Answer each refusal of these statuses, or each request where there are none, with another response."""

    def inflict(patch: pytest.MonkeyPatch) -> None:
        async def answer(true: Any, endpoint: Any, request: Any) -> Response:
            given: Response = await true(endpoint, request)
            return response() if given.status_code in statuses or not statuses else given

        for handler in ("Operations", "Nothing", "Slashed"):
            around(patch, f"app.{handler}.answer", answer)

    return inflict


def cut_names(name: str, length: int) -> Inflict:
    """Store no more than the first characters of a name."""

    def inflict(patch: pytest.MonkeyPatch) -> None:
        def accept(true: Any, rules: Any, order: Any) -> int:
            accepted: int = true(rules, {**order, name: order[name][:length]})
            return accepted

        around(patch, "rules.Rules.accept", accept)

    return inflict


def fail_on_long(name: str, status: int) -> Inflict:
    """Fail for a batch that is valid but for a long name, as a database does."""

    def inflict(patch: pytest.MonkeyPatch) -> None:
        async def answer(true: Any, operations: Any, request: Any) -> Response:
            body = await request.body()
            given: Response = await true(operations, request)
            is_long = re.search(rf'"{name}": "[^"]{{300}}'.encode(), body)
            return Response(status_code=status) if is_long and given.status_code < 300 else given

        around(patch, "app.Operations.answer", answer)

    return inflict


def lose_costs(patch: pytest.MonkeyPatch) -> None:
    def accept(true: Any, rules: Any, order: Any) -> int:
        paid = {name: value for name, value in order["payment_details"].items() if name != "freight_costs"}
        accepted: int = true(rules, {**order, "payment_details": paid})
        return accepted

    around(patch, "rules.Rules.accept", accept)


def redirect_elsewhere(status: int, to: str) -> Inflict:
    def inflict(patch: pytest.MonkeyPatch) -> None:
        async def answer(slashed: Any, request: Any) -> Response:
            return Response(status_code=status, headers={"Location": to or request.url.path.removesuffix("/")})

        instead(patch, "app.Slashed.answer", answer)

    return inflict


def serve_lists_alone(patch: pytest.MonkeyPatch) -> None:
    async def answer(true: Any, slashed: Any, request: Any) -> Response:
        response: Response = Response(status_code=404) if request.method == "POST" else await true(slashed, request)
        return response

    around(patch, "app.Slashed.answer", answer)


def fail_alone(patch: pytest.MonkeyPatch) -> None:
    """Refuse a long name in a batch, and fail for one by itself."""

    async def answer(true: Any, operations: Any, request: Any) -> Response:
        is_alone = (await request.body()).count(b'"order_id"') == 1
        given: Response = await true(operations, request)
        return Response(status_code=500) if is_alone and given.status_code == 400 else given

    around(patch, "app.Operations.answer", answer)


def refuse_notes_too(patch: pytest.MonkeyPatch) -> None:
    def batch_problems(true: Any, rules: Any, batch: Any) -> Any:
        yield from true(rules, batch)
        yield problems.invalid("no", "/data/attributes/[1]/order_details/notes")

    around(patch, "rules.Rules.batch_problems", batch_problems)


def refuse_every_length(patch: pytest.MonkeyPatch) -> None:
    def find_breaches(true: Any, name: str, value: Any, policies: Policies) -> Any:
        return true(name, value, msgspec.structs.replace(policies, order_id_length=63))

    around(patch, "rules.find_breaches", find_breaches)


ODD: dict[str, tuple[str, dict[str, Any], Inflict, str]] = {
    "a page in another form": ("missing_page", {}, answering(lambda: JSONResponse({"message": "no"}, 404), 404), "404"),
    "a page of text": ("missing_page", {}, answering(lambda: Response("no", 404, media_type="text/plain"), 404), "404"),
    "a page that is a list": ("missing_page", {}, answering(lambda: JSONResponse(["detail"], 404), 404), "404"),
    "a page that fails": ("missing_page", {}, answering(lambda: Response(status_code=500), 404), "500"),
    "a method that is no page": ("wrong_method", {}, answering(lambda: Response(status_code=404), 405), "404"),
    "a method that is served": ("wrong_method", {}, answering(lambda: JSONResponse({}), 405), "200"),
    "a media type as a 400": ("wrong_media_type", {}, answering(lambda: Response(status_code=400), 415), "400"),
    "a slash that fails": ("trailing_slash", {}, redirect_elsewhere(500, ""), "500"),
    "a slash that makes reads of writes": ("trailing_slash", {}, redirect_elsewhere(301, ""), "301"),
    "a slash that leads elsewhere": ("trailing_slash", {}, redirect_elsewhere(308, "/login"), "308"),
    "a slash for reads alone": ("trailing_slash", {}, serve_lists_alone, "not alike"),
    "a long body that fails": ("body_limit", {}, answering(lambda: Response(status_code=502), 413), "502"),
    "a long body's other form": (
        "long_body",
        {"body_limit": 1_000_000},
        answering(lambda: Response("no", 413, media_type="text/plain"), 413),
        "413",
    ),
    "ids that are cut": ("order_id_length", {}, cut_names("order_id", 255), "comes back with 255"),
    "numbers that are cut": ("order_number_length", {}, cut_names("order_number", 255), "comes back with 255"),
    "long ids that fail": ("order_id_length", {}, fail_on_long("order_id", 500), "500"),
    "long numbers that are refused alone": ("order_number_length", {}, fail_on_long("order_number", 400), "400"),
    "no length that is enough": ("order_id_length", {}, refuse_every_length, "64 characters is refused"),
    "long ids that fail alone": ("order_id_length", {"order_id_length": 200}, fail_alone, "500"),
    "more than a long id": ("order_id_length", {"order_id_length": 200}, refuse_notes_too, "more than lengths"),
    "costs that vanish": ("numeric_costs", {"numeric_costs": "accept"}, lose_costs, "came back as None"),
    "keys that fail": ("key_case", {}, answering(lambda: Response(status_code=500), 201), "500"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_policy_has_is_named_and_not_guessed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    policy, policies, inflict, seen = ODD[name]
    inflict(monkeypatch)
    answer = probe(sandbox, policy, **policies).answer
    assert isinstance(answer, Neither), answer
    assert seen in answer.what
