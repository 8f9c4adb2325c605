"""What a user does first with the installed package works: imports, hints, the command line, examples, the plugin."""

import contextlib
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from release.checkout import Checkout
from release.rooms import Done, Room
from release.verdict import Refused

EXTRAS = "cli,redis,sandbox"
WHERE = """
import sendcloud_orders, sendcloud_orders_api, sendcloud_orders_cli, sendcloud_orders_sandbox
print(sendcloud_orders.__file__)
"""
HINTS = """
from sendcloud_orders.installing import how_to_install
print(how_to_install("cli"), how_to_install("sandbox"), sep="\\n")
"""
PLUGGED = """
from sendcloud_orders import OrdersClient


def test_the_plugin_gives_a_sandbox(sendcloud_sandbox, sendcloud_env):
    with OrdersClient.from_env() as orders:
        assert list(orders.list()) == []
    assert len(sendcloud_sandbox.requests) == 1
"""


def plain(room: Room, package: Path, checkout: Checkout) -> None:
    """Install a package without extras: it imports, and says in a line what the rest needs."""
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    room.install(f"{checkout.project['name']} @ {package.as_uri()}#sha256={digest}")
    place = _runs(room, "python", "-I", "-c", WHERE)
    if not Path(place.strip()).is_relative_to(room.folder):
        raise Refused(f"it is imported from {place.strip()}", "let nothing of the checkout into the environment")
    cli, sandbox = _runs(room, "python", "-I", "-c", HINTS).splitlines()
    expect_hint(room.run("sendcloud-orders", "--version"), cli)
    expect_hint(room.run("python", "-m", "sendcloud_orders_sandbox"), sandbox)


def with_extras(room: Room, checkout: Checkout, examples: Path) -> None:
    """Add the extras, and use the package as the README shows."""
    room.install(f"{checkout.project['name']}[{EXTRAS}]=={checkout.version}")
    told = _runs(room, "sendcloud-orders", "--version")
    if told != f"sendcloud-orders {checkout.version}\n":
        raise Refused(f"the command line says {told.strip()}", f"let it say version {checkout.version}")
    shutil.copytree(examples, room.desk / "examples", dirs_exist_ok=True)
    with serving(room) as sandbox:
        room.environment.update(sandbox)
        _runs(room, "sendcloud-orders", "check", "--for-label", "examples/orders.csv")
        _runs(room, "sendcloud-orders", "push", "examples/orders.csv", "--journal", "run.sqlite")
        _runs(room, "sendcloud-orders", "list")
        _runs(room, "python", "examples/push_orders.py")
        read = _runs(room, "python", "examples/read_orders.py")
        if len(read.splitlines()) != 20:
            raise Refused(f"examples/read_orders.py printed {len(read.splitlines())} orders of 20", "run it by hand")


def plugged(room: Room) -> None:
    """Add pytest: the plugin gives a test its sandbox."""
    room.install("pytest")
    room.check()
    (room.desk / "test_plugged.py").write_text(PLUGGED, encoding="utf-8")
    _runs(room, "python", "-m", "pytest", "-q", "-W", "error", "test_plugged.py")


@contextlib.contextmanager
def serving(room: Room) -> Iterator[dict[str, str]]:
    """Run a sandbox of a room, and yield the environment that names it."""
    command = [str(room.bin / "sendcloud-orders"), "sandbox"]
    with subprocess.Popen(command, env=room.environment, cwd=room.desk, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            told: dict[str, str] = {}
            for line in process.stdout:
                if not line.startswith("export "):
                    break
                name, _, value = line.removeprefix("export ").strip().partition("=")
                told[name] = value
            if not told:
                raise Refused("the sandbox did not start", "run sendcloud-orders sandbox by hand")
            yield told
        finally:
            process.terminate()


def _runs(room: Room, *command: str) -> str:
    done = room.run(*command)
    if done.status:
        said = (done.err or done.out).strip().splitlines()[-8:]
        raise Refused("\n".join([f"{' '.join(command)} ended with {done.status}:", *said]), "run it by hand")
    return done.out


def expect_hint(done: Done, hint: str) -> None:
    """Raise `Refused` where a command that lacks its extra says anything but one line with the hint."""
    lines = done.err.splitlines()
    if done.status == 0 or len(lines) != 1 or hint not in lines[0]:
        raise Refused("\n".join([f"a line with the hint {hint!r} was expected, not", *lines]), "see installing.py")
