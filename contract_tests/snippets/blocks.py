"""Run one block of a page: Python, a terminal session, or data.

A Python block runs in the page's namespace. A comment behind a `print(...)` is what that line prints.
A `console` block runs its lines that begin with `$ ` in a shell; the lines below one are what it prints. Each command
has to succeed, unless the next one is `echo $?`. `...` stands for any text, and alone on a line for any lines.
Data (`json`, `toml`, `yaml`) has to be readable. A block with a caption is the file of that name, for the blocks below.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import tomllib
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml
from sybil import Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.myst import CodeBlockParser

Run = Callable[[Example], str | None]
PRINTED = re.compile(r"^\s*print\(.*\)  +# (.+)$", re.MULTILINE)
PATIENCE = 120.0
_run_python = PythonEvaluator()


def run_python(example: Example) -> str | None:
    """Run Python, and compare what it prints with the comments that say so."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            _run_python(example)
    except Exception:
        # Sybil cannot show an exception that has a cause, and the frames above the page's are of no interest.
        return traceback.format_exc()
    return _difference(PRINTED.findall(example.parsed), out.getvalue(), gaps=True)


def run_console(example: Example) -> str | None:
    """Type the commands of a terminal session, and compare what they print."""
    commands = _commands(example.parsed)
    for (command, expected), following in zip(commands, [*commands[1:], ("", [])], strict=True):
        status, output = _type(command, example)
        if status and following[0] != "echo $?":
            return f"$ {command}\nended with status {status}:\n{output}"
        if expected and (difference := _difference(expected, output)):
            return f"$ {command}\n{difference}"
    return None


def reading(read: Callable[[str], object]) -> Run:
    """Make what runs a block of data."""

    def run(example: Example) -> str | None:
        read(example.parsed)
        return None

    return run


RUNS: dict[str, Run] = {
    "python": run_python,
    "console": run_console,
    "json": reading(json.loads),
    "toml": reading(tomllib.loads),
    "yaml": reading(yaml.safe_load),
}
# What is shown and not run: the page says in words what it is.
SHOWN = ("text", "http")
# What only makes sense as a file.
FILES = ("csv", "ini", "sql")


class BlockParser(CodeBlockParser):
    """Finds the blocks of one language, and writes those with a caption as files."""

    def __call__(self, document: object) -> Iterable[Region]:
        for region in super().__call__(document):  # type: ignore[arg-type]
            name = region.lexemes.get("options", {}).get("caption")
            if name:
                region.evaluator = _writing(name)
            yield region


def parsers() -> list[BlockParser]:
    """Make a parser for each language that runs."""
    return [BlockParser(language, run) for language, run in RUNS.items()] + [
        BlockParser(language, _refuse) for language in FILES
    ]


def _writing(name: str) -> Run:
    def write(example: Example) -> str | None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(example.parsed, encoding="utf-8")
        return None

    return write


def _refuse(example: Example) -> str:
    return "a block of this language has to be a file: give it a caption"


def _commands(source: str) -> list[tuple[str, list[str]]]:
    commands: list[tuple[str, list[str]]] = []
    for line in source.splitlines():
        if line.startswith("$ "):
            commands.append((line.removeprefix("$ "), []))
        elif commands and commands[-1][0].endswith("\\"):
            commands[-1] = (f"{commands[-1][0][:-1]}{line.strip()}", [])
        elif commands:
            commands[-1][1].append(line)
        else:
            raise ValueError(f"A terminal session begins with a command, not with {line!r}.")
    return [(command.partition("  #")[0].rstrip(), expected) for command, expected in commands]


def _type(command: str, example: Example) -> tuple[int, str]:
    """Run a command in a shell that knows the status and the variables that the one before left."""
    status = example.namespace.get("_status", 0)
    script = f"(exit {status}); {command}\n_status=$?; env -0 > .variables; exit $_status"
    done = subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    variables = Path(".variables").read_text(encoding="utf-8").split("\0")
    os.environ.update({name: value for name, is_one, value in (line.partition("=") for line in variables) if is_one})
    example.namespace["_status"] = done.returncode
    return done.returncode, done.stdout


def _difference(expected: list[str], output: str, *, gaps: bool = False) -> str | None:
    """Return what is wrong with an output, or None; with `gaps`, lines that nobody expects may stand between."""
    pattern = (".*" if gaps else "").join(map(_pattern, expected))
    whole = f".*{pattern}.*" if gaps else pattern
    if not expected or re.fullmatch(whole, "".join(f"{line.rstrip()}\n" for line in output.splitlines()), re.DOTALL):
        return None
    return "expected:\n" + "\n".join(expected) + f"\nprinted:\n{output}"


def _pattern(line: str) -> str:
    if line.strip() == "...":
        return "(?:.*\n)?"
    return "[^\n]*".join(map(re.escape, line.rstrip().split("..."))) + "\n"
