"""Pages read well in a real browser: on a phone and on a desk, light and dark, with and without JavaScript."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from doubles import contract_runs
from ledger import LEDGER
from pages.looking import look
from runs import browser, reports
from suite import page
from suite.summary import Summary

ROOT = LEDGER.parents[1]
Seen = dict[str, Any]


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


PAGES: dict[str, Callable[[Path], Path]] = {
    f"contract-{run.__name__}": contract(run)
    for run in (contract_runs.passed, contract_runs.broken, contract_runs.interrupted)
}
"""What writes a page into a folder and returns its path, by a name for its pictures."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: write(tmp_path_factory.mktemp(name)) for name, write in PAGES.items()}


@pytest.fixture(scope="module")
def looked(written: dict[str, Path]) -> Iterator[dict[str, Seen]]:
    program = browser.chromium()
    if program is None:
        pytest.skip(browser.MISSING)
    folder = reports.new_folder()
    yield look(program, written, folder / "pages")
    reports.publish(folder)


@pytest.fixture(params=list(PAGES))
def seen(looked: dict[str, Seen], request: pytest.FixtureRequest) -> Seen:
    found: Seen = looked[request.param]
    return found


def test_a_page_opens_without_an_error_and_asks_nobody_for_anything(seen: Seen) -> None:
    assert (seen["errors"], seen["requests"]) == ([], [])


def test_a_page_is_no_wider_than_its_window_though_everything_is_opened(seen: Seen) -> None:
    assert {name: one["overflow"] for name, one in seen["layouts"].items() if one["overflow"] > 0} == {}


def test_the_verdict_is_seen_before_anything_is_scrolled(seen: Seen) -> None:
    assert [name for name, one in seen["layouts"].items() if not 0 < one["top"] < 200] == []


def test_every_text_stands_out_from_what_is_behind_it_light_and_dark(seen: Seen) -> None:
    assert {name: one["pale"] for name, one in seen["layouts"].items() if one["pale"]} == {}


def test_every_link_leads_somewhere(seen: Seen, written: dict[str, Path], request: pytest.FixtureRequest) -> None:
    folder = written[request.node.callspec.params["seen"]].parent
    assert seen["astray"] == []
    assert [file for file in seen["files"] if not (folder / file).exists()] == []


def test_a_page_has_the_structure_that_a_screen_reader_goes_by(seen: Seen) -> None:
    headings = seen["headings"]
    steps = [after - before for before, after in pairwise(headings)]
    assert seen["landmarks"] == [1, 1, 1]
    assert (headings[0], headings.count(1), max(steps)) == (1, 1, 1)
    assert (seen["twice"], seen["unnamed"]) == ([], 0)


def test_each_filter_leaves_what_was_asked_for(seen: Seen) -> None:
    assert seen["filters"]
    assert [one for one in seen["filters"] if one["seen"] != one["wanted"]] == []
    assert [one for one in seen["filters"] if not one["told"].startswith(f"{len(one['wanted'])} of ")] == []


def test_a_page_is_whole_without_javascript_and_offers_no_filter_then(seen: Seen) -> None:
    assert seen["plain"]["items"] == seen["plain"]["seen"] > 0
    assert seen["plain"]["forms"] == 0


def test_what_cannot_be_driven_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(browser.BrowserError, match="could not be driven"):
        look("/bin/false", {}, tmp_path)
