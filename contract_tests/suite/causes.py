"""Find out which broken rule makes a test fail, so that one fault of a server is told as one.

A test that fails speaks against one rule. What that rule rests on (`rests_on.toml`) explains the failure where it is
broken as well. What is left over are the causes; two that do not rest on each other are two.
"""

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from suite.case import Case

REVIEWED = Path(__file__).with_name("rests_on.toml")
NAMED = re.compile(r"\(([A-Z]+(?:-[A-Z]+)+)\)")
NO_RULE = ""


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

    @property
    def told(self) -> tuple[Case, ...]:
        """All failed tests that it explains."""
        return self.cases + tuple(case for cases in self.followers.values() for case in cases)

    def __str__(self) -> str:
        if not self.rule:
            return f"no rule by name: {self.cases[0].gist}"
        count = len(self.followers)
        follow = f"; {count} more {'follow' if count > 1 else 'follows'} from it" if count else ""
        return f"{self.rule}{follow}"


@dataclass(frozen=True)
class Foundations:
    """Ids of rules: what each rule, each fixture and each query parameter of a list rests on.

    gathered: which other rules a test asks about beside its own.
    spared: which rules a test says nothing about whose last write was accepted, or refused.
    """

    rules: Mapping[str, tuple[str, ...]]
    fixtures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    queries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gathered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def reviewed(cls) -> "Foundations":
        """Read the reviewed table."""
        read = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
        return cls(**{part: {name: tuple(ids) for name, ids in table.items()} for part, table in read.items()})

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

    def matter(self, case: Case) -> list[str]:
        """Return the rules that the outcome of a test is about, the first as marked: its own, and one that it names.

        Of its own it is those that its failure or its parameters name, where they name one; else those that the answer
        to its last write can speak against. Of a test that did not get beyond its fixtures it is none, when its failure
        names another.
        """
        named = NAMED.findall(case.message)[:1]
        if case.unset and named:
            return named
        run_for = {id_ for name, ids in self.queries.items() if name in case.parameters for id_ in ids}
        spared = self.spared.get(case.answered, ())
        meant = [rule for rule in case.rules if rule in run_for.union(named)]
        told = [rule for rule in case.rules if rule not in spared]
        return list(dict.fromkeys([*(meant or told or case.rules), *named]))

    def explaining(self, case: Case) -> set[str]:
        """Return the rules that explain why a test fails, when one of them is broken."""
        fixed = {id_ for fixture in case.uses for id_ in self.fixtures.get(fixture, ())}
        asked = set() if case.unset else {*case.rules, *self.gathered.get(case.test, ())}
        relied_on = {*self.matter(case), *fixed, *asked}
        queried = {id_ for name in case.queried for id_ in self.queries.get(name, ())}
        return relied_on.union(queried, *map(self.below, relied_on))


@cache
def foundations() -> Foundations:
    """Return the reviewed table, read once."""
    return Foundations.reviewed()


def causes_of(cases: Iterable[Case], known: Foundations | None = None) -> list[Cause]:
    """Return what broke, the cause that explains most first; nothing for a run without a failure.

    Suspects are the rules that a failed test speaks against. The first cause is the one that explains most failures,
    times the root of the share of its own tests that failed: a rule that most of its tests speak for is hardly it, but
    a fault in one place leaves many of them standing. What it does not explain is looked at again.
    """
    known = known or foundations()
    matter = {case: known.matter(case) for case in cases if case.outcome != "skipped"}
    explaining = {case: known.explaining(case) for case in matter if case.outcome == "failed"}
    ran, failed = _counted(matter.values()), _counted(matter[case] for case in explaining)
    explained: dict[str, list[Case]] = {}
    left = list(explaining)
    while left:
        suspects = dict.fromkeys(rule for case in left for rule in matter[case])
        explains = {rule: [case for case in left if rule in explaining[case]] for rule in suspects}
        root = max(
            suspects, key=lambda rule: len(explains[rule]) * math.sqrt(failed[rule] / ran[rule]), default=NO_RULE
        )
        explained[root] = explains.get(root, left)
        left = [case for case in left if case not in explained[root]]
    for root in list(explained):
        # What turned out to be broken as well may explain what was found before it.
        deeper = [one for one in explained if one != root and all(one in explaining[case] for case in explained[root])]
        if deeper:
            explained[deeper[-1]] += explained.pop(root)
    found = [_cause(root, of_it, matter) for root, of_it in explained.items()]
    return sorted(found, key=lambda cause: -len(cause.told))


def _counted(marked: Iterable[Iterable[str]]) -> Mapping[str, float]:
    """Count the tests of each rule; a test marked with several is about the second half as much as about the first."""
    count: dict[str, float] = defaultdict(float)
    for rules in marked:
        for place, rule in enumerate(rules, 1):
            count[rule] += 1 / place
    return count


def _cause(root: str, failed: Iterable[Case], matter: Mapping[Case, list[str]]) -> Cause:
    """Tell apart the tests of a broken rule and those that fail because of it."""
    followers: dict[str, list[Case]] = defaultdict(list)
    own = []
    for case in failed:
        if root in matter[case] or not case.rules:
            own.append(case)
        else:
            followers[case.rules[0]].append(case)
    return Cause(root, tuple(own), {rule: tuple(more) for rule, more in followers.items()})
