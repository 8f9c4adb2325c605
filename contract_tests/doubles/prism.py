"""Run Prism, the mock made from the spec, for as long as a `with` block lasts.

What it is like, measured on the locked version:

- It serves the paths of the spec without the base path of `servers`: `/orders`, not `/api/v3/orders`. A proxy puts
  the path of its upstream back: `/orders` goes to `<upstream>/orders`.
- A mock answers a bad request with an error of the spec either way; `--errors` changes nothing that we met.
- A proxy with `errors=False` passes everything on and names each violation, of request and response, as JSON in the
  response header `sl-violations`. With `errors=True` a bad request never reaches the upstream (a problem+json 422), and
  a bad response becomes a problem+json 500.
"""

import hashlib
import http.client
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self
from urllib.parse import urlsplit

from runs.proxies import without_proxies

ROOT = Path(__file__).resolve().parents[2]

SPEC = ROOT / "spec" / "openapi.yaml"
MANIFEST = ROOT / "generated" / "sendcloud_orders_api" / "manifest.json"
PROGRAM = Path("node_modules", "@stoplight", "prism-cli", "dist", "index.js")
# Not through npx, which takes half a second to find it.
COMMAND = ("node", str(PROGRAM))
LISTENING = re.compile(r"Prism is listening on (http://\S+)")
LOG_LINES = 400
# A shell that leads the group and ends it when our end of its standard input is closed: also when Python is killed and
# runs no `finally`. It lets go of the log, which so ends with Prism.
WATCH = ("sh", "-c", '"$@" & exec >&- 2>&-; read -r _; kill -KILL 0', "sh")


class PrismError(RuntimeError):
    """Prism cannot be started, did not get ready, or would mock another spec than the client's."""


@dataclass(frozen=True)
class Prism:
    """A running Prism. It listens on loopback only, and ends with the `with` block, however that is left.

    `base_url` has no trailing slash and no base path.
    """

    base_url: str
    _lines: deque[str] = field(repr=False)

    @property
    def log(self) -> str:
        """Return the last lines that Prism wrote."""
        return "".join(self._lines)

    @classmethod
    @contextmanager
    def mock(
        cls,
        spec: Path = SPEC,
        *,
        port: int = 0,
        manifest: Path | None = MANIFEST,
        patience: float = 60.0,
        command: Sequence[str] = COMMAND,
    ) -> Iterator[Self]:
        """Mock `spec`, which must be the one that `manifest` says the client was generated from.

        port: 0 lets the system choose a free one, so that nobody can take it in between.
        manifest: None for a spec that no client was made from.
        patience: seconds that Prism may take to get ready.
        Raises `PrismError`.
        """
        if manifest is not None:
            check_same_spec(spec, manifest)
        with _running([*command, "mock", str(spec), *_options(port)], patience) as (base_url, lines):
            yield cls(base_url, lines)

    @classmethod
    @contextmanager
    def proxy(
        cls,
        spec: Path,
        upstream: str,
        *,
        errors: bool = True,
        port: int = 0,
        manifest: Path | None = MANIFEST,
        patience: float = 60.0,
        command: Sequence[str] = COMMAND,
    ) -> Iterator[Self]:
        """Stand in front of the server at `upstream` and compare its traffic with `spec`, both ways.

        upstream: base URL with its base path, such as http://127.0.0.1:8000/api/v3.
        errors: turn each violation into an error answer, rather than name it in a header.
        The other arguments and what is raised are those of `mock`.
        """
        if manifest is not None:
            check_same_spec(spec, manifest)
        arguments = ["proxy", str(spec), upstream, *_options(port), *(["--errors"] if errors else [])]
        with _running([*command, *arguments], patience) as (base_url, lines):
            yield cls(base_url, lines)


def check_same_spec(spec: Path, manifest: Path) -> None:
    """Refuse a spec that differs from the one the client was generated from.

    Raises `PrismError`.
    """
    if not spec.is_file():
        raise PrismError(f"There is no spec at {spec}.")
    if not manifest.is_file():
        raise PrismError(
            f"There is no {manifest.name} of the generated client at {manifest.parent}: run `make generate`."
        )
    if json.loads(manifest.read_bytes())["spec"] != hashlib.sha256(spec.read_bytes()).hexdigest():
        raise PrismError(
            f"The client was generated from another version of {spec.name}, so a mock of this one proves nothing about"
            " it: run `make generate`."
        )


def _options(port: int) -> list[str]:
    # Multi-process mode, the default under NODE_ENV=production, would put workers where nobody sees them die.
    return ["--host", "127.0.0.1", "--port", str(port), "--multiprocess", "false"]


@contextmanager
def _running(command: Sequence[str], patience: float) -> Iterator[tuple[str, deque[str]]]:
    _check_installed(command)
    lines: deque[str] = deque(maxlen=LOG_LINES)
    process = subprocess.Popen(
        [*WATCH, *command],
        cwd=ROOT,
        # Colours would stand between us and the address in the log; newer Nodes can be told to use proxies.
        env={
            **without_proxies(os.environ),
            "FORCE_COLOR": "0",
            "SCARF_ANALYTICS": "false",
            "npm_config_update_notifier": "false",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    found: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process.stdout, lines, found), name="prism-log", daemon=True)
    reader.start()
    try:
        yield _wait_until_ready(found, lines, patience), lines
    finally:
        # The group, because this process is only the shell that leads it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdin.close()
        # The log ends when the last process of the group has let go of it.
        reader.join(timeout=10)


def _check_installed(command: Sequence[str]) -> None:
    if shutil.which(command[0]) is None:
        raise PrismError(f"{command[0]} is not on the PATH: install Node 18.20 or newer, then run `make contract`.")
    if tuple(command)[:2] == COMMAND and not (ROOT / PROGRAM).exists():
        raise PrismError("Prism is not installed in node_modules: run `npm ci --ignore-scripts`, or `make contract`.")


def _read(log: IO[str], lines: deque[str], found: "queue.SimpleQueue[str | None]") -> None:
    """Keep the end of the log, and report the address as soon as it is there; None when the log ends."""
    with log:
        for line in log:
            lines.append(line)
            if match := LISTENING.search(line):
                found.put(match[1])
    found.put(None)


def _wait_until_ready(found: "queue.SimpleQueue[str | None]", lines: deque[str], patience: float) -> str:
    try:
        base_url = found.get(timeout=patience)
    except queue.Empty:
        raise PrismError(f"Prism did not get ready within {patience:g} s.\n{_shown(lines)}") from None
    if base_url is None:
        if busy := re.search(r"EADDRINUSE.*?:(\d+)\s*$", "".join(lines), re.MULTILINE):
            raise PrismError(f"Port {busy[1]} is busy: end what uses it, or let the system choose with port 0.")
        raise PrismError(f"Prism ended before it got ready.\n{_shown(lines)}")
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=patience)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except OSError as error:
        raise PrismError(
            f"Prism says that it listens on {base_url}, but does not answer: {error}\n{_shown(lines)}"
        ) from error
    finally:
        connection.close()
    return base_url.rstrip("/")


def _shown(lines: deque[str]) -> str:
    return "Its log ends with:\n" + "".join(lines)[-4000:] if lines else "Its log is empty."
