"""What users import, and the one module that names the HTTP library."""

from __future__ import annotations

import ast
import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import sendcloud_orders
import sendcloud_orders_api
from sendcloud_orders import AsyncOrdersClient, OrdersClient, RetryPolicy

PACKAGE = Path(sendcloud_orders.__file__).parent

EXPORTED = """
    APIStatusError Accepted AppInfo AsyncChanges AsyncCoalescing AsyncOrdersClient AuthenticationError
    BadRequestError BasicCredentials BatchOutcome BatchRejected CallableCredentials Changes Clock Coalescing
    ConfigurationError ConflictError ContractError Credentials FieldError Filters Hooks IncompleteLabels
    IncompleteUpsert InvalidOrders InvalidRequest Journal Label LabelAccepted LabelError LabelMayExist LabelNotSaved
    LabelNotSent LabelOutcome LabelRejected LabelReport LabelUnknown LabelUnreadable NotFoundError NotSent
    NotYetAvailable OAuth2Credentials OrderId OrderKey OrderNumber OrdersClient Pace PaceLimits Page
    PermissionDeniedError RateLimitError Rejected RequestEvent ResponseEvent RetryEvent RetryPolicy SendcloudError
    SendcloudId ServerError TimeoutError TransportError UnaskedShipment Unknown UnknownAddressError
    UnknownFieldEvent UnreadableRow UpdateNotApplied UpsertReport __version__ check_orders sendcloud_id to_input
"""

METHODS = [
    "upsert",
    "upsert_iter",
    "upsert_batch",
    "coalescing",
    "list",
    "pages",
    "changes",
    "get",
    "find",
    "update",
    "delete",
    "wait_until_available",
    "create_label",
    "create_labels",
    "integrations",
    "integration",
]


