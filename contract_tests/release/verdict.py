"""A check tells a figure, or what is wrong and what to do; a run shows a line for each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class Refused(Exception):
    """What keeps the commit from being released, and what to do about it."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"{wrong}\n{remedy}")
        self.wrong = wrong
        self.remedy = remedy


@dataclass(frozen=True)
class Check:
    """One thing to look at."""

    name: str
    look: Callable[[], str]
    """Returns what was seen, in a line; raises `Refused`."""
    leads_on: bool = False
    """Whether those that come after it need what it makes."""


def run(checks: Sequence[Check], show: Callable[[str], None]) -> bool:
    """Make the checks in their order, show each, and tell whether all passed."""
    passed = True
    width = max(len(check.name) for check in checks)
    for number, check in enumerate(checks):
        began = time.monotonic()
        try:
            seen = check.look()
        except Refused as error:
            passed = False
            indent = "\n" + " " * (width + 4)
            show(f"✗ {check.name:{width}}  " + f"{error.wrong}\nTo do: {error.remedy}".replace("\n", indent))
            if check.leads_on:
                show(f"  {'':{width}}  not looked at: {', '.join(later.name for later in checks[number + 1 :])}")
                break
        else:
            show(f"✓ {check.name:{width}}  {seen} ({time.monotonic() - began:.0f} s)")
    return passed
