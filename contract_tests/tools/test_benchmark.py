"""The benchmark measures only who did all of the work, and says of each target whether it is met, and if not, why."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmark.missed import profile
from benchmark.once import Run
from benchmark.orders import BATCH, PAGE, Models, dictionary, sum_of_ids
from benchmark.profiles import MEASURED, read_samples
from benchmark.proof import NotMeasured, check
from benchmark.report import Findings, markdown, show
from benchmark.rows import ROWS, Row
from benchmark.running import Measured, Workshop, by_turns
from benchmark.server import BURST, Pace
from benchmark.targets import TARGETS, Figure, Target, Verdict, judge, ratios
from sendcloud_orders_api import models
from sendcloud_orders_api.types import encode

ORDERS = 200


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop(tmp_path_factory.mktemp("benchmark")) as found:
        yield found


def row(name: str, orders: int = 0) -> Row:
    found = next(row for row in ROWS if row.name == name)
    return replace(found, orders=orders or found.orders)


def runs(*cpu: float) -> list[Run]:
    return [Run(cpu=seconds) for seconds in cpu]


OURS = "import/client"


def target(bound: float) -> Target:
    """Return a target about an import, whose profile needs nothing installed."""
    other = "import/httpx"
    return Target("import", OURS, (other,), bound, "x", lambda m: ratios(m, OURS, other), "import")


def printed(findings: Findings) -> str:
    screen = StringIO()
    show(Console(file=screen, width=120), findings)
    return screen.getvalue()


# ---------------------------------------------------------------------- a short one


def test_rows_are_run_by_turns_and_each_process_tells_what_it_took(workshop: Workshop) -> None:
    steps: list[str] = []
    rows = [row("upsert/models", ORDERS), replace(row("list/models", ORDERS), name="upsert/list")]
    measured = by_turns(workshop, rows, rounds=2, seconds=60, tell=steps.append)
    assert [step.partition(": ")[2] for step in steps] == [each.title for each in (*rows, *reversed(rows))]
    assert all(run.cpu > 0 and run.peak > 0 and run.server_cpu > 0 for each in measured.values() for run in each)


def test_a_client_that_does_other_work_than_its_row_is_not_measured(workshop: Workshop) -> None:
    with pytest.raises(NotMeasured, match="0 pages were read, not 1"):
        workshop.run(replace(row("upsert/models", ORDERS), kind="list"))


def test_a_missed_target_is_said_so_with_its_profile(workshop: Workshop) -> None:
    measured = by_turns(workshop, [row("import/httpx"), row(OURS)], rounds=1, seconds=60, tell=lambda _: None)
    (verdict,) = judge(measured, [target(bound=0.01)])
    findings = Findings(measured, [verdict], profiles={"import": profile(workshop, verdict.target, measured)})
    for report in (printed(findings), markdown(findings)):
        assert "missed" in report
        assert "sendcloud_orders" in report


# ---------------------------------------------------------------------- proof of the work


def sent(*numbers: int) -> str:
    return json.dumps([dictionary(number) for number in numbers])


UPSERTED: dict[str, Any] = {"starts": [100, 0], "lengths": [350_000], "sample": sent(*range(BATCH)), "pages": 0}
IDS = sum_of_ids(range(ORDERS))


def test_a_client_that_sent_and_read_everything_is_measured() -> None:
    check("upsert", ORDERS, UPSERTED, IDS)
    check("list", PAGE, {"pages": 1}, sum_of_ids(range(PAGE)))


@pytest.mark.parametrize(
    "less",
    [
        pytest.param({"starts": [0]}, id="a batch left out"),
        pytest.param({"starts": [0, 0, 100]}, id="a batch sent twice"),
        pytest.param({"lengths": [340_000, 350_000]}, id="a batch cut short"),
        pytest.param({"sample": sent(*range(BATCH - 1))}, id="an order left out"),
        pytest.param({"sample": sent(*range(BATCH)).replace("fragile", "gentle")}, id="another value"),
    ],
)
def test_a_client_that_sent_less_or_something_else_is_refused(less: dict[str, Any]) -> None:
    with pytest.raises(NotMeasured):
        check("upsert", ORDERS, UPSERTED | less, IDS)


def test_a_client_that_did_not_read_the_answers_is_refused() -> None:
    with pytest.raises(NotMeasured, match="do not add up"):
        check("upsert", ORDERS, UPSERTED, IDS - 1)


def test_models_and_dictionaries_say_the_same() -> None:
    body = encode([Models(models).order(7)])
    assert json.loads(body.replace(b'Z"', b'+00:00"')) == [dictionary(7)]


def test_each_order_is_another_and_as_long_as_any() -> None:
    bodies = {json.dumps(dictionary(number)) for number in (0, 7, 1_000, 999_999)}
    assert len(bodies) == 4
    assert len({len(body) for body in bodies}) == 1


def test_the_server_refuses_what_passes_the_burst() -> None:
    # A minute lasts a million of them, so that nothing is refilled meanwhile.
    pace = Pace(factor=1e-6, latency=0)
    accepted = [pace.accepts() for _ in range(int(BURST) + 1)]
    assert accepted == [True] * int(BURST) + [False]
    assert pace.refused == 1


# ---------------------------------------------------------------------- verdicts


def test_a_figure_is_the_median_and_the_quartiles() -> None:
    assert Figure.of([4, 1, 3, 2, 5]) == Figure(2, 3, 4)
    assert Figure.of([7]) == Figure(7, 7, 7)


def test_a_ratio_is_taken_within_a_round() -> None:
    measured: Measured = {"ours": runs(2, 30, 8), "limit": runs(1, 10)}
    assert ratios(measured, "ours", "limit") == [2, 3]


@pytest.mark.parametrize(
    ("values", "refused", "word"),
    [
        ([1.0, 1.1, 1.2], 0, "met"),
        ([2.0, 2.1, 2.2], 0, "missed"),
        ([1.0, 1.4, 1.8], 0, "met, but close"),
        ([1.4, 1.6, 1.8], 0, "missed, but close"),
        ([1.0, 1.1, 1.2], 3, "missed: 3 requests were refused"),
    ],
)
def test_a_verdict_is_about_the_median_and_tells_of_what_is_close_or_refused(
    values: list[float], refused: int, word: str
) -> None:
    assert Verdict(target(bound=1.5), Figure.of(values), refused).word == word


def test_a_target_whose_rows_were_not_run_gets_no_verdict() -> None:
    assert list(judge({OURS: runs(1)}, [target(bound=1)])) == []


def test_every_target_is_about_rows_that_there_are() -> None:
    names = {row.name for row in ROWS}
    assert [one.title for one in TARGETS if not names.issuperset((one.row, *one.others))] == []


def test_every_way_is_a_function_of_a_client() -> None:
    folder = Path(__file__).parents[1] / "benchmark" / "clients"
    for each in ROWS:
        if each.kind != "import":
            module, _, function = each.way.partition(":")
            assert f"\ndef {function}(" in (folder / f"{module}.py").read_text(encoding="utf-8")


def test_a_profile_books_time_on_the_function_at_work_and_leaves_out_what_came_before() -> None:
    lines = [
        "main (benchmark/once.py:90);import_module (importlib/__init__.py:126) 50",
        f"main (benchmark/once.py:90);{MEASURED}:75);decode (api/types.py:149) 20",
        f"main (benchmark/once.py:90);{MEASURED}:75);decode (api/types.py:151) 10",
        "Thread._bootstrap (threading.py:1002);check (orders/checking.py:3) 10",
    ]
    assert read_samples(lines) == [("api/types.py:decode", 0.75), ("orders/checking.py:check", 0.25)]
