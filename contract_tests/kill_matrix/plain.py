"""Ask plain Schemathesis what it sees: its command line with its defaults, as one uses it who has the spec alone."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import schemas
from kill_matrix.trial import subject
from kill_matrix.variations import UNDAMAGED
from runs.proxies import without_proxies
from sendcloud_orders_sandbox import Sandbox

COMMAND = (sys.executable, "-m", "schemathesis.cli", "run", str(schemas.SPEC))
# The default is 100; most of what it finds, it finds with the documented examples and at the edges of the schemas.
EXAMPLES = 10
PATIENCE = 300.0


@dataclass(frozen=True)
class Sight:
    """What Schemathesis holds against a server: operation and title of each finding."""

    name: str
    findings: frozenset[str]


def look(name: str) -> Sight:
    """Run Schemathesis against one damaged sandbox. Raises `RuntimeError` when it could not do its work."""
    found = subject(name)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as scratch:
        found.inflict(patch)
        with Sandbox(policies=found.policies) as sandbox:
            report = Path(scratch) / "report.json"
            auth = f"{sandbox.public_key}:{sandbox.secret_key}"
            arguments = ("--url", sandbox.base_url, "--auth", auth, "--report-json-path", str(report))
            bounds = ("--generation-deterministic", "--max-examples", str(EXAMPLES), "--no-color")
            environment = {
                key: value for key, value in without_proxies(os.environ).items() if not key.startswith("SCHEMATHESIS_")
            }
            command = [*COMMAND, *arguments, *bounds]
            # 1 is what it ends with when it found something.
            if subprocess.run(command, cwd=scratch, env=environment, timeout=PATIENCE, check=False).returncode > 1:
                raise RuntimeError("Schemathesis could not do its work")
            failures = json.loads(report.read_bytes())["failures"]
    return Sight(name, frozenset(f"{place}: {one['title']}" for one in failures for place in one["operations"]))


def compare(sights: Mapping[str, Sight | None]) -> dict[str, tuple[str, ...]]:
    """Return what was seen of each damage, by its name: the findings that the undamaged sandbox does not give.

    Raises `RuntimeError` when nothing is known of the undamaged one, or of a damaged one.
    """
    blind = [name for name, sight in sights.items() if sight is None]
    if blind:
        raise RuntimeError(f"Schemathesis could not be run against: {', '.join(blind)}")
    known = {name: sight.findings for name, sight in sights.items() if sight}
    usual = known.pop(UNDAMAGED, frozenset())
    return {name: tuple(sorted(findings - usual)) for name, findings in known.items()}
