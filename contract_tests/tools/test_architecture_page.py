"""The page about the architecture is true: what its pictures and its table name exists, and follows what they say."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import sendcloud_orders

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "architecture.md"
PICTURES = ("parts.svg", "upsert.svg")
ADAPTERS = ROOT / "adapters" / "sendcloud_orders"
OWNERS = re.findall(r"^\|[^|]+\| `(\w+\.py)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def texts(picture: str, kind: str) -> Iterator[str]:
    """Yield what the texts of a kind name: `path` a file or folder of the repository, `name` a public name."""
    for element in ElementTree.parse(PAGE.parent / picture).iter("{http://www.w3.org/2000/svg}text"):
        if element.get("class") == kind:
            yield element.get("data-path") or element.text or ""


@pytest.mark.parametrize("picture", PICTURES)
def test_the_page_shows_each_picture(picture: str) -> None:
    assert f":file: {picture}\n" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", PICTURES)
def test_each_file_and_folder_that_a_picture_names_exists(picture: str) -> None:
    named = list(texts(picture, "path"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("picture", PICTURES)
def test_each_class_that_a_picture_names_is_public(picture: str) -> None:
    named = set(texts(picture, "name"))
    assert named
    assert named <= set(sendcloud_orders.__all__)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_takes_its_colours_from_the_theme(picture: str) -> None:
    drawn = (PAGE.parent / picture).read_text(encoding="utf-8")
    colours = re.findall(r"(?:fill|stroke): ([^;]+);", drawn)
    assert colours
    assert [colour for colour in colours if not colour.startswith(("var(--color-", "none"))] == []


@pytest.mark.parametrize(("module", "rules"), OWNERS)
def test_each_module_of_the_table_names_the_rules_that_it_is_said_to_follow(module: str, rules: str) -> None:
    source = (ADAPTERS / module).read_text(encoding="utf-8")
    assert [rule for rule in re.findall(r"`([\w-]+)`", rules) if not re.search(rf"Rules?:.*\b{rule}\b", source)] == []


def test_the_table_has_an_owner_for_each_decision() -> None:
    rows = PAGE.read_text(encoding="utf-8").partition("| What it decides |")[2].count("\n|") - 1
    assert len(OWNERS) == rows > 10
