"""A sample of the kill matrix: the suite sees broken servers, names the rule, and accuses no correct one.

`make kill-matrix` tries them all.
"""

import pytest

from kill_matrix.damages import DAMAGES
from kill_matrix.matrix import Kill
from kill_matrix.processes import run
from kill_matrix.trial import PRELOAD, Trial, try_briefly, try_one, try_probed
from kill_matrix.variations import UNDAMAGED

BROKEN = (
    "a batch of 101 is accepted",
    "the second update of an order creates anew",
    "a patch replaces a price whole",
    "rows that tie at the end of a page are skipped",
    "texts lose their emoji",
    "a pointer counts orders from one",
)
OTHERWISE = "every choice taken otherwise"


@pytest.fixture(scope="module")
def trials() -> dict[str, Trial]:
    jobs = ((try_briefly, BROKEN), (try_one, [UNDAMAGED]), (try_probed, [OTHERWISE]))
    done = [one for job, names in jobs for one in run(job, names, PRELOAD)]
    return {one.name: one.result or Trial(one.name, None, trouble=one.printed) for one in done}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_seen_and_named(trials: dict[str, Trial], name: str) -> None:
    trial = trials[name]
    assert Kill(DAMAGES[name], trial).seen, trial
    assert trial.left == 0


@pytest.mark.parametrize("name", [UNDAMAGED, OTHERWISE], ids=["as documented", "as it was probed"])
def test_a_correct_server_is_not_accused(trials: dict[str, Trial], name: str) -> None:
    trial = trials[name]
    assert (trial.exit_code, trial.failures, trial.left) == (0, (), 0), trial


def test_a_run_that_does_not_end_counts_as_not_seen() -> None:
    [done] = run(try_one, BROKEN[:1], PRELOAD, limit=0.0)
    assert done.result is None
    assert not Kill(DAMAGES[BROKEN[0]], Trial(BROKEN[0], None)).seen
