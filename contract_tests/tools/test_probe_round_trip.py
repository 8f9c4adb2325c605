"""The probe finds the policies of any sandbox out: that of random combinations, each probed from outside.

PROBE_COMBINATIONS says how many are tried; `make probe-selftest` tries many.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from probe import questions
from probe.asking import ask_all
from probe.question import QUESTIONS, Answer, NotSeen, Seen
from sendcloud_orders_sandbox import Policies, Sandbox
from sendcloud_orders_sandbox.policies import UNBOUNDED
from suite import target as target_module
from suite.target import Target

COMBINATIONS = int(os.environ.get("PROBE_COMBINATIONS") or 8)
# From here on it would be odd if a value never came up.
MANY = 200
STRANGERS = 101
MEBIBYTE = 1024 * 1024
PATIENCE = 20.0
FIELDS = {field.name: field for field in msgspec.structs.fields(Policies)}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "save_lag": st.sampled_from([0.0, 0.0, 0.0, 0.2, 0.25]),
    "conflict_every": st.just(0) | st.integers(3, 20),
    "throttle_every": st.just(0) | st.integers(8, 40),
    "throttle_seconds": st.integers(0, 1),
    "body_limit": st.sampled_from([1_000_000, 1_234_567, 5 * MEBIBYTE, 17 * MEBIBYTE]),
    "order_id_length": st.sampled_from([64, 77, 255, UNBOUNDED]),
    "order_number_length": st.sampled_from([64, 191, 300, UNBOUNDED]),
    "link_base": st.sampled_from(["/api/v3", "/v3", "", "https://elsewhere.example/v3", "http://elsewhere.example:81"]),
}


def is_choice(field: msgspec.structs.FieldInfo) -> bool:
    return get_origin(field.type) is Literal


def values_of(field: msgspec.structs.FieldInfo) -> st.SearchStrategy[Any]:
    """Return the values of a policy that can be told apart from outside."""
    if field.name in VALUES:
        return VALUES[field.name]
    if is_choice(field):
        return st.sampled_from(get_args(field.type))
    return st.booleans() if field.type is bool else st.just(field.default)


COMBINED = st.builds(Policies, **{name: values_of(field) for name, field in FIELDS.items()})


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[dict[bool, Sandbox]]:
    """One sandbox without orders, and one in which somebody else's stand."""
    with Sandbox() as empty, Sandbox() as crowded:
        with closing(visitor(crowded)) as stranger:
            stranger.upsert(*(stranger.order() for _ in range(STRANGERS - 1)))
            stranger.upsert(stranger.order())
        yield {False: empty, True: crowded}


def visitor(sandbox: Sandbox) -> Target:
    return Target("sandbox", sandbox.base_url, sandbox.public_key, sandbox.secret_key, patience=PATIENCE)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait as long as a 429 asks for: the sandbox counts requests here, and not seconds."""
    real = target_module._delay
    monkeypatch.setattr(target_module, "_delay", lambda answer, attempt: min(real(answer, attempt), 0.02))


def expected(policies: Policies, name: str, answer: Answer, throttled: bool) -> bool:
    """Tell whether an answer is the policy, or says for a good reason that there was nothing to see."""
    if isinstance(answer, NotSeen):
        return {
            "retry_after": not throttled,
            "body_limit": policies.body_limit > MEBIBYTE * 16,
            "long_body": policies.body_limit > MEBIBYTE * 16,
            "order_id_length": policies.order_id_length == UNBOUNDED,
            "order_number_length": policies.order_number_length == UNBOUNDED,
            # On a busy machine an order may be saved before it is looked at.
            "conflict_while_saving": True,
            "conflict_status": policies.key_twice != "conflict",
        }.get(name, False)
    if not isinstance(answer, Seen):
        return False
    value = getattr(policies, name)
    return answer.between[0] <= value <= answer.between[1] if answer.between else bool(answer.value == value)


def test_each_policy_of_a_random_combination_is_seen(
    sandboxes: dict[bool, Sandbox], capsys: pytest.CaptureFixture[str]
) -> None:
    assert questions
    seen: Counter[tuple[str, Any]] = Counter()
    tried = 0

    @settings(
        max_examples=COMBINATIONS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        # A smaller combination says no more than the one question that it got wrong.
        phases=[Phase.generate],
    )
    @given(policies=COMBINED, crowded=st.booleans(), bodies=st.sampled_from([False, False, False, True]))
    def probe(policies: Policies, crowded: bool, bodies: bool) -> None:
        nonlocal tried
        sandbox = sandboxes[crowded]
        sandbox.policies = policies
        target = visitor(sandbox)
        try:
            # To look for the longest body takes as long as everything else.
            asked = [question for question in QUESTIONS.values() if bodies or not question.sends]
            findings = list(ask_all(target, asked))
        finally:
            left = target.clean_up()
        throttled = any(reply.status == 429 for reply in target.exchanges)
        wrong = {
            name: (finding.answer, getattr(policies, name))
            for finding in findings
            if not expected(policies, name := finding.question.policy, finding.answer, throttled)
        }
        assert (wrong, left) == ({}, [])
        sandbox.advance(policies.save_lag)
        assert len(sandbox.orders()) == (STRANGERS if crowded else 0)
        tried += 1
        seen.update(
            (finding.question.policy, finding.answer.value)
            for finding in findings
            if isinstance(finding.answer, Seen) and finding.answer.between is None
        )

    probe()
    with capsys.disabled():
        print(f"\n  the probe found {tried} random combinations of policies out, {len(seen)} values among them")
    if tried >= MANY:
        choices = {
            (name, value)
            for name, field in FIELDS.items()
            if name in QUESTIONS
            for value in ((True, False) if field.type is bool else get_args(field.type) if is_choice(field) else ())
        }
        assert choices - seen.keys() == set()
