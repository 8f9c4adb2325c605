"""What is said to this machine passes no proxy, whatever the shell names; what goes beyond it may."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from doubles.prism import Prism
from endurance.runs import push, read_stored
from fuzz.account import make_account
from kill_matrix.trial import fill
from runs import proxies
from schemas import SPEC, document
from sendcloud_orders_sandbox import Sandbox
from suite.target import Target

ROOT = Path(__file__).resolve().parents[2]
QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:verdict")
PATIENCE = 120.0
# Legal for curl, and an error of httpx.
ODD = "[::1]"


class Recorder:
    """A proxy that notes the first line of each request, and answers none."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://user:password@127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.lines.append(connection.recv(1000).decode("latin-1").partition("\r\n")[0])

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


def shell(recorder: Recorder, no_proxy: str = "") -> dict[str, str]:
    """Return what a shell says that knows of a proxy, in all spellings."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return dict.fromkeys((*names, *map(str.lower, names)), recorder.url) | {"NO_PROXY": no_proxy}


@pytest.fixture
def proxied(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The proxy that this process's own environment names, beside an odd NO_PROXY."""
    for name, value in shell(recorder, ODD).items():
        monkeypatch.setenv(name, value)
    return recorder


def run_suite(*tests: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *(str(ROOT / "contract_tests" / test) for test in tests), *QUIET]
    kept = {name: value for name, value in os.environ.items() if name != "TARGET"}
    return subprocess.run(
        command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


# ---------------------------------------------------------------------- whole runs


PIECE = (
    "suite/test_access.py::test_key_and_secret_open_the_service",
    "suite/test_life.py::test_the_adapters_carry_an_order_through_its_life",
)


def test_a_run_on_our_own_servers_passes_no_proxy(recorder: Recorder) -> None:
    done = run_suite(*PIECE, **shell(recorder, ODD))
    assert (done.returncode, recorder.lines) == (0, []), done.stdout


def test_a_run_on_a_foreign_server_of_this_machine_passes_no_proxy(recorder: Recorder) -> None:
    with Sandbox() as sandbox:
        done = run_suite(*PIECE, **shell(recorder), **sandbox.environ, TARGET=sandbox.base_url)
        assert (done.returncode, recorder.lines) == (0, []), done.stdout
        assert sandbox.requests


def test_a_run_on_a_server_elsewhere_uses_the_proxy_of_the_shell(recorder: Recorder) -> None:
    keys = {"SENDCLOUD_PUBLIC_KEY": "a", "SENDCLOUD_SECRET_KEY": "b", "SENDCLOUD_INTEGRATION_IDS": "41"}
    target = {"TARGET": "https://service.invalid/api/v3", "SENDCLOUD_PATIENCE": "0.1"}
    done = run_suite(PIECE[0], ALL_PROXY=recorder.url, **keys, **target)
    assert done.returncode == 1, done.stdout
    assert set(recorder.lines) == {"CONNECT service.invalid:443 HTTP/1.1"}


def test_a_proxy_that_cannot_be_used_is_told_before_a_run_elsewhere(recorder: Recorder) -> None:
    keys = {"SENDCLOUD_PUBLIC_KEY": "a", "SENDCLOUD_SECRET_KEY": "b", "SENDCLOUD_INTEGRATION_IDS": "41"}
    done = run_suite(*PIECE, TARGET="https://service.invalid/api/v3", **keys, **shell(recorder, ODD))
    assert (done.returncode, recorder.lines) == (2, [])
    assert "or NO_PROXY is not a list of hosts" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


# ---------------------------------------------------------------------- each that speaks to this machine


def test_the_target_passes_no_proxy(proxied: Recorder) -> None:
    with Sandbox() as sandbox:
        target = Target("foreign", sandbox.base_url, sandbox.public_key, sandbox.secret_key)
        target.upsert(target.order())
        assert target.clean_up() == []
    assert proxied.lines == []


def test_the_mock_and_its_proxy_pass_no_proxy(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**shell(recorder), "NODE_USE_ENV_PROXY": "1"}.items():
        monkeypatch.setenv(name, value)
    with Sandbox() as sandbox, Prism.proxy(SPEC, sandbox.base_url) as proxy:
        auth = (sandbox.public_key, sandbox.secret_key)
        with proxies.client(proxy.base_url, auth=auth) as http:
            assert http.get(f"{proxy.base_url}/orders").status_code == 200
        assert len(sandbox.requests) == 1
    assert recorder.lines == []


def test_the_orders_that_a_fuzzed_account_begins_with_pass_no_proxy(proxied: Recorder) -> None:
    with Sandbox() as sandbox:
        make_account(sandbox.base_url, (sandbox.public_key, sandbox.secret_key), (41, 68), document())
        assert sandbox.orders()
    assert proxied.lines == []


def test_the_kill_matrix_passes_no_proxy(proxied: Recorder) -> None:
    with Sandbox() as sandbox:
        fill(sandbox, 3)
        assert len(sandbox.orders()) == 3
    assert proxied.lines == []


def test_an_endurance_run_passes_no_proxy(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in shell(recorder, ODD).items():
        monkeypatch.setenv(name, value)
    with Sandbox(integrations=(41, 68, 93)) as sandbox:
        push(sandbox, tmp_path / "report.ndjson", 5)
        assert len(list(read_stored(sandbox))) == 5
    assert recorder.lines == []


# Schemathesis speaks through requests; any program may speak through the other two.
SPEAKERS = (
    "import requests; requests.get(url)",
    "import urllib.request; urllib.request.urlopen(url)",
    "import httpx; httpx.get(url)",
)


@pytest.mark.parametrize("script", SPEAKERS)
def test_a_program_that_is_given_the_cleaned_environment_passes_no_proxy(proxied: Recorder, script: str) -> None:
    with Sandbox() as sandbox:
        ready = f"url = {sandbox.control_url + '/ready'!r}; {script}"
        environment = proxies.without_proxies(os.environ)
        subprocess.run([sys.executable, "-c", ready], env=environment, check=True, timeout=PATIENCE)
    assert proxied.lines == []


# ---------------------------------------------------------------------- what is this machine


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x", "http://127.8.8.8", "https://[::1]:8443", "http://LOCALHOST", "http://api.localhost"],
)
def test_this_machine_is_known_by_all_its_names(url: str) -> None:
    assert proxies.is_loopback(url)


@pytest.mark.parametrize(
    "url",
    ["https://service.invalid", "https://localhost.example.org", "http://10.0.0.1", "http://0.0.0.0", "", "https://"],
)
def test_another_machine_is_not_taken_for_this_one(url: str) -> None:
    assert not proxies.is_loopback(url)


def test_a_client_for_another_machine_asks_the_proxy_of_the_environment(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", recorder.url)
    with proxies.client("https://service.invalid") as http, pytest.raises(httpx.TransportError):
        http.get("https://service.invalid/orders")
    assert recorder.lines == ["CONNECT service.invalid:443 HTTP/1.1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "ftp://user:password@host"), ("HTTPS_PROXY", "http://host:password"), ("NO_PROXY", "[::1]")],
)
def test_a_proxy_that_cannot_be_used_is_an_error_that_quotes_no_password(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(proxies.ProxyError, match=name) as caught:
        proxies.client("https://service.invalid")
    assert "password" not in str(caught.value)
    proxies.client("http://localhost:1").close()


def test_a_process_leaves_the_proxies_out_and_all_else_in(proxied: Recorder) -> None:
    before = dict(os.environ)
    proxies.leave_proxies_out()
    assert proxied.url not in os.environ.values()
    assert before.items() - dict(os.environ).items() == (shell(proxied, before["NO_PROXY"])).items()
