"""Run Schemathesis against a server."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from fuzz.account import for_account, make_account
from fuzz.findings import REVIEWED, FuzzReport, Reviewed, read_reviewed, weigh
from runs.proxies import is_loopback, without_proxies

Json = dict[str, Any]

HERE = Path(__file__).parent
COMMAND = (sys.executable, "-m", "schemathesis.cli")
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"})
# Far beyond the half minute that a run takes, even on a busy machine: it ends only one that hangs.
PATIENCE = 600.0
LAST_WORDS = 2000
# The hooks add a byte to it for each request that was answered.
COUNT = ".schemathesis-{}.count"


class FuzzError(RuntimeError):
    """Schemathesis could not do its work, so that the run proves nothing."""


FUZZ_REPORTS = pytest.StashKey[list[FuzzReport]]()


def run(
    target: str,
    base_url: str,
    auth: tuple[str, str],
    spec: Path,
    reports: Path,
    *,
    integrations: Sequence[int] = (),
    reviewed: Sequence[Reviewed] | None = None,
    command: Sequence[str] = COMMAND,
    patience: float = PATIENCE,
) -> FuzzReport:
    """Test every operation of `spec` on the server at `base_url` and weigh what is found.

    target: names the configuration `<target>.toml` and the entries of the reviewed list.
    auth: public and secret key; they reach Schemathesis through its environment, and no report holds them.
    reports: folder for the reports of Schemathesis.
    integrations: those of the account, for a server that keeps what it is sent; empty for the mock. A few orders are
        stored there first, and requests name what the account holds.
    reviewed: the list to weigh against; None is the one of this folder.
    patience: seconds after which a run counts as hanging.
    Raises `FuzzError`.
    """
    if reviewed is None:
        reviewed = read_reviewed(REVIEWED.read_text(encoding="utf-8"))
    config = HERE / f"{target}.toml"
    document = yaml.load(spec.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    # Schemathesis works in another folder.
    reports = reports.resolve()
    reports.mkdir(parents=True, exist_ok=True)
    events, summary, page = (reports / f"schemathesis-{target}{end}" for end in (".ndjson", ".json", ""))
    for earlier in (events, summary, reports / COUNT.format(target)):
        earlier.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "openapi.json"
        copy.write_text(json.dumps(_fitted(document, base_url, auth, integrations)), encoding="utf-8")
        arguments = [
            *("--config-file", str(config), "run", str(copy), "--url", base_url, "--no-color"),
            *("--report-ndjson-path", str(events), "--report-json-path", str(summary), "--report-html-path", str(page)),
        ]
        environment = _environment(base_url, auth, scratch) | {"FUZZ_COUNT": str(reports / COUNT.format(target))}
        output = _output([*command, *arguments], environment, scratch, patience)
    if not summary.is_file() or not events.is_file():
        raise FuzzError(f"Schemathesis wrote no report.\n{_last_words(output)}")
    result = json.loads(summary.read_bytes())
    if result["errors"] or not result["complete"]:
        titles = ", ".join(sorted({error["title"] for error in result["errors"]})) or result["stop_reason"]
        raise FuzzError(f"Schemathesis could not finish against {base_url}: {titles}.\n{_last_words(output)}")
    with events.open(encoding="utf-8") as lines:
        return weigh(target, lines, result, operations(document), reviewed, settings(config), (summary, page, events))


def _fitted(document: Json, base_url: str, auth: tuple[str, str], integrations: Sequence[int]) -> Json:
    if not integrations:
        return document
    try:
        account = make_account(base_url, auth, integrations, document)
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        raise FuzzError(f"{base_url} does not take the orders of the spec's examples: {error!r}") from error
    try:
        return for_account(document, account)
    except LookupError as error:
        raise FuzzError(f"The spec lacks what a run against an account needs: {error!r}") from error


def _environment(base_url: str, auth: tuple[str, str], scratch: str) -> dict[str, str]:
    # Settings and hooks come from our files alone.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCHEMATHESIS_")}
    if is_loopback(base_url):
        kept = without_proxies(kept)
    token = base64.b64encode(":".join(auth).encode()).decode()
    return kept | {
        "FUZZ_AUTHORIZATION": f"Basic {token}",
        "FUZZ_FOLDER": str(HERE),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(Path(scratch) / "hypothesis"),
        # The order of sets must not change what is sent.
        "PYTHONHASHSEED": "0",
    }


def _output(command: Sequence[str], environment: Mapping[str, str], folder: str, patience: float) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=patience,
            check=False,
        )
    except FileNotFoundError as error:
        raise FuzzError(f"Schemathesis cannot be started: {error}. Install the group `dev`.") from error
    except subprocess.TimeoutExpired as error:
        said = (error.stdout or b"").decode(errors="replace")
        raise FuzzError(f"Schemathesis did not end within {patience:g} s.\n{_last_words(said)}") from error
    said = done.stdout.decode(errors="replace")
    # 1 is for findings.
    if done.returncode not in (0, 1):
        raise FuzzError(f"Schemathesis gave up with exit code {done.returncode}.\n{_last_words(said)}")
    return said


def _last_words(output: str) -> str:
    return f"It last wrote:\n{output.strip()[-LAST_WORDS:]}" if output.strip() else "It wrote nothing."


def sent(target: str, reports: Path) -> int:
    """Return how many requests a run that leaves its reports there has sent so far."""
    try:
        return (reports / COUNT.format(target)).stat().st_size
    except FileNotFoundError:
        return 0


def operations(document: Json) -> tuple[str, ...]:
    """Return the operations of an OpenAPI document as Schemathesis calls them, such as `POST /orders`."""
    return tuple(
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if method in METHODS
    )


def settings(config: Path) -> dict[str, str]:
    """Return the settings of a configuration that make a run what it is, for printing."""
    read = tomllib.loads(config.read_text(encoding="utf-8"))
    generation = read["generation"]
    stateful = read.get("phases", {}).get("stateful", {}).get("generation", {})
    return {
        "seed": str(read["seed"]),
        "deterministic": str(generation["deterministic"]).lower(),
        "examples an operation": str(generation["max-examples"]),
        "walks": str(stateful.get("max-examples", generation["max-examples"])),
    }
