"""What a probe asks and costs, what it refuses to run with, and what it leaves behind."""

import contextlib
import os
import signal
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doubles.process_group import started
from ledger import RULES
from probe import __main__ as command
from probe import questions
from probe.asking import ask, ask_all
from probe.cost import cost_of
from probe.lab import Lab
from probe.question import NEVER_ASKED, QUESTIONS, Seen
from sendcloud_orders_sandbox import Policies, Rules, Sandbox
from sendcloud_orders_sandbox.problems import RefusedError, scope_missing
from suite.settings import SettingsError
from suite.target import Target, is_conflict

ROOT = Path(__file__).resolve().parents[2]
# What happens now and then, and answers no question.
MOODS = {"throttle_every", "throttle_seconds", "conflict_every"}
PATIENCE = 60.0
assert questions


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def settings(sandbox: Sandbox, **more: str) -> dict[str, str]:
    return {**sandbox.environ, "TARGET": sandbox.base_url, **more}


# ---------------------------------------------------------------------- what is asked


def test_each_policy_has_a_question_and_each_question_a_policy() -> None:
    assert QUESTIONS.keys() == set(Policies.__struct_fields__) - MOODS - NEVER_ASKED


@pytest.mark.parametrize("policy", sorted(NEVER_ASKED))
def test_what_takes_a_label_is_never_asked(policy: str) -> None:
    with pytest.raises(SettingsError, match=f"costs money: {policy}$"):
        command.chosen_of(f"key_twice,{policy}")


def test_a_probe_makes_no_label(sandbox: Sandbox) -> None:
    with closing(Target("sandbox", sandbox.base_url, sandbox.public_key, sandbox.secret_key, labels=False)) as target:
        list(ask_all(target, QUESTIONS.values()))
        target.clean_up()
    assert sandbox.shipments() == []


@pytest.mark.parametrize("policy", QUESTIONS)
def test_a_question_is_one_and_names_rows_of_the_ledger(policy: str) -> None:
    question = QUESTIONS[policy]
    assert question.text.endswith("?")
    assert question.rows
    assert [row for row in question.rows if row not in RULES] == []


def test_only_chooses_questions() -> None:
    chosen = command.chosen_of("page_size, key_twice")
    assert [question.policy for question in chosen] == ["key_twice", "page_size"]


def test_only_refuses_an_unknown_question_and_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no question: key_thrice; the questions are: .*key_twice.*retry_after$"):
        command.chosen_of("key_twice,key_thrice")


# ---------------------------------------------------------------------- what it costs


@pytest.mark.parametrize("policies", [{}, {"key_twice": "conflict", "unknown_id": "create", "page_size": "reject"}])
def test_all_questions_together_cost_no_more_than_was_said(sandbox: Sandbox, policies: dict[str, Any]) -> None:
    sandbox.policies = Policies().changed(**policies)
    target = Target("sandbox", sandbox.base_url, sandbox.public_key, sandbox.secret_key)
    try:
        findings = list(ask_all(target, QUESTIONS.values()))
        stored = len(sandbox.orders())
    finally:
        target.clean_up()
    reads = sum(reply.method == "GET" for reply in target.exchanges)
    sent = sum(len(reply.sent) for reply in target.exchanges)
    cost = cost_of([finding.question for finding in findings])
    assert stored <= cost.orders
    assert len(target.exchanges) - reads <= cost.writes
    assert reads <= cost.reads
    assert sent <= cost.sends


@pytest.mark.parametrize("policy", QUESTIONS)
def test_one_question_alone_costs_no_more_than_was_said(sandbox: Sandbox, policy: str) -> None:
    target = Target("sandbox", sandbox.base_url, sandbox.public_key, sandbox.secret_key)
    try:
        (finding,) = ask_all(target, [QUESTIONS[policy]])
        stored = len(sandbox.orders())
    finally:
        target.clean_up()
    cost = cost_of([finding.question])
    reads = sum(reply.method == "GET" for reply in target.exchanges)
    conflicts = sum(is_conflict(reply) for reply in target.exchanges)
    assert (stored <= cost.orders, reads <= cost.reads) == (True, True)
    assert len(target.exchanges) - reads - conflicts <= cost.writes


