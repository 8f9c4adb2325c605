"""A snippet that is not true is red: what it prints, what a command answers, how it ends, data that cannot be read."""

import os
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

import pytest
from sybil import Sybil
from sybil.example import SybilFailure
from yaml import YAMLError

from snippets.blocks import parsers


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path) -> Iterator[None]:
    # What snippets set stays in the environment of their page.
    with chdir(tmp_path), patch.dict(os.environ):
        yield


def run(text: str) -> None:
    """Run the snippets of a page. Raises `SybilFailure` for one that is not true."""
    page = Path("page.md")
    page.write_text(text, encoding="utf-8")
    for example in Sybil(parsers()).parse(page).examples():
        example.evaluate()


def block(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


TRUE = {
    "a printed comment": block("python", "print(1 + 1)  # 2"),
    "one name for all blocks": block("python", "total = 2") + block("python", "print(total)  # 2"),
    "an output": block("console", "$ echo one; echo two\none\ntwo"),
    "a gap in a line": block("console", "$ echo one two three\none ... three"),
    "a gap of lines": block("console", "$ seq 5\n1\n...\n5"),
    "a status": block("console", "$ false\n$ echo $?\n1"),
    "a variable": block("console", "$ export NAME=value\n$ echo $NAME\nvalue"),
    "a file": "```{code-block} csv\n:caption: orders.csv\n\norder_id\n1\n```\n"
    + block("console", "$ wc -l < orders.csv\n2"),
    "data": block("json", '{"a": 1}') + block("toml", "a = 1") + block("yaml", "a: 1"),
    "what is only shown": block("text", "anything"),
}
FALSE = {
    "a printed comment": (block("python", "print(1 + 1)  # 3"), "expected:\n3"),
    "an output": (block("console", "$ echo one\ntwo"), "expected:\ntwo"),
    "an output that is longer": (block("console", "$ seq 2\n1"), "printed:\n1\n2"),
    "a command that fails": (block("console", "$ sh -c 'exit 3'"), "ended with status 3"),
    "a status": (block("console", "$ true\n$ echo $?\n1"), "printed:\n0"),
    "code that raises": (block("python", "1 / 0"), "ZeroDivisionError"),
    "JSON": (block("json", "{"), "JSONDecodeError"),
    "TOML": (block("toml", "a ="), "TOMLDecodeError"),
    "YAML": (block("yaml", "a: ["), "ParserError"),
    "a file without its name": (block("csv", "order_id\n1"), "give it a caption"),
}


@pytest.mark.parametrize("what", TRUE)
def test_a_true_snippet_passes(what: str) -> None:
    run(TRUE[what])


@pytest.mark.parametrize("what", FALSE)
def test_a_snippet_that_is_not_true_is_red_and_says_why(what: str) -> None:
    text, why = FALSE[what]
    with pytest.raises((SybilFailure, ValueError, YAMLError)) as failure:
        run(text)
    assert why in f"{failure.type.__name__}: {failure.value}"
