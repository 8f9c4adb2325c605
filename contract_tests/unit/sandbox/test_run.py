"""The sandbox starts, tells how to reach it, can be looked into, and ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import httpx
import pytest

from doubles.sandbox_client import PLAIN, Api
from orders.factory import order
from sendcloud_orders_sandbox import Credentials, PortTakenError, Sandbox

pytest_plugins = ["pytester"]


def environment() -> dict[str, str]:
    """Let another Python import what this one can."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@contextmanager
def command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command line until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sendcloud_orders_sandbox", *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def exports(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read the lines that a shell would take."""
    found: dict[str, str] = {}
    assert process.stdout
    while len(found) < 4:
        name, value = re.fullmatch(r"export (\w+)=(\S+)\n", process.stdout.readline()).groups()  # type: ignore[union-attr]
        found[name] = value
    return found


def client(environ: dict[str, str]) -> httpx.Client:
    """Make a client from the exported variables."""
    keys = environ["SENDCLOUD_PUBLIC_KEY"], environ["SENDCLOUD_SECRET_KEY"]
    return httpx.Client(base_url=environ["SENDCLOUD_BASE_URL"], auth=keys, **PLAIN)


def test_the_command_prints_the_address_of_its_window_behind_the_exports() -> None:
    with command() as process:
        environ = exports(process)
        assert process.stdout
        (url,) = re.findall(r"^# .*: (http://\S+)$", process.stdout.readline())
        origin, _, token = url.partition("/#token=")
        assert environ["SENDCLOUD_BASE_URL"] == f"{origin}/api/v3"
        keys = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{origin}/", **PLAIN).status_code == 200
        assert httpx.get(f"{origin}/_sandbox/orders", headers=keys, **PLAIN).json() == []


@pytest.mark.one_python
def test_a_sandbox_that_others_can_reach_warns_of_it() -> None:
    with command("--host", "0.0.0.0", "--host-name", "sandbox.test") as process:
        environ = exports(process)
        url = environ["SENDCLOUD_BASE_URL"].removesuffix("/api/v3")
        assert httpx.get(f"{url}/_sandbox/ready", headers={"Host": "sandbox.test"}, **PLAIN).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors.count("\n")) == (0, 1)
    assert errors.startswith("sandbox: warning: other machines can reach it")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_how_to_reach_it_and_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    with command("--integrations", "7,8", "--policy", "success_status=200") as process:
        environ = exports(process)
        with client(environ) as api:
            assert api.post("/orders", json=[order("A", 7)]).status_code == 200
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert environ["SENDCLOUD_INTEGRATION_IDS"] == "7,8"
    assert (process.returncode, errors) == (0, "")
    assert environ["SENDCLOUD_SECRET_KEY"] not in output


@pytest.mark.one_python
def test_credentials_may_come_from_the_environment_and_those_of_a_client_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SENDCLOUD_PUBLIC_KEY", "live")
    monkeypatch.setenv("SANDBOX_CREDENTIALS", "key:secret")
    with command() as process:
        environ = exports(process)
    assert (environ["SENDCLOUD_PUBLIC_KEY"], environ["SENDCLOUD_SECRET_KEY"]) == ("key", "secret")
    monkeypatch.setenv("SANDBOX_CREDENTIALS", "")
    with command() as process:
        assert exports(process)["SENDCLOUD_PUBLIC_KEY"] not in ("key", "live")


@pytest.mark.one_python
def test_malformed_credentials_in_the_environment_end_the_command_with_its_usage_and_are_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SANDBOX_CREDENTIALS", "s3cret")
    with command() as process:
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (2, "")
    assert "expected PUBLIC:SECRET" in errors.splitlines()[-1]
    assert "s3cret" not in errors


