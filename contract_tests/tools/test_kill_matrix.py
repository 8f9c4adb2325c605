"""The kill matrix damages what it says it damages, and counts only what was truly seen."""

import dataclasses
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import get_args, get_origin

import msgspec
import pytest
from rich.console import Console

from kill_matrix import __main__ as command
from kill_matrix import picture, plain, report
from kill_matrix import trial as trials
from kill_matrix.__main__ import sample
from kill_matrix.cross import CROSS, GROUPS, Place
from kill_matrix.damage import ADAPTERS, Damage, enlist, instead
from kill_matrix.damages import DAMAGES
from kill_matrix.matrix import Kill, Matrix, State
from kill_matrix.plain import Sight
from kill_matrix.processes import Done
from kill_matrix.trial import Failure, Recorder, Trial
from kill_matrix.variations import UNDAMAGED, VARIATIONS
from ledger import RULES
from sendcloud_orders_sandbox import Policies
from suite.case import Case
from suite.verdict import Verdict

DAMAGE = Damage("nothing works", "everything", ("UPSERT-KEY", "UPSERT-ID"), lambda patch: None)
SEEN = Failure("test_upsert.py::test_a_key", ("UPSERT-KEY",), shown=True, message="assert 1 == 2")


def trial(*failures: Failure, exit_code: int | None = 1, left: int = 0) -> Trial:
    return Trial(DAMAGE.name, exit_code, 134, failures, left)


# ---------------------------------------------------------------------- what is damaged


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_finds_its_place_in_the_sandbox(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        DAMAGES[name].inflict(patch)


def test_a_damage_whose_place_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AttributeError):
        instead(monkeypatch, "rules.Rules.no_such_rule", None)


def test_two_damages_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="two damages"):
        enlist(next(iter(DAMAGES.values())))


def test_damages_name_rules_of_the_ledger() -> None:
    assert {rule for damage in DAMAGES.values() for rule in damage.rules} <= RULES.keys()


def test_each_rule_that_a_foreign_server_can_show_is_broken_by_a_damage() -> None:
    shown = {id_ for id_, rule in RULES.items() if rule.shown_on != "client" and rule.sure != "low"}
    assert shown - {rule for damage in DAMAGES.values() for rule in damage.rules} == set()


def test_each_choice_that_a_policy_leaves_open_is_tried_on_its_own() -> None:
    open_choices = {
        (field.name, value)
        for field in msgspec.structs.fields(Policies)
        if get_origin(field.type) is not None and get_args(field.type)
        for value in get_args(field.type)
        if isinstance(value, str | int) and value != field.default
    }
    tried = {
        (name, value)
        for variation in VARIATIONS.values()
        for name, value in msgspec.structs.asdict(variation.policies).items()
    }
    assert open_choices - tried == set()


# ---------------------------------------------------------------------- rules by places


def test_each_rule_that_a_foreign_server_can_show_is_crossed_with_places() -> None:
    assert CROSS.keys() == {id_ for id_, rule in RULES.items() if rule.shown_on != "client" and rule.sure != "low"}


def test_no_place_is_named_twice_for_a_rule() -> None:
    assert [rule for rule, places in CROSS.items() if len(set(places)) < len(places)] == []


def test_each_place_belongs_to_one_group_and_has_a_letter_of_its_own() -> None:
    grouped = [place for places in GROUPS.values() for place in places]
    assert sorted(grouped) == sorted(set(Place) - {Place.EVERYWHERE})
    assert len(set(picture.LETTERS.values())) == len(Place)


def test_a_damage_in_one_place_breaks_a_rule_that_may_break_there() -> None:
    placed = [damage for damage in DAMAGES.values() if damage.place]
    astray = [one.name for one in placed if not any(one.place in CROSS.get(rule, ()) for rule in one.rules)]
    assert (astray, len(placed) > 70) == ([], True)


def test_each_crossed_rule_is_broken_in_one_place_at_least() -> None:
    assert CROSS.keys() - {rule for damage in DAMAGES.values() if damage.place for rule in damage.rules} == set()


def in_one_place(*failures: Failure, accepted: str = "") -> Kill:
    damage = dataclasses.replace(DAMAGE, place=Place.AFTER_DELETE, rules=("UPSERT-KEY",), accepted=accepted)
    return Kill(damage, trial(*failures))


