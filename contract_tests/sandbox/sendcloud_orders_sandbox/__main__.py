"""Start a sandbox from the command line."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from sendcloud_orders.installing import how_to_install

from .access import Credentials
from .faults import FaultKind
from .policies import known_policies, policies_of
from .service import DEFAULT_INTEGRATIONS

try:
    from .seam import FAULT_HEADER
    from .server import PortTakenError, Sandbox
except ModuleNotFoundError as _missing:
    sys.exit(f"sandbox: it needs {_missing.name}: {how_to_install('sandbox')}")

CREDENTIALS_VARIABLE = "SANDBOX_CREDENTIALS"
EXPOSED = (
    "sandbox: warning: other machines can reach it, and nothing is encrypted. Who knows its keys, or the address of "
    "its window as printed, sees all orders and requests, and can change and delete them."
)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        sandbox = Sandbox(
            policies=policies_of(options.policies).with_settings(options.policy),
            integrations=options.integrations,
            credentials=options.credentials,
            db=options.db,
            port=options.port,
            host=options.host,
            host_names=options.host_name,
            rate_limit=options.rate_limit,
            time_scale=options.time_scale,
        )
        serve(sandbox)
    except (ValueError, PortTakenError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    except sqlite3.Error as error:
        print(f"sandbox: cannot keep orders in {options.db}: {error}", file=sys.stderr)
        return 2
    return 0


def serve(sandbox: Sandbox) -> None:
    """Print how to reach the sandbox, then wait for a signal."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with sandbox:
        for name, value in sandbox.environ.items():
            print(f"export {name}={value}")
        print(f"# What is sent and stored, to look at: {sandbox.window_url}")
        print("# Serving. The credentials are worth nothing elsewhere. Ctrl-C ends the sandbox.", flush=True)
        if sandbox.is_exposed:
            print(EXPOSED, file=sys.stderr, flush=True)
        stop.wait()


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m sendcloud_orders_sandbox",
        description="""Serve Sendcloud's v3 operations on orders, labels and integrations from this machine, to develop
            and test against.""",
        epilog=f"""Policies, each with its default first: {known_policies()}. A request with the header {FAULT_HEADER}
            meets a fault: {", ".join(FaultKind)}; slow and 429 take seconds, as slow:3.""",
    )
    parser.add_argument("--port", type=port, default=0, help="port to listen on; 0, the default, takes a free one")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="to listen on; other than 127.0.0.1 only for containers"
    )
    parser.add_argument(
        "--host-name",
        action="append",
        default=[],
        metavar="NAME",
        help="by which the window and the control paths may be called, as that of a container; may be repeated",
    )
    parser.add_argument("--db", type=Path, help="SQLite file to keep the orders in; without it they live in memory")
    parser.add_argument(
        "--integrations", type=ids, default=DEFAULT_INTEGRATIONS, metavar="ID,ID", help="of the account"
    )
    parser.add_argument(
        "--credentials",
        type=keys,
        # Not the variables of a client: whoever has those set has perhaps a live account's keys there.
        default=os.environ.get(CREDENTIALS_VARIABLE) or None,
        metavar="PUBLIC:SECRET",
        help=f"keys to accept; by default those in {CREDENTIALS_VARIABLE}, or fresh ones",
    )
    parser.add_argument(
        "--policies",
        type=Path,
        metavar="FILE",
        help="TOML file with a table [policies], such as a probe of a service writes",
    )
    parser.add_argument(
        "--policy", action="append", default=[], metavar="NAME=VALUE", help="may be repeated; comes before that file"
    )
    parser.add_argument("--rate-limit", action="store_true", help="hold clients to 100 writes and 1000 reads a minute")
    parser.add_argument("--time-scale", type=float, default=1.0, help="seconds of the sandbox in one real second")
    return parser


def port(text: str) -> int:
    """Read the number of a port."""
    if not 0 <= int(text) < 65536:
        raise ValueError(text)
    return int(text)


def ids(text: str) -> list[int]:
    """Read a comma list of integration ids."""
    return [int(part) for part in text.split(",")]


def keys(text: str) -> Credentials:
    """Read a public and a secret key."""
    public_key, _, secret_key = text.partition(":")
    if not (public_key and secret_key):
        raise argparse.ArgumentTypeError("expected PUBLIC:SECRET")
    return Credentials(public_key, secret_key)


if __name__ == "__main__":
    sys.exit(main())