def test_orders_in_a_file_survive_a_kill(tmp_path: Path) -> None:
    arguments = ("--db", str(tmp_path / "orders.sqlite"), "--integrations", "7", "--credentials", "key:secret")
    with command(*arguments) as process, client(exports(process)) as api:
        (reference,) = api.post("/orders", json=[order("A", 7)]).json()["data"]
        process.kill()
    with command(*arguments) as process, client(exports(process)) as api:
        assert api.get(f"/orders/{reference['id']}").json()["data"]["order_id"] == "A"
        (again,) = api.post("/orders", json=[order("A", 7)]).json()["data"]
        assert again["id"] == reference["id"]


@pytest.mark.one_python
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--policy", "ids=roman"], "ids"),
        (["--policy", "ids"], "name=value"),
        (["--time-scale", "0"], "time scale"),
        (["--db", "/nowhere/orders.sqlite"], "/nowhere/orders.sqlite"),
        (["--host", "192.0.2.1"], "'192.0.2.1' is no address of this machine"),
    ],
)
def test_a_bad_setting_ends_the_command_with_one_line(arguments: list[str], named: str) -> None:
    with command(*arguments) as process:
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors.count("\n")) == (2, "", 1)
    assert named in errors


@pytest.mark.one_python
@pytest.mark.parametrize("arguments", [["--port", "65536"], ["--integrations", "a"], ["--credentials", "s3cret"]])
def test_a_malformed_argument_ends_the_command_with_its_usage(arguments: list[str]) -> None:
    with command(*arguments) as process:
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (2, "")
    assert arguments[0] in errors.splitlines()[-1]
    assert "s3cret" not in errors


