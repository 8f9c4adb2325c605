"""The built site has no dead end: a browser clicks through it as readers would, and finds what it looks for."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from ledger import LEDGER
from pages.in_a_browser import opened
from pages.walking import walk
from reference import SITE

Walk = dict[str, Any]

# Where the site leads to beyond itself.
OUTSIDE = (
    "https://github.com/pradyunsg/furo",  # the theme names its maker
    "https://pre-commit.com/",
    "https://semver.org/",
)
# Sphinx looks for what it quotes by an id that it does not escape: where that has a dot, it quotes nothing, and warns.
SEARCH_WARNS = "Check your theme or template."
_ANCHOR = re.compile(r'\bid="([^"]+)"')


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site yet: `make docs` builds it, or `python -m reference`")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def walked(origin: str) -> Iterator[Walk]:
    with opened() as (program, folder):
        yield walk(program, origin, folder / "site-pictures")


def test_no_page_has_an_error_or_asks_anybody_else_for_anything(walked: Walk) -> None:
    assert [error for error in walked["errors"] if not error.endswith(SEARCH_WARNS)] == []
    assert walked["foreign"] == []


def test_the_navigation_leads_to_every_page(walked: Walk) -> None:
    written = {path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")}
    of_its_own = {name for name in written if name.startswith("tests/")} | {"search.html", "genindex.html"}
    assert written - of_its_own - walked["pages"].keys() == set()


def test_every_entry_of_the_navigation_opens_the_page_that_it_names(walked: Walk) -> None:
    said = {name: page["said"] for name, page in walked["pages"].items() if name != "index.html"}
    titles = {name: page["title"] for name, page in walked["pages"].items()}
    assert {name: entry for name, entry in said.items() if not titles[name].startswith(entry)} == {}


def test_each_page_has_a_button_for_the_next_one_to_the_last(walked: Walk, origin: str) -> None:
    names = list(walked["pages"])
    following = [page["next"] and page["next"].removeprefix(f"{origin}/") for page in walked["pages"].values()]
    assert following == [*names[1:], None]


def test_the_buttons_lead_on_and_back(walked: Walk) -> None:
    _, first, second = list(walked["pages"])[:3]
    assert walked["leafed"] == [first, second, first]


def test_every_page_has_the_same_navigation(walked: Walk) -> None:
    assert len({tuple(page["sidebar"]) for page in walked["pages"].values()}) == 1


def test_every_page_has_one_heading_and_whole_pictures(walked: Walk) -> None:
    assert {name for name, page in walked["pages"].items() if page["headings"] != 1 or page["broken"]} == set()


def test_every_link_inside_the_site_leads_to_something_that_is_there(walked: Walk, origin: str) -> None:
    ids = {name: set(page["ids"]) for name, page in walked["pages"].items()}
    astray = []
    for name, page in walked["pages"].items():
        for link in page["links"]:
            if link.startswith(f"{origin}/"):
                target, _, anchor = link.removeprefix(f"{origin}/").partition("#")
                if (anchor and unquote(anchor) not in anchors_of(target or "index.html", ids)) or not (
                    SITE / (target or "index.html")
                ).exists():
                    astray.append((name, link))
    assert astray == []


def anchors_of(target: str, ids: dict[str, set[str]]) -> set[str]:
    """Return the anchors of a page: as the browser saw them, or, for a page of tests, as they are written."""
    path = SITE / target
    if target not in ids:
        ids[target] = set(_ANCHOR.findall(path.read_text(encoding="utf-8"))) if path.is_file() else set()
    return ids[target]


def test_links_out_of_the_site_are_known(walked: Walk, origin: str) -> None:
    links = {link for page in walked["pages"].values() for link in page["links"]}
    assert sorted(link for link in links if not link.startswith((f"{origin}/", *OUTSIDE))) == []


def test_no_page_is_wider_than_its_window(walked: Walk) -> None:
    pages = walked["pages"]
    assert {name: page["wide"] for name, page in pages.items() if any(page["wide"].values())} == {}


def test_every_text_stands_out_from_what_is_behind_it_light_and_dark(walked: Walk) -> None:
    assert {name: page["pale"] for name, page in walked["pages"].items() if any(page["pale"].values())} == {}


def test_the_contents_of_a_page_lead_to_its_parts(walked: Walk) -> None:
    headings = [line for line in LEDGER.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert len(walked["skimmed"]) == len(headings)


def test_a_rule_leads_to_the_line_of_a_test_and_back(walked: Walk) -> None:
    proof = walked["proof"]
    assert "def test_" in proof["line"]
    assert (proof["colours"], proof["wide"]) == ([], [])


@pytest.mark.parametrize(
    ("query", "title"),
    [("UPSERT-KEY", "Ledger of rules"), ("upsert_iter", "upsert_iter"), ("conflict", "Live with conflicts")],
)
def test_a_search_finds_a_page_and_opens_one(walked: Walk, query: str, title: str) -> None:
    found = walked["searched"][query]
    assert [text for text in found["texts"] if title in text], found
    assert found["landed"].partition("#")[0] in walked["pages"]


def test_the_colours_can_be_switched_and_stay_so_on_the_next_page(walked: Walk) -> None:
    first, second, third, elsewhere = walked["themes"]
    assert len({theme for theme, _ in (first, second, third)}) == 3
    assert second[1] != third[1]
    assert elsewhere == third


def test_on_a_telephone_the_menu_opens_leads_to_a_page_and_closes(walked: Walk) -> None:
    assert walked["menu"] == {"closed": True, "after": True}


def test_without_javascript_a_page_can_be_read(walked: Walk) -> None:
    assert "ConflictError" in walked["plain"]


def test_an_option_keeps_its_two_hyphens(origin: str) -> None:
    text = (SITE / "reference" / "command-line.html").read_text(encoding="utf-8")
    assert "given with --set" in text
    assert "\N{EN DASH}" not in text


def test_the_site_names_no_path_of_this_machine(origin: str) -> None:
    root = str(Path(__file__).parents[2])
    assert [path for path in SITE.rglob("*.html") if root in path.read_text(encoding="utf-8")] == []