@pytest.mark.parametrize(
    ("kills", "state"),
    [
        ([], State.NO_DAMAGE),
        ([in_one_place(SEEN)], State.SEEN),
        ([in_one_place(SEEN), in_one_place()], State.NOT_SEEN),
        ([in_one_place(accepted="nobody can tell")], State.ACCEPTED),
        ([in_one_place(accepted="nobody can tell"), in_one_place()], State.NOT_SEEN),
    ],
    ids=["none", "seen", "one of two", "accepted", "accepted beside another"],
)
def test_a_cell_is_as_dark_as_the_least_seen_of_its_damages(kills: list[Kill], state: State) -> None:
    [cell] = [
        cell for cell in Matrix(kills, [], 1.0).cells if (cell.rule, cell.place) == ("UPSERT-KEY", Place.AFTER_DELETE)
    ]
    assert cell.state is state


def test_the_picture_marks_the_place_under_its_letter() -> None:
    heading, *lines = [line for line in picture.lines(Matrix([in_one_place()], [], 1.0)) if line.strip()][1:]
    [row] = [line for line in lines if line.strip().startswith("UPSERT-KEY ")]
    assert row[heading.index(picture.LETTERS[Place.AFTER_DELETE], picture.NAME)] == "!"
    assert row.count("!") == 1


def test_a_place_where_a_rule_cannot_break_alone_stays_empty() -> None:
    assert Place.EMPTY not in picture.rows(Matrix([], [], 1.0))["UPSERT-KEY"]


def test_an_accepted_survivor_is_told_with_its_reason_and_does_not_fail_the_matrix() -> None:
    matrix = Matrix([in_one_place(accepted="nobody can tell")], [], 1.0)
    assert matrix.passed
    told = "ACCEPTED    nothing works (UPSERT-KEY, in one place: after a delete): nobody can tell"
    assert told in report.summary(matrix)


def test_nothing_is_accepted_so_far() -> None:
    assert [damage.name for damage in DAMAGES.values() if damage.accepted] == []


def test_the_page_shows_cells_damages_and_servers(tmp_path: Path) -> None:
    matrix = Matrix([in_one_place(), Kill(DAMAGE, trial(SEEN))], [trial(SEEN)], 1.0)
    report.write(matrix, tmp_path)
    page = (tmp_path / "kill-matrix.html").read_text()
    for text in ("UPSERT-KEY, after a delete: not seen", "test_a_key", "assert 1 == 2", 'class="verdict failed"'):
        assert text in page
    kept = json.loads((tmp_path / "kill-matrix.json").read_text())["cells"]
    assert {"rule": "UPSERT-KEY", "place": "after a delete", "state": "not seen", "damages": [DAMAGE.name]} in kept


# ---------------------------------------------------------------------- what counts as seen


def test_a_failing_test_of_a_broken_rule_sees_the_damage() -> None:
    assert Kill(DAMAGE, trial(SEEN)).seen


def test_a_failing_test_of_another_rule_does_not_see_it() -> None:
    assert not Kill(DAMAGE, trial(dataclasses.replace(SEEN, rules=("GET-ORDER",)))).seen


def test_a_failing_test_that_does_not_show_what_was_said_does_not_see_it() -> None:
    assert not Kill(DAMAGE, trial(dataclasses.replace(SEEN, shown=False))).seen


def test_a_test_of_the_adapters_has_no_server_to_show() -> None:
    damage = dataclasses.replace(DAMAGE, of=ADAPTERS)
    assert Kill(damage, trial(dataclasses.replace(SEEN, shown=False))).seen


@pytest.mark.parametrize("exit_code", [None, 0, 2, 3, 4, 5])
def test_a_run_that_could_not_be_carried_out_sees_nothing(exit_code: int | None) -> None:
    assert not Kill(DAMAGE, trial(SEEN, exit_code=exit_code)).seen


def test_one_survivor_fails_the_matrix_and_is_named() -> None:
    matrix = Matrix([Kill(DAMAGE, trial(SEEN)), Kill(DAMAGE, trial())], [], 1.0)
    assert not matrix.passed
    lines = "\n".join(report.summary(matrix))
    assert "1 of 2 seen (50%) by a test of the broken rule" in lines
    assert "NOT SEEN    nothing works (UPSERT-KEY, UPSERT-ID)" in lines


