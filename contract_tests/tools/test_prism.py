"""The mock's life: it starts on a free port, says why it did not, and leaves nothing behind."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from doubles import prism
from doubles.prism import Prism, PrismError

SMALL_SPEC = """\
openapi: 3.1.0
info: {title: Greetings, version: '1'}
servers: [{url: https://example.com/api/v3}]
paths:
  /greeting:
    get:
      responses:
        '200':
          description: A greeting.
          content:
            application/json:
              schema: {type: object, required: [text], properties: {text: {type: string}}}
              example: {text: hello}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_text(SMALL_SPEC)
    return path


def stand_in(body: str) -> tuple[str, ...]:
    """Return a command that behaves as `body` says, in place of Prism."""
    return sys.executable, "-c", textwrap.dedent(body)


SERVES = """
    import http.server, os, subprocess, sys
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    print(f"Prism is listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
"""
CHILD_SERVES = f"""
    import subprocess, sys
    subprocess.run([sys.executable, "-c", {textwrap.dedent(SERVES)!r}])
"""


def start(spec: Path, *, patience: float = 60, port: int = 0, command: Sequence[str] = prism.COMMAND) -> None:
    with Prism.mock(spec, manifest=None, patience=patience, port=port, command=command):
        pass


def get(base_url: str, path: str) -> tuple[int, bytes, str | None]:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("sl-violations")
    finally:
        connection.close()


def refuses_connections(base_url: str) -> bool:
    address = urlsplit(base_url)
    with socket.socket() as caller:
        return caller.connect_ex((address.hostname, address.port)) != 0


def test_a_mock_serves_the_paths_of_the_spec_without_the_base_path(spec: Path) -> None:
    with Prism.mock(spec, manifest=None) as mock:
        assert get(mock.base_url, "/greeting")[:2] == (200, b'{"text":"hello"}')
        assert get(mock.base_url, "/api/v3/greeting")[0] == 404


def test_a_mock_is_gone_after_the_block(spec: Path) -> None:
    with Prism.mock(spec, manifest=None) as mock:
        pass
    assert refuses_connections(mock.base_url)


def test_a_busy_port_is_named(spec: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(PrismError, match=f"Port {port} is busy"):
            start(spec, port=port)


def test_a_spec_that_prism_cannot_read_is_shown_with_the_log(tmp_path: Path) -> None:
    with pytest.raises(PrismError, match=r"(?s)ended before it got ready.*no such file"):
        start(tmp_path / "missing.yaml")


class Upstream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"text": 7, "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/base"
        server.shutdown()


def test_a_proxy_turns_a_wrong_answer_of_its_upstream_into_an_error(spec: Path, upstream: str) -> None:
    with Prism.proxy(spec, upstream, manifest=None) as proxy:
        status, body, _ = get(proxy.base_url, "/greeting")
    assert status == 500
    assert b"VIOLATIONS" in body


def test_a_proxy_without_errors_passes_on_and_names_the_violation_in_a_header(spec: Path, upstream: str) -> None:
    with Prism.proxy(spec, upstream, errors=False, manifest=None) as proxy:
        status, body, violations = get(proxy.base_url, "/greeting")
    assert (status, json.loads(body)) == (200, {"text": 7, "path": "/base/greeting"})
    assert violations is not None
    assert json.loads(violations)[0]["location"] == ["response", "body", "text"]


def test_the_whole_group_ends_when_the_block_is_left_by_an_exception(spec: Path) -> None:
    mocks = []

    def interrupted() -> None:
        with Prism.mock(spec, manifest=None, command=stand_in(CHILD_SERVES)) as mock:
            mocks.append(mock)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert refuses_connections(mocks[0].base_url)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_whole_group_ends_when_python_is_killed(spec: Path, number: signal.Signals) -> None:
    script = f"""
        from pathlib import Path
        from doubles.prism import Prism
        import signal
        with Prism.mock(Path({str(spec)!r}), manifest=None, command={stand_in(CHILD_SERVES)!r}) as mock:
            print(mock.base_url, flush=True)
            signal.pause()
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(prism.__file__).parents[1])}
    with subprocess.Popen(stand_in(script), stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        with socket.create_connection((address.hostname, address.port), timeout=30) as caller:
            process.send_signal(number)
            # The system closes what a process held when it ends, and only then.
            with suppress(ConnectionResetError):
                assert caller.recv(1) == b""


def test_the_log_is_shown_when_prism_dies(spec: Path) -> None:
    command = stand_in("print('the reason why'); raise SystemExit(3)")
    with pytest.raises(PrismError, match=r"(?s)ended before it got ready.*the reason why"):
        start(spec, command=command)


def test_prism_that_never_gets_ready_is_given_up(spec: Path) -> None:
    with pytest.raises(PrismError, match=r"did not get ready within 0\.1 s"):
        start(spec, patience=0.1, command=stand_in("import signal; signal.pause()"))


def test_an_address_that_does_not_answer_is_not_ready(spec: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{holder.getsockname()[1]}"
        command = stand_in(f"import signal; print('Prism is listening on {address}', flush=True); signal.pause()")
        with pytest.raises(PrismError, match="does not answer"):
            start(spec, command=command)


def test_a_machine_without_node_is_told_what_to_install(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PrismError, match="install Node"):
        start(spec)


def test_a_checkout_without_node_modules_is_told_what_to_run(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prism, "ROOT", tmp_path)
    with pytest.raises(PrismError, match="npm ci"):
        start(spec)


def test_the_spec_of_the_client_is_accepted() -> None:
    prism.check_same_spec(prism.SPEC, prism.MANIFEST)


def test_a_spec_that_the_client_was_not_made_from_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "openapi.yaml"
    changed.write_bytes(prism.SPEC.read_bytes() + b"\n")
    with pytest.raises(PrismError, match="make generate"), Prism.mock(changed):
        pass
