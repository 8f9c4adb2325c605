"""What a program can be asked about itself tells nothing of the environment that it runs in."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLANTED = "planted-s3cret"
PROGRAM = """
import contextlib, importlib, inspect, pickle, pkgutil, pydoc
import sendcloud_orders, sendcloud_orders_sandbox

modules = [
    importlib.import_module(found.name)
    for package in (sendcloud_orders, sendcloud_orders_sandbox)
    for found in [
        *pkgutil.iter_modules(package.__path__, package.__name__ + "."),
        pkgutil.ModuleInfo(None, package.__name__, True),
    ]
    if not found.name.endswith("__main__")
]
packages = (sendcloud_orders, sendcloud_orders_sandbox)
names = [(package, name) for package in packages for name in package.__all__ if name != "__version__"]
rendered = 0
for thing in [*modules, *(getattr(package, name) for package, name in names)]:
    print(pydoc.render_doc(thing, renderer=pydoc.plaintext))
    rendered += 1
    members = [thing, *(member for _, member in inspect.getmembers(thing, inspect.isroutine))]
    for member in members:
        print(repr(member), getattr(member, "__annotations__", ""), getattr(member, "__defaults__", ""))
        print(getattr(member, "__kwdefaults__", ""))
        with contextlib.suppress(TypeError, ValueError):
            print(inspect.signature(member))
        with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
            print(pickle.dumps(member))
for client in (sendcloud_orders.OrdersClient, sendcloud_orders.AsyncOrdersClient):
    print(repr(client.from_env()), vars(client.from_env()))
try:
    sendcloud_orders.OrdersClient.from_env({"SENDCLOUD_PUBLIC_KEY": "planted-s3cret"})
except sendcloud_orders.SendcloudError as error:
    print(error, repr(error), pickle.dumps(error))
print("rendered", rendered)
"""


@pytest.mark.one_python
@pytest.mark.other_process
def test_help_signatures_reprs_and_pickles_hold_no_value_of_the_environment() -> None:
    environment = {
        "SENDCLOUD_PUBLIC_KEY": f"{PLANTED}-public",
        "SENDCLOUD_SECRET_KEY": PLANTED,
        "SENDCLOUD_BASE_URL": "https://panel.sendcloud.sc/api/v3",
        "ANYTHING_ELSE": f"{PLANTED}-else",
        "PYTHONPATH": ":".join(filter(None, sys.path)),
        "PYTHONIOENCODING": "utf-8",
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert int(run.stdout.rsplit("rendered", 1)[1]) > 80
    assert PLANTED not in run.stdout + run.stderr
