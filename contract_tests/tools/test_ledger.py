"""The ledger and the tests name the same rules."""

from pathlib import Path

import pytest

import ledger

HEAD = "| Id | Rule | Source | Sure | Shown on | Proved by |\n|---|---|---|---|---|---|\n"
ONE = HEAD + "| SHIP-FAST | Ship it. | ours | high | mock | `unit/test_ship` |\n"


def test_each_rule_has_a_test_and_each_test_names_a_known_rule() -> None:
    assert ledger.problems(ledger.LEDGER.read_text(encoding="utf-8"), ledger.proofs()) == []


def test_a_rule_without_a_test_is_a_problem() -> None:
    assert any("SHIP-FAST has no test" in problem for problem in ledger.problems(ONE, {}))


def test_a_test_of_an_unknown_rule_is_a_problem() -> None:
    proved = {"SHIP-FAST": {"unit/test_ship.py"}, "SHIP-SLOW": {"unit/test_slow.py"}}
    assert ledger.problems(ONE, proved) == ["SHIP-SLOW is not in spec/LEDGER.md, but unit/test_slow.py names it"]


def test_a_stale_column_is_a_problem_that_writing_mends() -> None:
    proved = {"SHIP-FAST": {"unit/test_ship.py", "suite/test_ship.py"}}
    assert any("out of date" in problem for problem in ledger.problems(ONE, proved))
    assert ledger.problems(ledger.with_proofs(ONE, proved), proved) == []


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("| SHIP-FAST | Ship it. | ours | perhaps | mock | |", "line 3"),
        ("| SHIP-FAST | Ship it. | ours | high | moon | |", "line 3"),
        ("| SHIP-FAST | Ship it. | ours | high | mock | |\n| SHIP-FAST | Again. | ours | high | mock | |", "twice"),
    ],
)
def test_a_row_that_does_not_read_is_refused_with_its_line(row: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ledger.rules(HEAD + row)


def test_marks_are_found_on_functions_modules_and_parameters(tmp_path: Path) -> None:
    (tmp_path / "test_marks.py").write_text(
        "import pytest\n"
        "pytestmark = pytest.mark.rule('A-MODULE')\n"
        "@pytest.mark.rule('A-FUNCTION', 'A-SECOND')\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.rule('A-PARAMETER'))])\n"
        "def test_it(x): ...\n"
    )
    assert set(ledger.proofs(tmp_path)) == {"A-MODULE", "A-FUNCTION", "A-SECOND", "A-PARAMETER"}