def test_without_the_extra_the_command_and_the_package_name_what_to_install() -> None:
    starts = ["runpy.run_module('sendcloud_orders_sandbox', run_name='__main__')", "sendcloud_orders_sandbox.Sandbox"]
    for start in starts:
        script = f"import runpy, sys; sys.modules['uvicorn'] = None; import sendcloud_orders_sandbox; {start}"
        run = subprocess.run(
            [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=False
        )
        assert run.returncode == 1
        assert "needs uvicorn: pip install '.[sandbox]' in the folder of a checkout" in run.stderr.splitlines()[-1]


def test_a_busy_port_ends_the_command_with_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with command("--port", str(port)) as process:
            output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (2, "")
    assert errors == f"sandbox: port {port} of 127.0.0.1 is in use: choose another, or 0 for a free one\n"


def test_a_busy_port_is_one_clear_error_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with Sandbox() as sandbox:
        port = int(sandbox.base_url.split("/")[2].split(":")[1])
        with pytest.raises(PortTakenError, match=str(port)), Sandbox(port=port):
            pytest.fail("a second sandbox listens on the same port")
    assert threading.active_count() == before


def test_a_sandbox_ends_while_a_client_keeps_its_connection() -> None:
    before = threading.active_count()
    with ExitStack() as stack:
        with Sandbox() as sandbox:
            api = stack.enter_context(Api(sandbox))
            api.get("/orders")
        with pytest.raises(httpx.TransportError):
            api.get("/orders")
    assert threading.active_count() == before


def test_sandboxes_side_by_side_share_nothing() -> None:
    with Sandbox() as one, Sandbox() as other, Api(one) as api:
        api.create(order())
        assert other.orders() == []
        assert one.secret_key != other.secret_key


def test_the_handle_names_all_that_a_client_needs() -> None:
    with Sandbox(integrations=[9, 7], credentials=Credentials("key", "secret")) as sandbox:
        assert dict(sandbox.environ) == {
            "SENDCLOUD_BASE_URL": sandbox.base_url,
            "SENDCLOUD_PUBLIC_KEY": "key",
            "SENDCLOUD_SECRET_KEY": "secret",
            "SENDCLOUD_INTEGRATION_IDS": "7,9",
        }


def test_integrations_of_a_file_stay_with_the_account(tmp_path: Path) -> None:
    with Sandbox(integrations=[7], db=tmp_path / "db") as sandbox, Api(sandbox) as api:
        api.create(order("A", 7))
    with Sandbox(integrations=[8], db=tmp_path / "db") as sandbox, Api(sandbox) as api:
        assert sandbox.integrations == [7, 8]
        assert api.listed(integration="7") == ["A"]


def test_requests_are_numbered_and_their_repr_tells_no_secret(api: Api, sandbox: Sandbox) -> None:
    api.upsert(order("secret-name"))
    api.get("/orders", params={"order_id": "secret-query"})
    sandbox.faults.next("lost-before")
    with pytest.raises(httpx.RemoteProtocolError):
        api.delete("/orders/5")
    recorded = [(one.number, one.method, one.path, one.status, one.fault) for one in sandbox.requests]
    assert recorded == [
        (1, "POST", "/api/v3/orders", 201, None),
        (2, "GET", "/api/v3/orders", 200, None),
        (3, "DELETE", "/api/v3/orders/5", None, "lost-before"),
    ]
    assert "secret" not in repr(sandbox.requests)


def test_stored_orders_are_shown_with_the_values_that_were_sent(api: Api, sandbox: Sandbox) -> None:
    (known,) = api.create(order(order_created_at="2026-11-02T12:00:00+02:00"))
    (stored,) = sandbox.orders()
    assert stored["id"] == str(known)
    assert stored["order_details"]["order_created_at"] == "2026-11-02T12:00:00+02:00"


def test_a_reset_forgets_orders_requests_faults_integrations_and_ids(api: Api, sandbox: Sandbox) -> None:
    (first,) = api.create(order())
    sandbox.add_integration(77)
    sandbox.faults.next("500")
    sandbox.reset()
    assert (sandbox.orders(), sandbox.requests, sandbox.integrations) == ([], [], [41, 68])
    assert api.create(order("B")) == [first]
    assert sandbox.requests[0].number == 1


def control(sandbox: Sandbox, method: str, name: str, body: Any = None) -> Any:
    """Call a control path."""
    keys = (sandbox.public_key, sandbox.secret_key)
    response = httpx.request(method, f"{sandbox.control_url}/{name}", json=body, auth=keys, **PLAIN)
    assert response.is_success, response.text
    return response.json()


def test_another_process_can_look_into_the_sandbox(api: Api, sandbox: Sandbox) -> None:
    api.create(order())
    assert [stored["order_id"] for stored in control(sandbox, "GET", "orders")] == ["A"]
    assert [one["status"] for one in control(sandbox, "GET", "requests")] == [201]
    assert control(sandbox, "GET", "policies")["ids"] == "string"
    control(sandbox, "DELETE", "orders")
    assert sandbox.orders() == []


def test_another_process_can_steer_the_sandbox(api: Api, sandbox: Sandbox) -> None:
    assert control(sandbox, "PATCH", "policies", {"save_lag": 60, "success_status": 202})["save_lag"] == 60
    assert api.upsert(order()).status_code == 202
    assert api.listed() == []
    control(sandbox, "POST", "clock", {"seconds": 61})
    assert api.listed() == ["A"]


def test_another_process_can_add_an_integration() -> None:
    with Sandbox() as sandbox, Api(sandbox) as api:
        control(sandbox, "POST", "integrations", {"id": 77})
        assert control(sandbox, "GET", "integrations") == sandbox.integrations == [41, 68, 77]
        assert api.upsert(order("A", 77)).status_code == 201


@pytest.mark.parametrize(
    ("plan", "statuses"),
    [
        ({"fault": "503", "at": 2}, [200, 503, 200, 200]),
        ({"fault": "503", "next": 2}, [503, 503, 200, 200]),
        ({"fault": "503", "every": 2, "method": "GET"}, [200, 503, 200, 503]),
    ],
)
def test_another_process_can_plan_faults(api: Api, sandbox: Sandbox, plan: Any, statuses: list[int]) -> None:
    control(sandbox, "POST", "faults", plan)
    assert [api.get("/orders").status_code for _ in range(4)] == statuses
    control(sandbox, "DELETE", "faults")
    assert api.get("/orders").status_code == 200


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        ("POST", "faults", {"fault": "nonsense", "at": 1}, 400),
        ("POST", "faults", {"fault": "500"}, 400),
        ("POST", "faults", {"fault": "500", "at": 1, "next": 1}, 400),
        ("POST", "faults", {"fault": "500", "every": 0}, 400),
        ("PATCH", "policies", {"ids": "roman"}, 400),
        ("POST", "clock", "later", 400),
        ("PUT", "orders", None, 404),
        ("GET", "secrets", None, 404),
    ],
)
def test_a_control_request_that_makes_no_sense_is_refused(
    sandbox: Sandbox, method: str, name: str, body: Any, status: int
) -> None:
    keys = (sandbox.public_key, sandbox.secret_key)
    url = f"{sandbox.control_url}/{name}"
    assert httpx.request(method, url, json=body, auth=keys, **PLAIN).status_code == status


