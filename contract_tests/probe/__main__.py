"""Probe the server that TARGET names: `python -m probe`, with `contract_tests` on the path.

ONLY names a few questions by their policies, with commas between them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import httpx
from rich.console import Console

from probe import questions
from probe.asking import Finding, ask_all
from probe.blanking import Blanks
from probe.cost import cost_of
from probe.question import NEVER_ASKED, QUESTIONS, Question, in_sequence
from probe.report import WIDTH, Report
from probe.standing import told
from runs import proxies, reports
from runs.interruption import interrupted_once
from suite.servers import foreign
from suite.settings import ForeignTarget, SettingsError
from suite.target import Target

__all__ = ["questions"]

DONE, UNFINISHED, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Probe; return 0 when all was asked and taken back, 1 when not, 2 for settings that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m probe", description=__doc__)
    parser.add_argument("--reports", type=Path, default=reports.REPORTS, help="folder to write to")
    options = parser.parse_args(arguments)
    try:
        settings = ForeignTarget.from_environment(environment)
        if settings is None:
            raise SettingsError("TARGET names no server to probe: set it, for example TARGET=https://host/api/v3")
        chosen = chosen_of(environment.get("ONLY", ""))
        target = foreign(settings)
    except (SettingsError, proxies.ProxyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return UNUSABLE
    with closing(target):
        trouble = trouble_with(target)
        if trouble:
            print(f"error: {trouble}", file=sys.stderr)
            return UNUSABLE
        return probe(target, chosen, options.reports)


def trouble_with(target: Target) -> str:
    """Say why a target cannot be probed at all; nothing when it lists orders."""
    try:
        answer = target.send("GET", "/orders", params=[("page_size", "1")], checked=False)
    except httpx.TransportError as error:
        return (
            f"TARGET cannot be reached at {target.base_url}: {Blanks(target).text(str(error)) or type(error).__name__}"
        )
    if answer.status == 200:
        return ""
    if answer.status in (401, 403):
        return (
            f"TARGET refuses the credentials with {answer.status}: check SENDCLOUD_PUBLIC_KEY and SENDCLOUD_SECRET_KEY,"
            " which must be those of an integration without OAuth2"
        )
    return f"TARGET answers a list of orders with {answer.status}: is {target.base_url} the base URL of the API?"


def chosen_of(names: str) -> list[Question]:
    """Return the questions that ONLY names, all of them when it names none. Raises `SettingsError`."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    costly = [name for name in wanted if name in NEVER_ASKED]
    if costly:
        raise SettingsError(f"ONLY names what nothing but a label can show, which costs money: {', '.join(costly)}")
    unknown = [name for name in wanted if name not in QUESTIONS]
    if unknown:
        known = ", ".join(question.policy for question in in_sequence(QUESTIONS.values()))
        raise SettingsError(f"ONLY names no question: {', '.join(unknown)}; the questions are: {known}")
    return in_sequence(question for question in QUESTIONS.values() if not wanted or question.policy in wanted)


def probe(target: Target, chosen: Sequence[Question], folder: Path) -> int:
    """Ask, take back what was stored, and report, however the run ends."""
    out, progress = Console(width=WIDTH), Console(width=WIDTH, stderr=True, highlight=False, markup=False)
    progress.print(f"{len(chosen)} questions for {target.base_url}: {cost_of(chosen)}.")
    blanks = Blanks(target)
    findings: list[Finding] = []

    def begin(question: Question) -> None:
        progress.print(f"[{len(findings) + 1}/{len(chosen)}] {question.text}")

    with interrupted_once():
        try:
            for finding in ask_all(target, chosen, begin):
                findings.append(finding)
                progress.print(f"    {finding.question.policy}: {blanks.text(told(finding))}", style="dim")
        except KeyboardInterrupt:
            progress.print("Interrupted.")
        progress.print(
            f"Taking {len(target.traces.stored)} orders back{' at the pace of the limits' if target.pace else ''}."
        )
        left = target.clean_up()
    report = Report(target, findings, len(chosen), left, date.today())
    place = reports.new_folder(folder)
    report.write(place)
    reports.publish(place)
    report.show(out)
    out.print(f"reports     {os.path.relpath(place)}")
    return UNFINISHED if report.remarks else DONE


if __name__ == "__main__":
    sys.exit(main())
