"""Read `spec/LEDGER.md`, find the tests that name its rules, and write their names into its last column.

`python contract_tests/ledger.py` rewrites the column; `--check` says what is wrong and changes nothing.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LEDGER = HERE.parent / "spec" / "LEDGER.md"
ROW = re.compile(r"^\| (?P<id>[A-Z]+(?:-[A-Z]+)+) \|(?P<middle>.*)\|(?P<proof>[^|]*)\|$")
SHOWN_ON = ("mock", "server", "client")


@dataclass(frozen=True)
class Rule:
    """One row of the ledger; `proved_by` are files of tests, in the words of its last column."""

    id: str
    text: str
    sure: str
    shown_on: str
    source: str = ""
    proved_by: str = ""


def rules(ledger: str) -> dict[str, Rule]:
    """Return the rules of the ledger's text by id. Raises `ValueError` for a bad row or an id given twice."""
    found: dict[str, Rule] = {}
    for number, line in enumerate(ledger.splitlines(), 1):
        match = ROW.match(line)
        if not match:
            continue
        cells = [cell.strip() for cell in match["middle"].split("|")]
        if len(cells) != 4 or cells[2] not in ("high", "medium", "low") or cells[3] not in SHOWN_ON:
            raise ValueError(f"LEDGER.md line {number}: expected rule, source, high/medium/low, {'/'.join(SHOWN_ON)}")
        if match["id"] in found:
            raise ValueError(f"LEDGER.md line {number}: {match['id']} stands there twice")
        text, source, sure, shown_on = cells
        found[match["id"]] = Rule(match["id"], text, sure, shown_on, source, match["proof"].strip())
    return found


RULES = rules(LEDGER.read_text(encoding="utf-8"))


def rules_of(item: pytest.Item) -> set[str]:
    """Return the ids of the rules that a test proves."""
    return {id_ for mark in item.iter_markers("rule") for id_ in mark.args}


def proofs(root: Path = HERE) -> dict[str, set[str]]:
    """Return, by rule id, the files with tests that name it. Marks are read from the source, nothing is imported."""
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("test_*.py")):
        for id_ in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(id_, set()).add(path.relative_to(root).as_posix())
    return found


def _marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.rule"):
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def with_proofs(ledger: str, proved: dict[str, set[str]]) -> str:
    """Return the ledger's text with its last column made of `proved`."""

    def line(text: str) -> str:
        match = ROW.match(text)
        if not match:
            return text
        files = ", ".join(f"`{name.removesuffix('.py')}`" for name in sorted(proved.get(match["id"], ())))
        return f"| {match['id']} |{match['middle']}| {files} |"

    return "\n".join(line(text) for text in ledger.split("\n"))


def problems(ledger: str, proved: dict[str, set[str]]) -> list[str]:
    """Return what is wrong between ledger and tests, one sentence each; nothing when all is well."""
    known = rules(ledger)
    found = [f"{id_} has no test: mark one with @pytest.mark.rule({id_!r})" for id_ in known if id_ not in proved]
    unknown = sorted(proved.keys() - known.keys())
    found += [f"{id_} is not in spec/LEDGER.md, but {', '.join(sorted(proved[id_]))} names it" for id_ in unknown]
    if with_proofs(ledger, proved) != ledger:
        found.append("the column 'Proved by' of spec/LEDGER.md is out of date: run `make ledger`")
    return found


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit status."""
    proved = proofs()
    if "--check" not in arguments:
        LEDGER.write_text(with_proofs(LEDGER.read_text(encoding="utf-8"), proved), encoding="utf-8")
    wrong = problems(LEDGER.read_text(encoding="utf-8"), proved)
    print("\n".join(wrong) or f"{len(proved)} rules, each with its tests")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