@pytest.mark.parametrize(
    "accused",
    [trial(SEEN), trial(exit_code=0, left=2), trial(exit_code=None), trial(exit_code=3)],
    ids=["a finding", "orders left", "a hanging run", "an internal error"],
)
def test_a_correct_server_with_a_finding_is_a_false_alarm(accused: Trial) -> None:
    matrix = Matrix([], [accused], 1.0)
    assert not matrix.passed
    assert any(line.startswith("FALSE ALARM nothing works") for line in report.summary(matrix))


def test_a_matrix_without_survivor_and_false_alarm_passes() -> None:
    matrix = Matrix([Kill(DAMAGE, trial(SEEN))], [trial(exit_code=0)], 1.0)
    assert matrix.passed
    assert "verdict     PASSED" in report.summary(matrix)


def test_the_recorder_takes_a_failing_test_with_its_rules_and_what_was_said() -> None:
    recorder = Recorder(rules={"suite/test_x.py::test_y": ("UPSERT-KEY", "UPSERT-ID")})
    failed = pytest.TestReport("suite/test_x.py::test_y", ("", 0, ""), {}, "failed", "E  assert 1 == 2", "call")
    failed.sections = [("UPSERT-ID, UPSERT-KEY on foreign: the last requests and answers", "POST /orders")]
    recorder.pytest_runtest_logreport(failed)
    assert recorder.failures == [
        Failure("test_x.py::test_y", ("UPSERT-KEY", "UPSERT-ID"), shown=True, message="assert 1 == 2")
    ]


def test_the_recorder_leaves_a_failing_clean_up_to_the_count_of_orders_left() -> None:
    recorder = Recorder()
    recorder.pytest_runtest_logreport(pytest.TestReport("x", ("", 0, ""), {}, "failed", "E  left", "teardown"))
    assert recorder.failures == []


# ---------------------------------------------------------------------- what the verdict names


def naming(*rules: str) -> Kill:
    return Kill(DAMAGE, dataclasses.replace(trial(SEEN), named=rules))


@pytest.mark.parametrize(
    ("named", "understood"),
    [(["UPSERT-ID"], True), (["UPSERT-KEY", "GET-ORDER"], True), (["GET-ORDER", "UPSERT-KEY"], False), ([""], False)],
)
def test_a_damage_is_understood_whose_verdict_names_a_broken_rule_first(named: list[str], understood: bool) -> None:
    assert naming(*named).understood is understood


def test_a_damage_whose_verdict_names_nothing_is_not_understood() -> None:
    assert not naming().understood


def test_the_summary_tells_how_well_the_causes_were_named() -> None:
    kills = [naming("UPSERT-KEY"), naming("UPSERT-ID", "GET-ORDER"), naming("GET-ORDER", "", "READ-ID"), naming()]
    assert list(report.verdict(Matrix(kills, [], 1.0)))[1:-1] == [
        "causes      2 of 3 (66%): the one named first is a broken rule",
        "            1 of 3 (33%): no other is named",
        "            3 named at most, 2.00 on average",
    ]


def test_a_matrix_without_a_cause_tells_nothing_of_causes() -> None:
    assert "causes" not in " ".join(report.summary(Matrix([naming()], [], 1.0)))


def test_text_page_and_json_show_with_each_damage_what_was_named(tmp_path: Path) -> None:
    report.write(Matrix([naming("GET-ORDER", "")], [], 1.0), tmp_path)
    assert "named: GET-ORDER, no" in (tmp_path / "kill-matrix.txt").read_text()
    assert "Named: GET-ORDER, no rule by name" in (tmp_path / "kill-matrix.html").read_text()
    assert json.loads((tmp_path / "kill-matrix.json").read_text())["damages"][0]["named"] == ["GET-ORDER", ""]


def test_the_recorder_names_what_the_verdict_of_the_same_run_names() -> None:
    plugins = pytest.PytestPluginManager()
    failed = Case("test_x", ("UPSERT-KEY",), "foreign", "failed")
    plugins.register(Verdict(RULES, [failed]), "verdict")
    recorder = Recorder()
    recorder.pytest_configure(SimpleNamespace(pluginmanager=plugins))  # type: ignore[arg-type]
    assert recorder.named == ("UPSERT-KEY",)


def test_a_run_of_other_tests_than_the_suite_names_nothing() -> None:
    assert Recorder().named == ()


# ---------------------------------------------------------------------- Schemathesis beside it


