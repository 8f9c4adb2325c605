"""A server still does what it was seen to do where the documentation leaves it a choice.

What TARGET did is in the file that POLICIES names; the sandbox of this project is held to its own policies.
"""

import os
from typing import Any

import msgspec
import pytest

from probe import questions
from probe.asking import ask
from probe.lab import Bench, Lab
from probe.question import QUESTIONS, Neither, NotSeen, Seen, in_sequence
from sendcloud_orders_sandbox import Policies
from suite.settings import probed
from suite.target import Target

assert questions
# How long saving takes varies from one order to the next: no more than another order of magnitude is a change.
SLOWER, AT_ONCE = 10.0, 1.0
pytestmark = [pytest.mark.stateful, pytest.mark.probed]


def to_ask() -> list[Any]:
    """Return the parameters of a test: each policy that has a question, with the value that is to be seen."""
    expected = probed(os.environ) or msgspec.structs.asdict(Policies())
    return [
        pytest.param(one.policy, expected[one.policy], marks=pytest.mark.rule(*one.rows), id=one.policy)
        for one in in_sequence(QUESTIONS[name] for name in expected if name in QUESTIONS)
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask what the file of this run says: the module may have been imported for another one."""
    metafunc.parametrize(("policy", "value"), to_ask())


@pytest.fixture(scope="module")
def bench(target: Target) -> Bench:
    """What the questions share: each stores its own orders, beside a sample of all."""
    return Bench(target)


def test_what_was_seen_is_seen_again(target: Target, bench: Bench, policy: str, value: Any) -> None:
    lab = Lab(target, bench)
    answer = ask(QUESTIONS[policy], lab).answer
    # What a failure shows are the last ones, and the answer may have been seen in the requests of another question.
    target.exchanges.extend(lab.evidence)
    was = f"asked: {QUESTIONS[policy].text}\nwas {policy} = {value!r}, is "
    match answer:
        case NotSeen(why):
            pytest.skip(f"{policy}: {why}")
        case Neither(what):
            pytest.fail(f"{was}none of its values: {what}", pytrace=False)
        case Seen(_, (least, _)) if policy == "save_lag":
            assert least <= SLOWER * value + AT_ONCE, f"{was}at least {least:.3f}"
        case Seen(_, (least, most)):
            assert least <= value <= most, f"{was}from {least} to {most}"
        case Seen(seen):
            assert seen == value, f"{was}{seen!r}"
