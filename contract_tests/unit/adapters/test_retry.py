"""Decisions on a retry: facts in, a decision out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendcloud_orders import (
    AuthenticationError,
    ConfigurationError,
    ContractError,
    RateLimitError,
    RetryPolicy,
    TransportError,
    exchange,
)
from sendcloud_orders.exchange import (
    GET,
    Exchange,
    Lost,
    Outcome,
    Refused,
    Succeeded,
    Unreadable,
    Withheld,
    error_of,
)
from sendcloud_orders.retry import Retry, decide, hurried, may_pass, read_retry_after
from sendcloud_orders.vocabulary import document

POLICY = RetryPolicy(attempts=5, deadline=100, base_delay=1, max_delay=10, max_retry_after=20)
RETRIED: list[Outcome[Any]] = [
    Lost(sent=False),
    Lost(sent=True),
    Lost(sent=True, timed_out=True),
    Unreadable(200, ContractError("x")),
    Refused(429),
    Withheld(TransportError("x", sent=False)),
    Withheld(ContractError("x")),
    Withheld(RateLimitError(429, "token")),
    Refused(408),
    Refused(409),
    Refused(409, conflict=True),
    Refused(400, conflict=True),
    Refused(500),
    Refused(502),
    Refused(503),
    Refused(520),
    Refused(599),
]
FINAL: list[Outcome[Any]] = [
    Succeeded(201, None),
    Withheld(ConfigurationError("x")),
    Withheld(AuthenticationError(401, "token")),
    *(Refused(status) for status in (301, 302, 400, 401, 402, 403, 404, 405, 406, 410, 413, 415, 418, 422, 425, 451)),
]


def decided(outcome: Outcome[Any], attempt: int = 1, elapsed: float = 0, **facts: Any) -> Retry | None:
    facts = {"policy": POLICY, "random": lambda: 1.0, **facts}
    return decide(attempt=attempt, elapsed=elapsed, outcome=outcome, **facts)


@pytest.mark.rule("UPSERT-CONFLICT", "RATE-LIMIT")
@pytest.mark.parametrize("outcome", RETRIED, ids=repr)
def test_what_may_pass_is_sent_again(outcome: Outcome[Any]) -> None:
    assert may_pass(outcome)
    assert isinstance(decided(outcome), Retry)


@pytest.mark.parametrize("outcome", FINAL, ids=repr)
def test_what_would_be_answered_the_same_is_never_sent_again(outcome: Outcome[Any]) -> None:
    assert not may_pass(outcome)
    assert decided(outcome) is None


@pytest.mark.parametrize("outcome", [one for one in (*RETRIED, *FINAL) if not isinstance(one, Succeeded)], ids=repr)
def test_an_error_may_pass_exactly_when_its_outcome_may(outcome: Outcome[Any]) -> None:
    error = error_of(GET, Exchange(outcome, 1, False, 0.0, 0.0))
    assert error is not None
    assert may_pass(error) == may_pass(outcome)


@pytest.mark.parametrize("outcome", RETRIED, ids=repr)
def test_no_policy_sends_everything_once(outcome: Outcome[Any]) -> None:
    assert decided(outcome, policy=RetryPolicy.none()) is None


@pytest.mark.rule("LABEL-ONCE")
@pytest.mark.parametrize("outcome", [*RETRIED, *FINAL], ids=repr)
def test_what_must_not_be_done_twice_is_sent_again_only_where_nothing_can_have_been_done(outcome: Outcome[Any]) -> None:
    unsent = isinstance(outcome, Withheld) and may_pass(outcome)
    harmless = unsent or outcome in (Lost(sent=False), Refused(429))
    assert (decided(outcome, idempotent=False) is not None) == harmless


@pytest.mark.rule("LABEL-ONCE")
def test_each_operation_that_makes_labels_is_one_of_those_and_no_other_is() -> None:
    operations = [one for one in vars(exchange).values() if isinstance(one, exchange.Operation)]
    assert len(operations) == 9
    assert [one.name for one in operations if not one.idempotent] == ["create_label", "create_labels"]
    assert {(one.method, one.route) for one in operations} == {
        (method.upper(), path)
        for path, item in document()["paths"].items()
        for method in item
        if method in ("get", "post", "patch", "delete")
    }


def test_a_call_that_nothing_depends_on_is_made_once_and_is_in_a_hurry() -> None:
    assert hurried(POLICY, None) is POLICY
    assert hurried(POLICY, 10.0) == replace(POLICY, attempts=1, deadline=10.0)
    assert hurried(POLICY, 1000.0).deadline == POLICY.deadline


def test_the_last_attempt_is_the_last() -> None:
    assert isinstance(decided(Lost(sent=True), attempt=4), Retry)
    assert decided(Lost(sent=True), attempt=5) is None


def test_delays_double_up_to_the_longest_one() -> None:
    delays = [decided(Refused(500), attempt=attempt, policy=replace(POLICY, attempts=99)) for attempt in range(1, 8)]
    assert [one.delay for one in delays if isinstance(one, Retry)] == [1, 2, 4, 8, 10, 10, 10]


@given(st.floats(0, 1), st.integers(1, 98))
def test_jitter_is_full(chance: float, attempt: int) -> None:
    policy = replace(POLICY, attempts=99)
    most = decided(Refused(500), attempt=attempt, policy=policy)
    some = decided(Refused(500), attempt=attempt, policy=policy, random=lambda: chance)
    assert isinstance(most, Retry)
    assert isinstance(some, Retry)
    assert some.delay == pytest.approx(chance * most.delay)


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_retry_after_is_obeyed_instead_of_a_delay_of_our_own() -> None:
    assert decided(Refused(429, retry_after=7.5), random=lambda: 0.0) == Retry(7.5, "rate limit", hold_all=True)
    assert decided(Refused(503, retry_after=3.0)) == Retry(3.0, "status 503")


@pytest.mark.rule("RATE-RETRY-AFTER")
def test_retry_after_is_capped() -> None:
    decision = decided(Refused(429, retry_after=86_400))
    assert isinstance(decision, Retry)
    assert decision.delay == 20


@pytest.mark.rule("RATE-LIMIT")
def test_only_a_rate_limit_holds_everyone() -> None:
    held = [outcome for outcome in RETRIED if isinstance(decision := decided(outcome), Retry) and decision.hold_all]
    assert held == [Refused(429)]


@given(st.sampled_from(RETRIED), st.integers(1, 10), st.floats(0, 200), st.floats(0, 1), st.none() | st.floats(0, 500))
def test_no_attempt_starts_after_the_deadline(
    outcome: Outcome[Any], attempt: int, elapsed: float, chance: float, retry_after: float | None
) -> None:
    if isinstance(outcome, Refused):
        outcome = replace(outcome, retry_after=retry_after)
    decision = decided(outcome, attempt, elapsed, random=lambda: chance)
    if isinstance(decision, Retry):
        assert elapsed + decision.delay < POLICY.deadline


ODD_COUNTS: tuple[Any, ...] = (0, -1, "3", 2.5, True, None, float("nan"))
ODD_DELAYS: tuple[Any, ...] = (float("nan"), -0.5, [])


@pytest.mark.parametrize(
    "wrong",
    [
        *({"attempts": odd} for odd in ODD_COUNTS),
        *({"deadline": odd} for odd in (0, -1, "5", True, None, float("nan"), 10**400)),
        *({"base_delay": odd} for odd in (-1, "1", None)),
        *({"max_delay": odd} for odd in ODD_DELAYS),
        *({"max_retry_after": odd} for odd in (-2, b"1", 1e300)),
    ],
    ids=repr,
)
def test_a_policy_that_cannot_be_kept_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        RetryPolicy(**wrong)


NOON = 1_793_620_800.0  # Mon, 02 Nov 2026 12:00:00 GMT


@pytest.mark.rule("RATE-RETRY-AFTER")
@pytest.mark.parametrize(
    ("value", "date", "expected"),
    [
        ("12", None, 12.0),
        (" 12 ", None, 12.0),
        ("0", None, 0.0),
        ("1.5", None, 1.5),
        ("Mon, 02 Nov 2026 12:00:30 GMT", None, 30.0),
        ("Mon, 02 Nov 2026 12:00:30 GMT", "Mon, 02 Nov 2026 12:00:20 GMT", 10.0),
        ("Monday, 02-Nov-26 12:00:30 GMT", None, 30.0),
        ("Mon Nov  2 12:00:30 2026", None, 30.0),
        ("Mon, 02 Nov 2026 11:59:00 GMT", None, 0.0),
        (None, None, None),
        ("", None, None),
        ("-5", None, None),
        ("soon", None, None),
        ("inf", None, None),
        ("9" * 400, None, None),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None, None),
        ("Mon, 02 Nov 2026 12:00:30 GMT", "yesterday", 30.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str | None, date: str | None, expected: float | None
) -> None:
    assert read_retry_after(value, date, NOON) == expected


@pytest.mark.rule("RATE-RETRY-AFTER")
@example("0\x1f", None)  # a blank to a regular expression, and not to float
@given(st.text(), st.none() | st.text())
def test_no_header_breaks_the_reader(value: str, date: str | None) -> None:
    found = read_retry_after(value, date, NOON)
    assert found is None or found >= 0
