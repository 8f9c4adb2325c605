"""No report holds a credential, nor anything of an order that the run did not make, wherever it stood."""

import json
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from kill_matrix.damage import answering
from orders.factory import address, order
from runs import proxies
from sendcloud_orders_sandbox import Credentials, Sandbox
from suite.answer import Reply
from suite.blanking import BLANK, Blanking, blank_words, without_strangers, words_of_strangers
from suite.exchange import Exchange

ROOT = Path(__file__).resolve().parents[2]
KEY, SECRET = "planted-key-7f3a/+", "planted secret é 9c02"
PAIR = b64encode(f"{KEY}:{SECRET}".encode()).decode()
TOKEN = "eyJhbGciOi.planted-token"
PERSON = "Somebody Else-Entirely"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"user {KEY}, password {SECRET}",
        json.dumps({"key": KEY, "secret": SECRET}),
        f"https://host/api/v3?a={quote(SECRET, safe='')}",
        f"Authorization: Basic {PAIR}",
        repr({"authorization": f"Basic {PAIR}"}),
    ],
)
def test_a_known_credential_is_blanked_in_any_spelling(text: str) -> None:
    found = Blanking([KEY, SECRET])(text)
    assert BLANK in found
    assert [part for part in (KEY, SECRET, PAIR, "planted", "9c02") if part in found] == []


@pytest.mark.parametrize(
    "text",
    [
        "https://user:unknown-word@host/api",
        f"Basic {b64encode(b'user:unknown-word').decode()}",
        "Bearer unknown-word-of-a-token",
        "grant_type=client_credentials&client_secret=unknown-word&scope=api",
        '{"access_token": "unknown-word", "expires_in": 3600}',
        "{'client_secret': 'unknown-word'}",
        r"{\"refresh_token\": \"unknown-word\"}",
    ],
)
def test_what_looks_like_a_credential_is_blanked_though_nobody_knows_it(text: str) -> None:
    found = Blanking()(text)
    assert BLANK in found
    assert "unknown-word" not in found
    assert b64encode(b"user:unknown-word").decode() not in found


@pytest.mark.parametrize("text", ["HTTP Basic authentication", '{"order_id": "A-1"}', "https://host/a@b", "the bearer"])
def test_what_is_no_credential_stays(text: str) -> None:
    assert Blanking([KEY, SECRET])(text) == text


def ours(row: Any) -> bool:
    return isinstance(row, dict) and str(row.get("order_id", "")).startswith("contract-")


OWN = {"id": 1, "order_id": "contract-1", "order_number": "N-1"}
FOREIGN = {"id": 2, "order_id": "shop-77", "order_number": "N-77", "shipping_address": {"name": PERSON}}


def test_rows_that_are_not_ours_are_told_by_their_number() -> None:
    found = without_strangers({"data": [FOREIGN, OWN, FOREIGN, FOREIGN]}, ours)
    assert found == {"data": ["[an order of somebody else]", OWN, "[2 orders of somebody else]"]}


def test_an_order_that_is_not_ours_is_not_told() -> None:
    assert without_strangers({"data": FOREIGN}, ours) == {"data": "[an order of somebody else]"}
    assert without_strangers({"data": OWN}, ours) == {"data": OWN}


def test_errors_are_told_in_full() -> None:
    assert without_strangers({"errors": [{"code": "invalid"}]}, ours) == {"errors": [{"code": "invalid"}]}


def test_what_a_message_quotes_of_other_peoples_orders_is_blanked() -> None:
    content = json.dumps({"data": [FOREIGN]}).encode()
    words = words_of_strangers(content, ours)
    for message in (f"assert {PERSON!r} in []", f"got {content[:60]!r}", "assert ['shop-77'] == ['contract-1']"):
        found = blank_words(message, words)
        assert [word for word in (PERSON, "shop-77", "N-77") if word in found] == []
    assert blank_words("assert ['Somebody El...-Entirely', 7] == []", words) == "assert ['...', 7] == []"
    assert blank_words("assert ['shop-77'] == ['contract-1']", words).endswith("== ['contract-1']")


def test_an_answer_that_breaks_off_in_an_order_of_somebody_else_is_not_told() -> None:
    content = json.dumps({"data": [FOREIGN]}).encode()[:70]
    shown = Exchange.of(Reply("GET", "/orders", 200, httpx.Headers(), content), ours, Blanking())
    assert "shop-77" not in str(shown)


