"""Pages read well in a real browser: on a phone and on a desk, light and dark, with and without JavaScript."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from doubles import contract_runs
from kill_matrix import report as kill_report
from kill_matrix.damages import DAMAGES
from kill_matrix.matrix import Kill, Matrix
from kill_matrix.trial import Failure, Trial
from ledger import LEDGER, RULES
from pages.in_a_browser import opened
from pages.looking import look
from probe import questions
from probe.asking import Finding
from probe.question import QUESTIONS, Answer, Neither, NotSeen, Seen, in_sequence
from probe.report import Report
from runs import browser
from suite import page
from suite.answer import Reply
from suite.summary import Summary
from suite.target import Target

ROOT = LEDGER.parents[1]
Look = dict[str, Any]
assert questions


def contract(run: Callable[[], Summary]) -> Callable[[Path], Path]:
    """Return what writes the page of a made-up run into the folder of its run."""

    def write(folder: Path) -> Path:
        place = folder / "run-1" / f"{run.__name__}.html"
        place.parent.mkdir(exist_ok=True)
        page.write(run(), place)
        for name in ("verdict.txt", "contract.xml"):
            (folder / name).touch()
        # People open it by the name that the last run's reports have.
        (folder / place.name).symlink_to(place)
        return folder / place.name

    return write


def probed(folder: Path) -> Path:
    """Write the page of a made-up probe, with an answer of each kind."""
    answers: Iterator[Answer] = itertools.cycle(
        [Seen(409), NotSeen("saving does not lag"), Neither(f"a 500: {contract_runs.LONG}")]
    )
    with closing(Target("foreign", contract_runs.BASE_URL, "public-key", "secret-key")) as target:
        evidence = [Reply("GET", f"/orders?cursor={contract_runs.LONG}", 200, httpx.Headers(), b'{"data": []}')]
        findings = [Finding(one, next(answers), evidence) for one in in_sequence(QUESTIONS.values())]
        Report(target, findings, len(findings) + 1, [], date(2026, 11, 28)).write(folder)
    return folder / "probe.html"


def matrix(folder: Path) -> Path:
    """Write the page of a made-up kill matrix, with damages that were seen and others that were not."""
    failure = Failure("test_made_up.py::test_it", tuple(RULES), True, "AssertionError")
    trials = itertools.cycle([Trial("", 1, 9, (failure,), named=("UPSERT-KEY",)), Trial("", 0, 9)])
    kills = [Kill(one, next(trials)) for one in DAMAGES.values()]
    correct = [Trial("the documented server", 0, 9), Trial("another", 1, 9, (failure,), seconds=9.0)]
    kill_report.write(Matrix(kills, correct, 60.0), folder)
    return folder / "kill-matrix.html"


PAGES: dict[str, Callable[[Path], Path]] = {
    f"contract-{run.__name__}": contract(run)
    for run in (contract_runs.passed, contract_runs.broken, contract_runs.interrupted)
} | {"probe": probed, "kill-matrix": matrix}
"""What writes a page into a folder and returns its path, by a name for its pictures."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: write(tmp_path_factory.mktemp(name)) for name, write in PAGES.items()}


@pytest.fixture(scope="module")
def looked(written: dict[str, Path]) -> Iterator[dict[str, Look]]:
    with opened() as (program, folder):
        yield look(program, written, folder / "pages")


@pytest.fixture(params=list(PAGES))
def seen(looked: dict[str, Look], request: pytest.FixtureRequest) -> Look:
    found: Look = looked[request.param]
    return found


def test_a_page_opens_without_an_error_and_asks_nobody_for_anything(seen: Look) -> None:
    assert (seen["errors"], seen["requests"]) == ([], [])


def test_a_page_is_no_wider_than_its_window_though_everything_is_opened(seen: Look) -> None:
    assert {name: one["overflow"] for name, one in seen["layouts"].items() if one["overflow"] > 0} == {}


def test_the_verdict_is_seen_before_anything_is_scrolled(seen: Look) -> None:
    assert [name for name, one in seen["layouts"].items() if not 0 < one["top"] < 200] == []


def test_every_text_stands_out_from_what_is_behind_it_light_and_dark(seen: Look) -> None:
    assert {name: one["pale"] for name, one in seen["layouts"].items() if one["pale"]} == {}


def test_every_link_leads_somewhere(seen: Look, written: dict[str, Path], request: pytest.FixtureRequest) -> None:
    folder = written[request.node.callspec.params["seen"]].parent
    assert seen["astray"] == []
    assert [file for file in seen["files"] if not (folder / file).exists()] == []


def test_a_page_has_the_structure_that_a_screen_reader_goes_by(seen: Look) -> None:
    headings = seen["headings"]
    steps = [after - before for before, after in itertools.pairwise(headings)]
    assert seen["landmarks"] == [1, 1, 1]
    assert (headings[0], headings.count(1), max(steps)) == (1, 1, 1)
    assert (seen["twice"], seen["unnamed"]) == ([], 0)


def test_each_filter_leaves_what_was_asked_for(seen: Look) -> None:
    assert seen["filters"]
    assert [one for one in seen["filters"] if one["seen"] != one["wanted"]] == []
    assert [one for one in seen["filters"] if not one["told"].startswith(f"{len(one['wanted'])} of ")] == []


def test_a_page_is_whole_without_javascript_and_offers_no_filter_then(seen: Look) -> None:
    assert seen["plain"]["items"] == seen["plain"]["seen"] > 0
    assert seen["plain"]["forms"] == 0


def test_what_cannot_be_driven_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(browser.BrowserError, match="could not be driven"):
        look("/bin/false", {}, tmp_path)