def test_schemathesis_sees_what_it_does_not_find_on_the_undamaged_sandbox() -> None:
    sights = {
        UNDAMAGED: Sight(UNDAMAGED, frozenset({"GET /orders: usual"})),
        "a": Sight("a", frozenset({"GET /orders: usual"})),
        "b": Sight("b", frozenset({"GET /orders: usual", "GET /orders: new"})),
    }
    assert plain.compare(sights) == {"a": (), "b": ("GET /orders: new",)}


def test_a_blind_schemathesis_is_no_schemathesis_that_saw_nothing() -> None:
    with pytest.raises(RuntimeError, match="nothing works"):
        plain.compare({UNDAMAGED: Sight(UNDAMAGED, frozenset()), "nothing works": None})


def test_the_sample_has_damages_of_each_category() -> None:
    names = sorted(DAMAGES, key=lambda name: DAMAGES[name].category)
    assert {DAMAGES[name].category for name in sample(names)} == {damage.category for damage in DAMAGES.values()}


def test_the_table_names_damage_rules_and_witnesses(capsys: pytest.CaptureFixture[str]) -> None:
    report._print(Matrix([Kill(DAMAGE, trial(SEEN), ("POST /orders: x",))], [], 1.0), Console(width=report.WIDTH))
    printed = capsys.readouterr().out
    assert all(text in printed for text in ("nothing works", "UPSERT-KEY", "test_a_key", "POST /orders: x"))


def test_no_line_of_the_matrix_is_longer_than_80_columns_and_no_name_is_cut() -> None:
    failures = tuple(Failure(f"test_upsert.py::test_{'a_long_name_' * 9}", (rule,), True, "m") for rule in RULES)
    kills = [Kill(damage, Trial(name, 1, 134, failures), ("POST /orders: x",)) for name, damage in DAMAGES.items()]
    varied = [Trial(name, 1, 134, (SEEN,)) for name in VARIATIONS]
    console = Console(width=report.WIDTH, file=io.StringIO())
    report._print(Matrix(kills, varied, 1.0), console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert [line for line in lines if len(line) > 80] == []
    [heading] = [line for line in lines if "damage and rules" in line]
    told = re.sub(r"\s", "", "".join(line[: heading.index("tests")] for line in lines))
    assert [name for name in DAMAGES if name.replace(" ", "") not in told] == []


def test_two_matrices_do_not_write_over_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exit_codes = iter([0, 1])

    def done(what: str, job: object, names: Sequence[str], jobs: int | None) -> Iterator[Done[Trial]]:
        yield from (Done(name, Trial(name, exit_code), "") for name in names for exit_code in [next(exit_codes)])

    monkeypatch.setattr(command, "counted", done)
    arguments = ["--only", UNDAMAGED, "--schemathesis", "none", "--reports", str(tmp_path)]
    assert [command.main(arguments), command.main(arguments)] == [0, 1]
    kept = [json.loads(path.read_text())["passed"] for path in sorted(tmp_path.glob("run-*/kill-matrix.json"))]
    assert kept == [True, False]
    assert not json.loads((tmp_path / "kill-matrix.json").read_text())["passed"]


@pytest.mark.parametrize(("asked", "probed"), [([], []), (["--probed"], [UNDAMAGED])])
def test_correct_servers_are_held_to_what_a_probe_finds_only_when_asked(
    asked: list[str], probed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: dict[str, list[str]] = {}

    def done(what: str, job: object, names: Sequence[str], jobs: int | None) -> Iterator[Done[Trial]]:
        tried[what] = list(names)
        yield from (Done(name, Trial(name, 0), "") for name in names)

    monkeypatch.setattr(command, "counted", done)
    arguments = ["--only", UNDAMAGED, "nothing works", "--schemathesis", "none", "--reports", str(tmp_path)]
    command.main([*arguments, *asked])
    assert (tried["tried"], tried["probed"]) == ([UNDAMAGED], probed)


def test_a_probed_server_is_held_to_the_file_that_its_probe_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[str] = []
    held: list[str] = []

    def probe(arguments: Sequence[str]) -> None:
        folders.append(arguments[-1])

    def run_suite(*arguments: object, **named: object) -> int:
        held.append(os.environ["POLICIES"])
        return 0

    monkeypatch.setattr("probe.__main__.main", probe)
    monkeypatch.setattr(pytest, "main", run_suite)
    tried = trials.try_probed(UNDAMAGED)
    assert held == [f"{folder}/probe.toml" for folder in folders] != []
    assert tried.name == f"{UNDAMAGED}, as it was probed"
