"""A small piece of what `make endurance` shows at full size: a run that is killed and begun again."""

from pathlib import Path

import pytest

from endurance import trials


@pytest.mark.parametrize("concurrency", [0, 4], ids=["blocking", "async"])
@pytest.mark.rule("UPSERT-KEY", "UPSERT-ATOMIC", "UPSERT-CONFLICT", "UPSERT-JOURNAL")
def test_a_run_that_is_killed_amid_faults_and_begun_again_ends_like_an_unbroken_one(
    tmp_path: Path, concurrency: int
) -> None:
    claims = trials.killed(tmp_path, orders=2000, kills=1, seed=1, concurrency=concurrency)
    assert [claim for claim in claims if not claim.holds] == []