def imports_of(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_the_exported_names_are_those_that_users_were_promised() -> None:
    assert sorted(sendcloud_orders.__all__) == sorted(EXPORTED.split())
    assert all(hasattr(sendcloud_orders, name) for name in EXPORTED.split())


def test_each_name_is_loaded_from_where_type_checkers_find_it() -> None:
    source = ast.parse((PACKAGE / "__init__.py").read_text())
    seen = {
        name.name: node.module
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and node.level
        for name in node.names
    }
    assert vars(sendcloud_orders)["_HOME_OF"] == seen
    assert sorted(seen) == sorted(sendcloud_orders.__all__)


def test_only_the_transport_names_the_http_library() -> None:
    naming = {
        path.name for path in PACKAGE.glob("*.py") if imports_of(path) & {"httpx", "httpcore", "socket", "urllib3"}
    }
    assert naming == {"transport.py"}


PURE = [
    "identity",
    "pointers",
    "errors",
    "exchange",
    "amounts",
    "forms",
    "checking",
    "batching",
    "upserting",
    "retry",
    "pagination",
    "changes",
    "report",
    "integrations",
    "label_answers",
    "label_matching",
    "label_report",
    "labelling",
    "interrupts",
]


@pytest.mark.parametrize("module", [*PURE, "report", "operations", "verification"])
def test_a_rule_knows_no_clock_no_sleep_and_no_chance(module: str) -> None:
    assert not imports_of(PACKAGE / f"{module}.py") & {"time", "asyncio", "random", "threading", "socket"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {path.stem for path in PACKAGE.glob("*.py")}
    assert not names & {"utils", "helpers", "common", "manager", "misc", "base", "core"}


@pytest.mark.parametrize("method", METHODS)
def test_both_clients_have_the_same_methods_with_the_same_arguments(method: str) -> None:
    blocking = inspect.signature(getattr(OrdersClient, method)).parameters
    without_blocking = dict(inspect.signature(getattr(AsyncOrdersClient, method)).parameters)
    assert list(blocking) == list(without_blocking)
    for name, parameter in blocking.items():
        assert parameter.default == without_blocking[name].default, name
        assert parameter.kind == without_blocking[name].kind, name


def test_the_clients_have_no_further_methods() -> None:
    for client in (OrdersClient, AsyncOrdersClient):
        public = {name for name in vars(client) if not name.startswith("_")}
        assert public == {*METHODS, "from_env", "close"}


@pytest.mark.parametrize(
    "method",
    ["upsert", "upsert_batch", "list", "changes", "get", "find", "update", "delete", "integrations", "integration"],
)
def test_every_docstring_argues_why_a_retry_is_safe_and_names_its_rules(method: str) -> None:
    for client in (OrdersClient, AsyncOrdersClient):
        told = " ".join((getattr(client, method).__doc__ or "").split())
        if client is AsyncOrdersClient and method == "list":
            continue  # an iterator that refers to the other client's words
        assert "Safe to retry" in told
        assert "Rule" in told


@pytest.mark.parametrize("method", ["create_label", "create_labels"])
def test_the_docstring_of_what_costs_money_argues_why_it_is_never_sent_again(method: str) -> None:
    for client in (OrdersClient, AsyncOrdersClient):
        told = " ".join((getattr(client, method).__doc__ or "").split())
        assert "Never sent again" in told
        assert "Safe to retry" not in told
        assert "LABEL-ONCE" in told


HEAVY = """
    anyio asyncio concurrent.futures email httpcore httpx importlib.metadata importlib.resources jsonschema_rs logging
    msgspec sendcloud_orders.async_client sendcloud_orders.client sendcloud_orders_api sqlite3 ssl tenacity throttled
    weblinking
"""
"""What takes longer to import than this package has work for, unless it is used."""


def fresh(code: str) -> str:
    """Run code in an interpreter that has loaded nothing of ours yet, and give what it prints."""
    roots = [str(Path(module.__file__ or "").parents[1]) for module in (sendcloud_orders, sendcloud_orders_api)]
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(roots)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    return run.stdout


def loaded_by(statement: str) -> set[str]:
    return set(fresh(f"import sys; before = {{*sys.modules}}; {statement}; print(*{{*sys.modules}} - before)").split())


@pytest.mark.other_process
def test_a_plain_import_loads_nothing_heavy() -> None:
    assert not loaded_by("import sendcloud_orders") & set(HEAVY.split())


@pytest.mark.other_process
def test_the_blocking_client_comes_without_the_other_one() -> None:
    loaded = loaded_by("from sendcloud_orders import OrdersClient")
    assert "sendcloud_orders.client" in loaded
    assert "sendcloud_orders.async_client" not in loaded


@pytest.mark.other_process
def test_a_name_is_there_before_and_after_its_first_use() -> None:
    assert (
        fresh(
            "import sendcloud_orders as s; before = dir(s); from sendcloud_orders import *; "
            "print(set(s.__all__) <= set(before), set(s.__all__) <= set(dir(s)), RetryPolicy is s.RetryPolicy)"
        ).split()
        == ["True"] * 3
    )


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sendcloud_orders' has no attribute 'OrderClient'"):
        sendcloud_orders.OrderClient  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.other_process
def test_threads_that_use_a_name_first_at_once_get_the_same_object() -> None:
    assert fresh("""
import threading
import sendcloud_orders
names = [name for name in sendcloud_orders.__all__ if name != "__version__"]
found, line = [], threading.Barrier(16)
def use(turn):
    line.wait()
    found.append({name: id(getattr(sendcloud_orders, name)) for name in names[turn:] + names[:turn]})
threads = [threading.Thread(target=use, args=(turn,)) for turn in range(16)]
[one.start() for one in threads]
[one.join() for one in threads]
print(len(found), all(one == found[0] for one in found))
""").split() == ["16", "True"]


@pytest.mark.other_process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_after_a_fork_may_be_the_first_to_use_a_name() -> None:
    assert fresh("""
import os
import sendcloud_orders
child = os.fork()
if not child:
    sendcloud_orders.OrdersClient(sendcloud_orders.BasicCredentials("public", "hidden")).close()
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""").split() == ["7"]


@pytest.mark.other_process
def test_a_pickle_is_read_by_a_program_that_has_not_used_the_name() -> None:
    policy = pickle.dumps(RetryPolicy(attempts=3))
    assert fresh(f"import pickle, sendcloud_orders; print(pickle.loads({policy!r}).attempts)").split() == ["3"]


@pytest.mark.other_process
def test_nothing_is_imported_as_the_interpreter_ends() -> None:
    told = fresh("""
import atexit, sys
def tell(event, arguments):
    if event == "import" and "sendcloud" in arguments[0]:
        print("imported", arguments[0])
atexit.register(sys.addaudithook, tell)
import sendcloud_orders
client = sendcloud_orders.OrdersClient(sendcloud_orders.BasicCredentials("public", "hidden"))
""")
    assert not told


USER = """
from datetime import UTC, date, datetime, timedelta
from sendcloud_orders import Accepted, AsyncOrdersClient, OrderId, OrdersClient, SendcloudId, UpsertReport
from sendcloud_orders_api.models import Order, OrderInput, OrderReference, OrderUpdate

def use(orders: OrdersClient, given: list[OrderInput | dict[str, object]]) -> None:
    report: UpsertReport = orders.upsert(given, on_rejected="isolate", duplicates="last")
    accepted: Accepted = report.accepted[0]
    order: Order = orders.get(accepted.id)
    for row in orders.list(integration=[41, 68], order_updated_at_min=date(2026, 11, 1), sort="-pk"):
        order = row
    with orders.changes(since=datetime(2026, 11, 2, tzinfo=UTC), lookback="all", poll=60) as changes:
        for row in changes:
            token: str = changes.token
    changes = orders.changes(since=token, lookback=timedelta(days=2))
    reference: OrderReference = orders.update(669, OrderUpdate(order_number="1"), verify=True)
    orders.delete(reference.id, missing_ok=True)
    found: Order | None = orders.find(41, accepted.key.order_id)
    orders.wait_until_available(report.accepted)

async def wait(orders: AsyncOrdersClient, given: list[OrderInput]) -> UpsertReport:
    async for outcome in orders.upsert_iter(given):
        outcome.ok
    async for row in orders.list(page_size=50):
        row.order_id
    async for row in orders.changes(since="token"):
        row.order_id
    return await orders.upsert(given, concurrency=2)
"""
MISTAKES = {
    "an order_id where a Sendcloud id belongs": "orders.get(OrderId('A-1'))",
    "a Sendcloud id where an order_id belongs": "orders.find(41, SendcloudId(669))",
    "an unknown filter": "orders.list(integration_id=41)",
    "a text for a date": "orders.list(order_created_at='2026-11-01')",
    "a day for a moment": "orders.changes(since=date(2026, 11, 1))",
    "a number for the way back": "orders.changes(since='token', lookback=7)",
    "an unknown option": "orders.upsert([], on_rejected='ignore')",
    "a single order": "orders.upsert(OrderUpdate())",
    "a name that there is not": "from sendcloud_orders import OrderClient",
}


def type_check(tmp_path: Path, cache: Path, code: str) -> str:
    pytest.importorskip("mypy")
    (tmp_path / "user.py").write_text(code)
    roots = f"{PACKAGE.parent}:{Path(sys.modules['sendcloud_orders_api'].__file__ or '').parent.parent}"
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--no-error-summary",
            "--config-file=",
            f"--cache-dir={cache}",
            "user.py",
        ],
        cwd=tmp_path,
        # An installed package is found by mypy itself, which refuses to be pointed at site-packages.
        env={"PATH": ""} if "site-packages" in roots else {"MYPYPATH": roots, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return run.stdout + run.stderr


@pytest.mark.one_python
@pytest.mark.other_process
def test_a_users_code_passes_the_type_check_and_each_mistake_fails_it(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    lines = "\n".join(f"    {mistake}" for mistake in MISTAKES.values())
    code = f"{USER}\ndef err(orders: OrdersClient) -> None:\n{lines}\n"
    first = code.splitlines().index("def err(orders: OrdersClient) -> None:") + 2
    kept = getattr(pytestconfig, "cache", None)
    told = type_check(tmp_path, kept.mkdir("mypy") if kept else tmp_path, code)
    faulty = {int(line.split(":")[1]) for line in told.splitlines() if ": error:" in line}
    assert faulty == set(range(first, first + len(MISTAKES))), told
