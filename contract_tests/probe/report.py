"""Leave what a probe found: policies for the sandbox, evidence for programs, and a page for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

import pages
from ledger import RULES
from probe.asking import Finding
from probe.blanking import Blanks
from probe.question import NEVER_ASKED, NotSeen, Seen
from probe.standing import Standing, standing, told
from sendcloud_orders_sandbox.policies import toml_line
from suite.target import Target

WIDTH = 80
LEDGER = 28
TEMPLATE = Path(__file__).with_name("probe.html.jinja")
STYLES = {"confirms": "green", "contradicts": "bold red", "settles": "cyan", "open": "yellow"}


@dataclass(frozen=True)
class Report:
    """What a probe found on a target, and what it could not take back.

    asked: how many questions there were; fewer findings mean that the run was cut short.
    left: one sentence for each order that could not be taken back.
    """

    target: Target
    findings: Sequence[Finding]
    asked: int
    left: Sequence[str]
    day: date

    @property
    def host(self) -> str:
        """The host of the target, with its port."""
        return urlsplit(self.target.base_url).netloc.rpartition("@")[2]

    @property
    def remarks(self) -> list[str]:
        """What a reader must know beside the answers."""
        missing = self.asked - len(self.findings)
        cut = [f"The run was cut short: {missing} of {self.asked} questions were not asked."] if missing else []
        return [*cut, *self.left]

    def write(self, folder: Path) -> None:
        """Write `probe.toml`, `probe.json` and `probe.html`."""
        entries = list(self._entries())
        (folder / "probe.toml").write_text("\n".join([*self._policies(), ""]), encoding="utf-8")
        document = {
            "target": self.host,
            "date": self.day.isoformat(),
            "remarks": self.remarks,
            "questions": [{key: entry[key] for key in entry if key not in ("standing", "shown")} for entry in entries],
        }
        text = json.dumps(document, ensure_ascii=False, indent=1)
        (folder / "probe.json").write_text(text + "\n", encoding="utf-8")
        pages.write(
            folder / "probe.html",
            TEMPLATE,
            host=self.host,
            day=self.day.isoformat(),
            entries=entries,
            counts=self.counts,
            remarks=self.remarks,
            rules=RULES,
        )

    @property
    def counts(self) -> Counter[str]:
        """How many answers confirm, contradict, settle or leave open."""
        return Counter(standing(finding).kind for finding in self.findings)

    def show(self, console: Console) -> None:
        """Print a table of the answers."""
        blanks = Blanks(self.target)
        table = Table(box=box.SIMPLE, title=f"What {self.host} does", title_justify="left", expand=True)
        table.add_column("policy")
        table.add_column("answer", ratio=1, overflow="fold")
        table.add_column("ledger", overflow="fold", max_width=LEDGER)
        for finding in self.findings:
            found = standing(finding)
            answer = Text(blanks.text(told(finding)))
            rows = ", ".join(found.rows) if found.kind == "contradicts" else ""
            table.add_row(finding.question.policy, answer, Text(f"{found.kind} {rows}", STYLES[found.kind]))
        console.print(table)
        for remark in self.remarks:
            console.print(Text(remark, "bold red"))

    def _policies(self) -> Iterator[str]:
        blanks = Blanks(self.target)
        yield f"# What {self.host} did on {self.day.isoformat()}, as policies of the sandbox:"
        yield '# make sandbox ARGS="--policies reports/probe.toml"'
        yield from (f"# {remark}" for remark in self.remarks)
        yield ""
        yield "[policies]"
        for finding in self.findings:
            name, answer = finding.question.policy, finding.answer
            if isinstance(answer, Seen):
                yield toml_line(name, answer.value)
            else:
                # A comment ends with its line.
                yield f"# {name}: {' '.join(blanks.text(told(finding)).split())}"
        yield f"# Not asked, since it takes a label, which costs money: {', '.join(sorted(NEVER_ASKED))}"

    def _entries(self) -> Iterator[dict[str, Any]]:
        blanks = Blanks(self.target)
        for finding in self.findings:
            answer = finding.answer
            found: Standing = standing(finding)
            kind = "seen" if isinstance(answer, Seen) else "not seen" if isinstance(answer, NotSeen) else "neither"
            exchanges = [blanks.exchange(reply) for reply in finding.evidence]
            yield {
                "policy": finding.question.policy,
                "question": finding.question.text,
                "kind": kind,
                "value": answer.value if isinstance(answer, Seen) else None,
                "answer": blanks.text(told(finding)),
                "rows": list(finding.question.rows),
                "ledger": found.sentence,
                "standing": found,
                "exchanges": exchanges,
                "shown": [_as_text(exchange) for exchange in exchanges],
            }


def _as_text(exchange: dict[str, Any]) -> str:
    request, answer = exchange["request"], exchange["answer"]
    lines = [f"{request['method']} {request['path']}", *_part(request), "", f"answer {answer['status']}"]
    return "\n".join([*lines, *_part(answer)])


def _part(message: dict[str, Any]) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in message["headers"].items())
    if message["body"] is not None:
        yield json.dumps(message["body"], ensure_ascii=False, indent=1)
