"""A server still does what it was seen to do where the documentation leaves it a choice.

What TARGET did is in the file that POLICIES names; the sandbox of this project is held to its own policies.
"""

from typing import Any

import msgspec
import pytest

from probe import questions
from probe.asking import ask
from probe.lab import Bench, Lab
from probe.question import QUESTIONS, Neither, NotSeen, Seen, in_sequence
from sendcloud_orders_sandbox import Policies
from suite.settings import PROBED
from suite.target import Target

assert questions
# How long saving takes varies from one order to the next: no more than another order of magnitude is a change.
SLOWER, AT_ONCE = 10.0, 1.0
pytestmark = [pytest.mark.stateful, pytest.mark.probed]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask the question of each policy that the file names."""
    probed = metafunc.config.stash[PROBED]
    expected = msgspec.structs.asdict(Policies()) if probed is None else probed
    asked = in_sequence(QUESTIONS[name] for name in expected if name in QUESTIONS)
    params = [
        pytest.param(one.policy, expected[one.policy], marks=pytest.mark.rule(*one.rows), id=one.policy)
        for one in asked
    ]
    metafunc.parametrize(("policy", "value"), params)


@pytest.fixture(scope="module")
def bench(target: Target) -> Bench:
    """What the questions share: each stores its own orders, beside a sample of all."""
    return Bench(target)


def test_what_was_seen_is_seen_again(target: Target, bench: Bench, policy: str, value: Any) -> None:
    lab = Lab(target, bench)
    answer = ask(QUESTIONS[policy], lab).answer
    # What a failure shows are the last ones, and the answer may have been seen in the requests of another question.
    target.exchanges.extend(one.reply for one in lab.evidence)
    asked = f"asked: {QUESTIONS[policy].text}\nwas {policy} = {value!r}, is "
    match answer:
        case NotSeen(why):
            pytest.skip(f"{policy}: {why}")
        case Neither(what):
            pytest.fail(f"{asked}none of its values: {what}", pytrace=False)
        case Seen(seen, None):
            assert seen == value, f"{asked}{seen!r}"
        case Seen(_, (least, _)):
            assert least <= SLOWER * value + AT_ONCE, f"{asked}at least {least:.3f}"