def test_a_command_takes_the_credentials_from_the_environment() -> None:
    asked = httpx.Headers({"Authorization": f"Basic {PAIR}", "Content-Type": "application/json", "X-Partner": "p"})
    reply = Reply("POST", "/orders?a=b c", 201, httpx.Headers(), b"", b'[{"a": "it\'s"}]', asked)
    assert Exchange.of(reply, ours, Blanking([KEY, SECRET])).curl == (
        "curl -X POST -H 'content-type: application/json' -H 'x-partner: p' --data-raw '[{\"a\": \"it'\"'\"'s\"}]'"
        ' -u "$SENDCLOUD_PUBLIC_KEY:$SENDCLOUD_SECRET_KEY" "$TARGET"\'/orders?a=b c\''
    )


def test_a_command_without_credentials_names_none() -> None:
    shown = Exchange.of(Reply("GET", "/orders", 401, httpx.Headers(), b""), ours, Blanking([KEY, SECRET]))
    assert "-u" not in shown.curl


# ---------------------------------------------------------------------- a whole run


CONFTEST = """
from pathlib import Path
pytest_plugins = ["suite.conftest"]
def pytest_addoption(parser):
    parser.addoption("--reports", type=Path)
"""
PLANTED = f"""
from base64 import b64encode
import pytest

@pytest.fixture
def failing(target):
    raise RuntimeError(f"the fixture has {{target.secret_key}}")

def test_in_everything(target):
    pair = b64encode(f"{{target.public_key}}:{{target.secret_key}}".encode()).decode()
    print("captured", target.secret_key, pair)
    answer = target.send("GET", "/orders", params=[("client_secret", target.secret_key)], valid=False, checked=False)
    where = f"https://{{target.public_key}}:{{target.secret_key}}@host/"
    assert answer.content == b"", f"{{where}} Authorization: Basic {{pair}} Bearer {TOKEN} {{answer.content!r}}"

def test_in_a_chain(target):
    try:
        raise ValueError(target.secret_key)
    except ValueError as error:
        raise RuntimeError(f"client_secret={{target.secret_key}}") from error

def test_in_a_reason(target):
    pytest.skip(f"without {{target.secret_key}}")

def test_in_a_fixture(target, failing): ...

def test_of_others(target):
    rows = [row for page in target.pages() for row in page.json["data"]]
    assert [row["shipping_address"]["name"] for row in rows] == []
"""


@dataclass(frozen=True)
class Run:
    printed: str
    reports: dict[str, str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run tests that tell all they know, on a server that sends back what it was sent."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_planted.py").write_text(PLANTED)

    def echo(response: Response) -> Response:
        document = json.loads(bytes(response.body))
        return JSONResponse({**document, "you_sent": {"authorization": f"Basic {PAIR}", "secret": SECRET}})

    with pytest.MonkeyPatch.context() as patch, Sandbox(credentials=Credentials(KEY, SECRET)) as sandbox:
        with proxies.client(sandbox.base_url, auth=(KEY.encode(), SECRET.encode())) as http:
            people = [order(f"shop-{n}", 41, shipping_address=address(name=PERSON)) for n in range(3)]
            http.post(f"{sandbox.base_url}/orders", json=people).raise_for_status()
        answering(patch, "GET /orders", echo)
        for name, value in {**sandbox.environ, "TARGET": sandbox.base_url}.items():
            patch.setenv(name, value)
        command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider", "-n0"]
        done = subprocess.run(
            [*command, f"--rootdir={folder}", f"--reports={folder}/reports", str(folder)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
    texts = {path.name: path.read_text() for path in (folder / "reports").iterdir() if path.is_file()}
    return Run(done.stdout + done.stderr, texts)


def test_the_planted_run_told_all_that_it_could(run: Run) -> None:
    assert {*run.reports} == {"contract.html", "contract.xml", "verdict.txt"}, run.printed
    assert "4 failed, 1 skipped" in run.printed.replace("3 failed, 1 skipped, 1 error", "4 failed, 1 skipped")
    assert BLANK in run.reports["contract.html"]
    assert "[3 orders of somebody else]" in run.reports["contract.html"]


@pytest.mark.parametrize("spelling", [KEY, SECRET, PAIR, TOKEN, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1]])
def test_no_report_and_no_line_holds_a_planted_credential(run: Run, spelling: str) -> None:
    assert [name for name, text in run.reports.items() if spelling in text] == []
    assert spelling not in run.printed


@pytest.mark.parametrize("word", [PERSON, PERSON[:6], PERSON[-6:], "shop-1"])
def test_no_report_and_no_line_holds_anything_of_other_people(run: Run, word: str) -> None:
    assert [name for name, text in run.reports.items() if word in text] == []
    assert word not in run.printed