@pytest.mark.rule("AUTH-REFUSED")
def test_the_control_paths_take_the_same_credentials_as_the_operations(sandbox: Sandbox) -> None:
    assert httpx.get(f"{sandbox.control_url}/orders", **PLAIN).status_code == 401
    assert httpx.get(f"{sandbox.control_url}/ready", **PLAIN).status_code == 200


PLUGIN = "sendcloud_orders_sandbox.pytest_plugin"


def is_installed() -> bool:
    """Tell whether pytest finds the plugin by itself, as the installed wheel lets it; a checkout has to name it."""
    return any(entry.value == PLUGIN for entry in entry_points(group="pytest11"))


def test_the_plugin_gives_a_test_a_fresh_sandbox_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx, pytest

        @pytest.fixture
        def sendcloud_sandbox_options():
            return {"integrations": [7]}

        @pytest.mark.parametrize("run", [1, 2])
        def test_push(sendcloud_sandbox, run):
            keys = sendcloud_sandbox.public_key, sendcloud_sandbox.secret_key
            assert sendcloud_sandbox.orders() == []
            assert sendcloud_sandbox.integrations == [7]
            assert httpx.get(sendcloud_sandbox.base_url + "/orders", auth=keys, trust_env=False).json() == {"data": []}
        """
    )
    pytester.runpytest_inprocess(*([] if is_installed() else ["-p", PLUGIN])).assert_outcomes(passed=2)


def require_status(pytester: pytest.Pytester, status: int, *arguments: str, options: str = "{}") -> None:
    """Let a test, run in a folder below, expect the status that the policies of its sandbox give to a success."""
    below = pytester.mkdir("below")
    below.joinpath("test_it.py").write_text(
        "import pytest\n"
        "@pytest.fixture\n"
        f"def sendcloud_sandbox_options(): return {options}\n"
        f"def test_it(sendcloud_sandbox): assert sendcloud_sandbox.policies.success_status == {status}\n"
    )
    plugin = [] if is_installed() else ["-p", PLUGIN]
    with chdir(below):
        pytester.runpytest_inprocess(*plugin, *arguments).assert_outcomes(passed=1)


@pytest.fixture
def probed(pytester: pytest.Pytester) -> Path:
    """Write files of policies: one that the configuration names, and return another."""
    pytester.makefile(".toml", configured="[policies]\nsuccess_status = 200")
    pytester.makeini("[pytest]\nsendcloud_policies = configured.toml")
    return pytester.makefile(".toml", probed="[policies]\nsuccess_status = 202")


@pytest.mark.usefixtures("probed")
def test_the_plugin_takes_the_policies_that_the_configuration_file_names(pytester: pytest.Pytester) -> None:
    require_status(pytester, 200)


def test_the_command_line_of_pytest_comes_before_its_configuration_file(
    pytester: pytest.Pytester, probed: Path
) -> None:
    require_status(pytester, 202, f"--sendcloud-policies=../{probed.name}")


def test_the_options_of_a_test_come_before_both(pytester: pytest.Pytester, probed: Path) -> None:
    options = '{"policies": None}'
    require_status(pytester, 201, f"--sendcloud-policies={probed}", options=options)


def test_policies_stay_where_a_test_has_other_options(pytester: pytest.Pytester, probed: Path) -> None:
    require_status(pytester, 202, f"--sendcloud-policies={probed}", options='{"integrations": [7]}')


def test_a_file_that_says_no_policies_fails_the_test_that_needs_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(sendcloud_sandbox): pass")
    plugin = [] if is_installed() else ["-p", PLUGIN]
    result = pytester.runpytest_inprocess(*plugin, "--sendcloud-policies=nowhere.toml")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UnknownPolicyError: cannot read the policies in nowhere.toml: No such file*"])


def run_with_plugin(pytester: pytest.Pytester, test: str) -> None:
    """Run one test with the plugin; it has to pass."""
    pytester.makepyfile(test)
    pytester.runpytest_inprocess(*([] if is_installed() else ["-p", PLUGIN])).assert_outcomes(passed=1)


def test_the_plugin_lets_the_environment_name_the_sandbox_and_nothing_else(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDCLOUD_ACCESS_TOKEN", "of a real account")
    monkeypatch.setenv("NO_PROXY", "shop.example")
    monkeypatch.delenv("no_proxy", raising=False)
    run_with_plugin(
        pytester,
        """
        import os

        def test_it(sendcloud_env, sendcloud_sandbox):
            named = {name: value for name, value in os.environ.items() if name.startswith("SENDCLOUD_")}
            assert named == dict(sendcloud_env) == dict(sendcloud_sandbox.environ)
            assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "shop.example,127.0.0.1"
        """,
    )
    assert (os.environ["SENDCLOUD_ACCESS_TOKEN"], os.environ["NO_PROXY"]) == ("of a real account", "shop.example")


def test_the_sandbox_of_the_plugin_shows_what_a_test_sent_and_fails_on_demand(pytester: pytest.Pytester) -> None:
    run_with_plugin(
        pytester,
        """
        from doubles.sandbox_client import Api
        from orders.factory import order

        def test_it(sendcloud_sandbox):
            with Api(sendcloud_sandbox) as api:
                with sendcloud_sandbox.faults.planned("503", times=1) as outage:
                    assert api.upsert(order()).status_code == 503
                assert outage.met == 1
            assert [one["order_id"] for one in sendcloud_sandbox.requests[-1].orders] == ["A"]
        """,
    )


PROXIES = {
    **dict.fromkeys(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY"], "http://127.0.0.1:9"),
    **dict.fromkeys(["ALL_PROXY", "all_proxy"], "socks5://127.0.0.1:9"),
    **dict.fromkeys(["NO_PROXY", "no_proxy"], "[::1],example.com"),
}


def test_a_sandbox_works_where_the_environment_names_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PROXIES.items():
        monkeypatch.setenv(name, value)
    with command() as process:
        with client(exports(process)) as api:
            assert api.post("/orders", json=[order()]).status_code == 201
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    with Sandbox() as sandbox, Api(sandbox) as api:
        assert api.create(order())


@pytest.mark.one_python
def test_the_plugin_works_where_the_environment_names_proxies(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in PROXIES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    pytester.makepyfile(
        """
        from doubles.sandbox_client import Api
        from orders.factory import order

        def test_push(sendcloud_sandbox):
            with Api(sendcloud_sandbox) as api:
                assert api.create(order())
        """
    )
    plugin = [] if is_installed() else ["-p", PLUGIN]
    pytester.runpytest_subprocess(*plugin, "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_no_signature_or_help_shows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDCLOUD_SECRET_KEY", "s3cret-of-the-environment")
    script = (
        "import importlib, pkgutil, pydoc, sendcloud_orders_api, sendcloud_orders_sandbox\n"
        "for package in (sendcloud_orders_api, sendcloud_orders_sandbox):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        print(pydoc.plain(pydoc.render_doc(importlib.import_module(found.name))))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert "class Sandbox" in run.stdout
    assert "s3cret" not in run.stdout


def test_loading_the_plugin_loads_no_server() -> None:
    script = (
        "import sys, sendcloud_orders_sandbox.pytest_plugin; "
        "print({'starlette', 'uvicorn', 'jsonschema_rs', 'sqlite3', 'asyncio'} & set(sys.modules))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "set()\n"
