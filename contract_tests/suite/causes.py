"""Find out which broken rule makes a test fail, so that one fault of a server is told as one.

A test that fails speaks against one rule. What that rule rests on (`rests_on.toml`) explains the failure where it is
broken as well. What is left over are the causes; two that do not rest on each other are two.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from suite.case import Case

REVIEWED = Path(__file__).with_name("rests_on.toml")
NAMED = re.compile(r"\(([A-Z]+(?:-[A-Z]+)+)\)")
NO_RULE = ""
# How much a test says about its own rules, about those that it asks about besides, and about what these rest on.
OWN, BESIDE, BELOW = 1.0, 0.75, 0.5


@dataclass(frozen=True)
class Cause:
    """A broken rule that no other broken rule explains.

    rule: its id; empty for tests that name no rule.
    cases: the failed tests that speak against it.
    followers: by rule, the failed tests that it explains.
    """

    rule: str
    cases: tuple[Case, ...]
    followers: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.rule:
            return f"no rule by name: {self.cases[0].gist}"
        count = len(self.followers)
        follow = f"; {count} more {'follow' if count > 1 else 'follows'} from it" if count else ""
        return f"{self.rule}{follow}"


@dataclass(frozen=True)
class Foundations:
    """Ids of rules: what each rule and each fixture rests on, and which others a test asks about beside its own."""

    rules: Mapping[str, tuple[str, ...]]
    fixtures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gathered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def reviewed(cls) -> "Foundations":
        """Read the reviewed table."""
        read = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
        parts = ("rules", "fixtures", "gathered")
        return cls(*({name: tuple(ids) for name, ids in read[part].items()} for part in parts))

    def below(self, rule: str) -> set[str]:
        """Return all rules that this one rests on, however far below."""
        found: set[str] = set()
        ahead = list(self.rules.get(rule, ()))
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += self.rules.get(one, ())
        return found

    def relied_on(self, case: Case) -> dict[str, float]:
        """Return how much the outcome of a test says about each rule: most about its own, and the one that it names.

        It says half as much about what these and the fixtures rest on, and about those of its rules that are not the
        one its parameters name. Of a test that did not get beyond its fixtures, its own rules are not the matter.
        """
        named = NAMED.findall(case.message)[:1]
        marked = [] if case.unset else list(case.rules)
        meant = [rule for rule in marked if rule.partition("-")[2].lower().replace("-", "_") in case.parameters]
        gathered = [] if case.unset else self.gathered.get(case.test, ())
        stood_on = {id_ for fixture in case.uses for id_ in self.fixtures.get(fixture, ())}
        below = stood_on.union(*(self.below(id_) for id_ in {*named, *marked, *gathered, *stood_on}), marked)
        weights = dict.fromkeys([*(meant or marked), *named], OWN)
        for rules, weight in ((gathered, BESIDE), (sorted(below), BELOW)):
            weights |= {rule: weight for rule in rules if rule not in weights}
        return weights


@cache
def foundations() -> Foundations:
    """Return the reviewed table, read once."""
    return Foundations.reviewed()


def causes_of(cases: Iterable[Case], known: Foundations | None = None) -> list[Cause]:
    """Return what broke, the cause that explains most first; nothing for a run without a failure.

    The rule that most of the failed tests speak against, and fewest of its own tests for, is the first cause; what it
    does not explain is looked at again.
    """
    known = known or foundations()
    weighed = {case: known.relied_on(case) for case in cases if case.outcome != "skipped"}
    left = {case: weights for case, weights in weighed.items() if case.outcome == "failed"}
    ran, failed = _own(weighed.values()), _own(left.values())
    explained: dict[str, list[Case]] = {}
    while left:
        score: dict[str, float] = defaultdict(float)
        for weights in left.values():
            for rule, weight in weights.items():
                # A rule that half of its own tests speak for is no likely cause: it counts a quarter.
                score[rule] += weight * (failed[rule] / ran[rule]) ** 2 if rule in failed else 0
        root = max(score, key=score.__getitem__, default=NO_RULE)
        explained[root] = [case for case, weights in left.items() if root in (weights or (NO_RULE,))]
        left = {case: weights for case, weights in left.items() if case not in explained[root]}
    for root in list(explained):
        # What was broken all the same may explain what was found before it.
        deeper = [one for one in explained if one != root and all(one in weighed[case] for case in explained[root])]
        if deeper:
            explained[deeper[-1]] += explained.pop(root)
    found = [_cause(root, failed, weighed) for root, failed in explained.items()]
    return sorted(found, key=lambda cause: (-len(cause.followers), -len(cause.cases)))


def _own(weights: Iterable[Mapping[str, float]]) -> Counter[str]:
    """Count the tests that are there for each rule, or name it."""
    return Counter(rule for one in weights for rule, weight in one.items() if weight == OWN)


def _cause(root: str, failed: Iterable[Case], weighed: Mapping[Case, Mapping[str, float]]) -> Cause:
    """Tell apart the tests of a broken rule and those that fail because of it."""
    followers: dict[str, list[Case]] = defaultdict(list)
    own = []
    for case in failed:
        if weighed[case].get(root, OWN) == OWN:
            own.append(case)
        else:
            followers[case.rules[0] if case.rules else NO_RULE].append(case)
    return Cause(root, tuple(own), {rule: tuple(more) for rule, more in followers.items()})
