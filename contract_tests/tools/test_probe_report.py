"""What a probe leaves: policies that the sandbox reads, and no secret and no order of other people anywhere."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from probe import questions
from probe.asking import Finding, ask_all
from probe.blanking import SOMEBODY_ELSES, Blanks
from probe.question import QUESTIONS, Answer, Neither, NotSeen, Seen
from probe.report import WIDTH, Report
from probe.standing import standing
from sendcloud_orders_sandbox import Policies, Sandbox
from suite.answer import Reply
from suite.blanking import BLANK
from suite.target import Target

PUBLIC, SECRET = "public-key-5aZ", "secret/key+9qW"
PAIR = b64encode(f"{PUBLIC}:{SECRET}".encode()).decode()
SECRETS = (PUBLIC, SECRET, PAIR, "secret%2Fkey%2B9qW")
STRANGER = {"id": 5, "order_id": "shop-77", "order_number": "1077", "shipping_address": {"name": "Jane Stranger"}}
DAY = date(2026, 11, 28)
assert questions


@pytest.fixture
def target() -> Iterator[Target]:
    with closing(Target("foreign", "https://host.example/api/v3", PUBLIC, SECRET)) as found:
        yield found


def exchange(target: Target, answer: Any = None, *, path: str = "/orders", **more: Any) -> Reply:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    headers = httpx.Headers(more.get("headers", {}))
    sent = json.dumps(more.get("sent", [])).encode()
    return Reply("GET", path, 200, headers, content, sent, httpx.Headers(more.get("own", {})))


def written(target: Target, folder: Path, answer: Answer, *evidence: Reply, policy: str = "ids") -> dict[str, str]:
    """Write and show a report of one answer, and return each of its parts as text."""
    report = Report(target, [Finding(QUESTIONS[policy], answer, list(evidence))], 1, [], DAY)
    report.write(folder)
    console = Console(file=StringIO(), width=WIDTH, record=True)
    report.show(console)
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return files | {"terminal": console.export_text()}


# ---------------------------------------------------------------------- nothing that is not ours to show


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("where", ["answer", "text", "name", "sent", "path", "link", "own header", "neither"])
def test_a_credential_is_blanked_wherever_a_server_repeats_it(
    target: Target, tmp_path: Path, secret: str, where: str
) -> None:
    planted = {
        "answer": lambda: exchange(target, {"errors": [{"detail": f"who is {secret}?"}]}),
        "text": lambda: exchange(target, f"<h1>{secret}</h1>".encode()),
        "name": lambda: exchange(target, {secret: 1}),
        "sent": lambda: exchange(target, sent=[{"order_id": f"{target.run}1", "notes": secret}]),
        "path": lambda: exchange(target, path=f"/orders?key={secret}"),
        "link": lambda: exchange(target, headers={"Link": f'<https://{secret}@host/orders?a={secret}>; rel="next"'}),
        "own header": lambda: exchange(target, own={"Sendcloud-Partner-Id": secret}),
        "neither": lambda: exchange(target),
    }[where]()
    answer = Neither(f"it says {secret}") if where == "neither" else Seen("string")
    parts = written(target, tmp_path, answer, planted)
    assert {name: part for name, part in parts.items() if secret in part} == {}
    assert any(BLANK in part for part in parts.values())


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Set-Cookie", "X-Request-Id"])
def test_headers_that_no_question_is_about_are_left_out(target: Target, tmp_path: Path, name: str) -> None:
    planted = exchange(target, headers={name: "Bearer xyz"}, own={name: "Bearer xyz"})
    assert not any("Bearer xyz" in part for part in written(target, tmp_path, Seen("string"), planted).values())


@pytest.mark.parametrize(
    "data", [STRANGER, [STRANGER], {"order": STRANGER}, [[STRANGER]], [{"name": "Jane Stranger"}], "Jane Stranger"]
)
def test_an_order_of_somebody_else_is_replaced_as_a_whole(target: Target, tmp_path: Path, data: Any) -> None:
    parts = written(target, tmp_path, Seen("string"), exchange(target, {"data": data}))
    assert not any("Stranger" in part or "1077" in part for part in parts.values())
    assert SOMEBODY_ELSES in parts["probe.json"]


def test_an_order_of_our_own_stays(target: Target) -> None:
    own = {**STRANGER, "order_id": f"{target.run}1"}
    assert Blanks(target).answered(json.dumps({"data": [own]}).encode()) == {"data": [own]}


def test_a_cursor_is_blanked_since_it_may_be_made_of_a_row(target: Target) -> None:
    assert Blanks(target).text("<https://host/orders?cursor=cD0xMjM%3D&a=1>") == (
        f"<https://host/orders?cursor={BLANK}&a=1>"
    )


def test_a_mail_address_that_is_not_invented_is_blanked(target: Target) -> None:
    assert Blanks(target).text("jane@shop.nl, jörg@example.com") == f"{BLANK}, jörg@example.com"


def test_of_a_long_list_the_first_rows_are_shown(target: Target) -> None:
    shown = Blanks(target).answered(json.dumps({"data": [STRANGER] * 101}).encode())
    assert shown == {"data": [*[SOMEBODY_ELSES] * 3, "[98 more]"]}


def test_nothing_of_other_peoples_orders_is_in_the_report_of_a_whole_run(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        keys = sandbox.public_key, sandbox.secret_key
        with closing(Target("stranger", sandbox.base_url, *keys)) as stranger:
            for _ in range(2):
                stranger.upsert(*(stranger.order(notes="Jane Stranger") for _ in range(60)))
        with closing(Target("foreign", sandbox.base_url, *keys)) as target:
            findings = list(ask_all(target, QUESTIONS.values()))
            Report(target, findings, len(findings), [], DAY).write(tmp_path)
        everything = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
        pair = b64encode(":".join(keys).encode()).decode()
    assert [secret for secret in (*keys, pair, stranger.run, "Stranger") if secret in everything] == []


# ---------------------------------------------------------------------- what the files say


@pytest.mark.parametrize(
    ("policy", "value"), [("save_lag", 0.7), ("link_base", "https://a.example/v3"), ("extra_fields", True)]
)
def test_what_was_seen_is_a_policy_that_the_sandbox_reads(
    target: Target, tmp_path: Path, policy: str, value: Any
) -> None:
    written(target, tmp_path, Seen(value), policy=policy)
    assert Policies.from_toml(tmp_path / "probe.toml") == Policies(**{policy: value})


@pytest.mark.parametrize("answer", [NotSeen("no\nlag"), Neither("a 500\r\nids = 'number'")])
def test_what_was_not_seen_is_a_comment_on_one_line(target: Target, tmp_path: Path, answer: Answer) -> None:
    text = written(target, tmp_path, answer)["probe.toml"]
    assert Policies.from_toml(tmp_path / "probe.toml") == Policies()
    (line,) = [line for line in text.splitlines() if line.startswith("# ids: ")]
    assert line in ("# ids: not seen: no lag", "# ids: neither: a 500 ids = 'number'")


def test_the_files_name_the_host_and_the_day(target: Target, tmp_path: Path) -> None:
    parts = written(target, tmp_path, Seen("string"))
    for name in ("probe.toml", "probe.json", "probe.html"):
        assert "host.example" in parts[name]
        assert "2026-11-28" in parts[name]


def test_the_page_tells_question_answer_evidence_and_row(target: Target, tmp_path: Path) -> None:
    page = written(target, tmp_path, Seen("string"), exchange(target, {"data": {"id": 669}}))["probe.html"]
    for part in (QUESTIONS["ids"].text, "string", "&#34;id&#34;: 669", "READ-ID", "within what READ-ID allows"):
        assert part in page


@pytest.mark.parametrize(
    ("policy", "answer", "kind"),
    [
        ("success_status", Seen(201), "confirms"),
        ("success_status", Seen(200), "contradicts"),
        ("conflict_while_saving", Seen(True), "confirms"),
        ("conflict_while_saving", Seen(False), "contradicts"),
        ("unknown_id", Seen("reject"), "settles"),
        ("unknown_id", Seen("create"), "settles"),
        ("mail", Seen("ascii"), "settles"),
        ("key_twice", Seen("last"), "settles"),
        ("ids", Seen("number"), "settles"),
        ("unknown_id", Neither("a 500"), "open"),
        ("unknown_id", NotSeen("no"), "open"),
    ],
)
def test_an_answer_contradicts_a_row_that_is_sure_and_reads_otherwise(policy: str, answer: Answer, kind: str) -> None:
    assert standing(Finding(QUESTIONS[policy], answer, [])).kind == kind


def test_the_table_is_no_wider_than_a_terminal(target: Target, tmp_path: Path) -> None:
    answer = Neither("something long " * 20)
    text = written(target, tmp_path, answer, policy="conflict_while_saving")["terminal"]
    assert max(len(line) for line in text.splitlines()) <= WIDTH