def test_the_cost_is_said_before_anything_is_sent(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--reports", str(tmp_path)], settings(sandbox, ONLY="empty_list")) == 0
    first, *_ = " ".join(capsys.readouterr().err.split()).split("[1/1]")
    cost = cost_of([QUESTIONS["empty_list"]])
    assert f"{cost.writes} writes" in first
    assert f"{cost.minutes:.1f} minutes" in first


# ---------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"TARGET": ""}, "TARGET names no server"),
        ({"TARGET": "panel"}, "TARGET must be a base URL"),
        ({"TARGET": "https://panel.sendcloud.sc/api/v3"}, "Say CONFIRM=yes"),
        ({"SENDCLOUD_SECRET_KEY": ""}, "SENDCLOUD_SECRET_KEY is not"),
        ({"ONLY": "nothing"}, "ONLY names no question"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_before_anything_is_sent(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: dict[str, str], told: str
) -> None:
    assert command.main(["--reports", str(tmp_path)], settings(sandbox, **wrong)) == 2
    assert told in capsys.readouterr().err
    assert sandbox.requests == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"TARGET": "http://127.0.0.1:1/api/v3"}, "TARGET cannot be reached"),
        ({"SENDCLOUD_SECRET_KEY": "wrong"}, "TARGET refuses the credentials with 401"),
        ({"TARGET": "{}/other"}, "is http://127.0.0.1"),
    ],
)
def test_a_target_that_lists_no_orders_is_not_asked_anything(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: dict[str, str], told: str
) -> None:
    given = {name: value.format(sandbox.base_url) for name, value in wrong.items()}
    assert command.main(["--reports", str(tmp_path)], settings(sandbox, **given)) == 2
    assert told in capsys.readouterr().err
    assert [request for request in sandbox.requests if request.method != "GET"] == []


# ---------------------------------------------------------------------- how it ends


def test_a_run_leaves_reports_and_no_order(sandbox: Sandbox, tmp_path: Path) -> None:
    assert command.main(["--reports", str(tmp_path)], settings(sandbox, ONLY="key_twice,mail,ids")) == 0
    assert sandbox.orders() == []
    assert tomllib.loads((tmp_path / "probe.toml").read_text())["policies"] == {
        "key_twice": "reject",
        "mail": "international",
        "ids": "string",
    }
    assert {"probe.toml", "probe.json", "probe.html"} <= {path.name for path in tmp_path.iterdir()}


def test_what_cannot_be_taken_back_is_an_error_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Keeping(Rules):
        def delete(self, path_id: str) -> None:
            raise RefusedError(scope_missing())

    with Sandbox(rules=Keeping) as sandbox:
        environment = settings(sandbox, ONLY="partner_ids", SENDCLOUD_PATIENCE="0.1")
        assert command.main(["--reports", str(tmp_path)], environment) == 1
        (kept,) = sandbox.orders()
    told = f"order {kept['id']} ({kept['order_id']}) could not be deleted"
    assert told in " ".join(capsys.readouterr().out.split())
    assert told in (tmp_path / "probe.toml").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_takes_its_orders_back_and_reports(number: signal.Signals, tmp_path: Path) -> None:
    reached = threading.Event()

    class Watched(Rules):
        def upsert(self, body: Any) -> Any:
            references = super().upsert(body)
            if len(body) == 1 and "probe_unknown" in body[0]:
                # The order is stored, and the run is interrupted while it waits for the answer.
                reached.set()
            return references

    with Sandbox(policies=Policies(unknown_fields="store"), rules=Watched) as sandbox:
        sandbox.faults.at(3, "slow:30", method="POST")
        environment = {**os.environ, **settings(sandbox, ONLY="success_status,empty_list,unknown_fields,mail")}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        command_line = [sys.executable, "-m", "probe", "--reports", str(tmp_path)]
        with started(command_line, environment, ROOT) as run:
            assert reached.wait(PATIENCE), "the probe did not get half-way"
            os.killpg(run.pid, number)
            output, _ = run.communicate(timeout=PATIENCE)
        assert run.returncode == 1, output
        assert "cut short: 2 of 4 questions were not asked" in " ".join(output.split())
        assert sandbox.orders() == []
    assert tomllib.loads((tmp_path / "probe.toml").read_text())["policies"] == {
        "success_status": 201,
        "empty_list": "reject",
    }


def test_an_order_that_breaks_the_spec_does_not_stay_until_the_end_of_the_run() -> None:
    with Sandbox(policies=Policies(unknown_fields="store", import_fields="reject")) as sandbox:
        keys = sandbox.public_key, sandbox.secret_key
        with contextlib.closing(
            Target("foreign", sandbox.base_url, *keys, integrations=tuple(sandbox.integrations))
        ) as target:
            assert ask(QUESTIONS["import_fields"], Lab(target)).answer == Seen("reject")
        items = [item for order in sandbox.orders() for item in order["order_details"]["order_items"]]
    assert [item["dds_reference"] for item in items if not isinstance(item.get("dds_reference", ""), str)] == []
