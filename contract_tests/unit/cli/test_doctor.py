"""`doctor` and `integrations` say how things stand, and `sandbox` starts one."""

from __future__ import annotations

import json
import re
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doubles.cli_runs import COLUMNS, CommandLine, Run, on_a_terminal, plain, process
from doubles.sandbox_client import Api
from orders.factory import order
from sendcloud_orders import AuthenticationError, ConfigurationError, PaceLimits, PermissionDeniedError, TransportError
from sendcloud_orders_api.models import ShopIntegration
from sendcloud_orders_cli import diagnosis
from sendcloud_orders_cli.diagnosis import Level
from sendcloud_orders_sandbox import Sandbox

pytestmark = [pytest.mark.one_python, pytest.mark.usefixtures("sandbox")]

BROKEN = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
SHOPS = [
    ShopIntegration(id=41, shop_name="Invented Teas", type_="api"),
    ShopIntegration(id=68, type_="shopify"),
    ShopIntegration(id=70, type_="api", started_failing_at=BROKEN),
]


def found(run: Run) -> dict[str, tuple[str, str]]:
    """Read the findings by their topics."""
    return {topic: (level, said) for level, topic, said in run.lines}


def of_shops(wanted: str | None, shops: list[ShopIntegration] = SHOPS) -> list[tuple[str, str]]:
    return [
        (one.level.value, f"{one.topic} {one.said} {one.advice}") for one in diagnosis.of_integrations(shops, wanted)
    ]


def test_a_set_up_that_is_well_is_ok_and_costs_a_few_reads(
    cli: CommandLine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDCLOUD_INTEGRATION_IDS", "41")
    run = cli("doctor")
    assert (run.status, run.stderr) == (0, "")
    assert {level for level, _ in found(run).values()} == {"ok"}
    assert set(found(run)) == {
        *("version", "pace", "credentials", "base URL", "proxy", "keys", "clock", "integration 41"),
    }
    assert sandbox.base_url in found(run)["base URL"][1]
    assert "not the service itself" in found(run)["base URL"][1]
    assert len(sandbox.requests) == 3
    assert sandbox.secret_key not in run.stdout


def test_what_is_not_there_fails_with_what_to_do(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDCLOUD_INTEGRATION_IDS", "41,99,shop")
    run = cli("doctor")
    assert run.status == 1
    assert found(run)["integration 41"][0] == "ok"
    level, said = found(run)["integration 99"]
    assert (level, "no such integration -> Correct SENDCLOUD_INTEGRATION_IDS; there are 41 (api)" in said) == (
        "fail",
        True,
    )
    assert found(run)["SENDCLOUD_INTEGRATION_IDS"] == (
        "fail",
        "'shop' is no id -> Write ids with commas between them, such as 41,68.",
    )


@pytest.mark.parametrize(
    ("variables", "topic", "advice"),
    [
        ({"SENDCLOUD_SECRET_KEY": "wrong-s3cret"}, "keys", "Copy both keys anew"),
        ({"SENDCLOUD_SECRET_KEY": ""}, "settings", "SENDCLOUD_SECRET_KEY is empty"),
        ({"SENDCLOUD_BASE_URL": "http://service.example/api/v3"}, "settings", "use https"),
        ({"SENDCLOUD_CREDENTIALS_FILE": "nowhere"}, "settings", "nowhere cannot be read"),
    ],
)
def test_a_wrong_setting_is_a_finding_like_the_others(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], topic: str, advice: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    run = cli("doctor")
    level, said = found(run)[topic]
    assert (run.status, run.stderr, level) == (1, "", "fail")
    assert advice in said
    assert "s3cret" not in run.stdout


def test_a_wrong_path_and_a_server_that_is_not_there_are_told_apart(
    cli: CommandLine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDCLOUD_BASE_URL", sandbox.base_url.removesuffix("/api/v3"))
    assert "Correct SENDCLOUD_BASE_URL" in found(cli("doctor"))["service"][1]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("SENDCLOUD_BASE_URL", f"http://127.0.0.1:{port}/api/v3")
    assert "Check the host of SENDCLOUD_BASE_URL" in found(cli("doctor"))["service"][1]


def test_files_are_counted_and_one_that_cannot_be_read_fails(cli: CommandLine, tmp_path: Path) -> None:
    tmp_path.joinpath("orders.ndjson").write_text(f"{json.dumps(order())}\n" * 1413)
    tmp_path.joinpath("empty.csv").touch()
    run = cli("doctor", "orders.ndjson", "empty.csv", "nowhere.csv", "orders.pdf")
    assert run.status == 1
    assert found(run)["orders.ndjson"] == (
        "ok",
        "1,413 orders: at least 2 s to push them, at least 14 min 00 s to buy a label for each",
    )
    assert found(run)["empty.csv"][0] == "warn"
    assert [line[2].partition(":")[0] for line in run.lines if line[1] == "settings"] == [
        "nowhere.csv cannot be read",
        "say which format 'orders.pdf' has",
    ]


@pytest.mark.parametrize(
    ("apart", "level", "said"),
    [
        (0, "ok", "right"),
        (4, "ok", "right"),
        (-20, "ok", "20 s behind"),
        (40, "warn", "40 s ahead of"),
        (-40, "warn", "behind"),
    ],
)
def test_the_clock_is_held_against_the_server_s(apart: float, level: str, said: str) -> None:
    finding = diagnosis.of_clock(1000.0 + apart, 1000.0)
    assert (finding.level, said in finding.said, bool(finding.advice)) == (level, True, level == "warn")
    assert diagnosis.of_clock(1000.0, None).level is Level.WARN


def test_integrations_are_held_against_those_that_are_set() -> None:
    ((level, said),) = of_shops("41")
    assert (level, "Invented Teas" in said) == ("ok", True)
    ((level, said),) = of_shops(" 68 ")
    assert (level, "of the type shopify" in said) == ("warn", True)
    ((level, said),) = of_shops("70")
    assert (level, "fails since 2026-11-01T03:00+00:00" in said) == ("warn", True)
    assert [level for level, _ in of_shops("41,,5")] == ["ok", "fail", "fail"]


def test_without_set_ids_all_integrations_are_looked_at() -> None:
    assert [level for level, _ in of_shops(None)] == ["ok", "warn"]
    assert "41 (api), 68 (shopify), 70 (api)" in of_shops("")[0][1]
    assert [level for level, _ in of_shops(None, SHOPS[1:2])] == ["ok", "warn"]
    assert [level for level, _ in of_shops(None, [])] == ["fail"]


def test_proxies_are_named_by_their_variables_and_never_shown() -> None:
    proxies = {"https": "http://user:s3cret@proxy.example:3128", "no": "intern.example"}
    said = diagnosis.of_proxies("https://service.example/api/v3", proxies).said
    assert "https_proxy" in said
    assert "intern.example" in said
    assert "s3cret" not in said
    assert "directly" in diagnosis.of_proxies("http://127.0.0.1:8000/api/v3", {"http": "x"}).said
    assert diagnosis.of_proxies("https://service.example/api/v3", {}).said == "none is set"


def test_what_a_key_may_not_do_is_said_with_the_scope_that_it_lacks() -> None:
    assert "read:order" in diagnosis.of_access(PermissionDeniedError(403, "list_orders")).advice
    assert diagnosis.of_access(AuthenticationError(401, "list_orders")).topic == "keys"
    of_integrations = diagnosis.of_integrations_error(PermissionDeniedError(403, "list_integrations"))
    assert (of_integrations.level, "read:integration" in of_integrations.advice) == (Level.WARN, True)


@pytest.mark.parametrize(
    ("status", "advised", "not_advised"),
    [(404, "Correct SENDCLOUD_TOKEN_URL", "secret"), (401, "client id and the secret", "instead")],
)
def test_a_token_that_is_refused_is_a_matter_of_its_endpoint_or_of_client_id_and_secret(
    status: int, advised: str, not_advised: str
) -> None:
    advice = diagnosis.of_access(AuthenticationError(status, "token")).advice
    assert advised in advice
    assert not_advised not in advice


def test_a_scope_that_there_is_not_does_not_lead_to_the_base_url() -> None:
    assert "BASE_URL" not in diagnosis.of_access(ConfigurationError("invalid_scope: check the scope.")).advice


def test_a_token_endpoint_that_cannot_be_reached_is_looked_for_where_its_url_stands() -> None:
    assert "SENDCLOUD_TOKEN_URL" in diagnosis.of_access(TransportError("no connection", sent=False)).advice


@pytest.mark.parametrize(
    ("orders", "push", "labels"),
    [(1, "seconds", "seconds"), (1300, "seconds", "12 min 53 s"), (1_000_000, "1 h 39 min", "166 h 39 min")],
)
def test_how_long_a_file_takes_is_reckoned_from_the_rate_limit(orders: int, push: str, labels: str) -> None:
    said = diagnosis.of_file("orders.csv", orders, PaceLimits()).said
    to_push, _, to_label = said.partition(" to push them, ")
    assert push in to_push
    assert labels in to_label


@pytest.mark.parametrize("url", ["https://panel.sendcloud.sc/api/v3", "https://eu.sendcloud.com/api/v3"])
def test_the_service_itself_is_recognized(url: str) -> None:
    assert "the service itself" in diagnosis.of_base_url(url).said
    assert "not the service" not in diagnosis.of_base_url(url).said
    assert "not the service" in diagnosis.of_base_url("https://sendcloud.sc.example/api/v3").said


def test_integrations_are_listed_for_programs(cli: CommandLine) -> None:
    assert cli("integrations") == (
        0,
        "41\tInvented Teas\tapi\t\n68\tInvented Lamps\tshopify\t2026-11-01 03:00+00:00\n",
        "",
    )
    first, second = map(json.loads, cli("integrations", "--json").stdout.splitlines())
    assert (first["id"], first["type"], second["id"]) == (41, "api", 68)


@pytest.mark.one_python
@pytest.mark.other_process
def test_on_a_terminal_of_80_columns_findings_and_integrations_fit(sandbox: Sandbox) -> None:
    for command, heading in (("doctor", r"^ok +version "), ("integrations", "Name")):
        status, shown = on_a_terminal(command, env=sandbox.environ)
        assert status == 0
        assert re.search(heading, plain(shown), re.MULTILINE)
        assert max(map(len, plain(shown).splitlines())) <= COLUMNS


@pytest.mark.one_python
@pytest.mark.other_process
def test_the_sandbox_takes_its_own_arguments_and_ends_as_it_ends() -> None:
    with process("sandbox", "--integrations", "7", env={}) as started:
        assert started.stdout
        assert started.stdout.readline().startswith("export SENDCLOUD_BASE_URL=http://127.0.0.1:")
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=20)
    assert (started.returncode, errors) == (0, "")
    with process("sandbox", "--policy", "ids=roman", env={}) as wrong:
        _, errors = wrong.communicate(timeout=20)
    assert (wrong.returncode, errors.count("\n")) == (2, 1)


def test_without_its_extra_the_sandbox_says_what_to_install(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends(*_: object, **__: object) -> None:
        raise SystemExit("sandbox: it needs uvicorn: pip install '.[sandbox]'")

    monkeypatch.setattr("runpy.run_module", ends)
    run = cli("sandbox", "--help")
    assert (run.status, run.stdout) == (2, "")
    assert "pip install '.[sandbox]'" in run.stderr


def test_all_commands_explain_themselves_in_80_columns(cli: CommandLine, api: Api) -> None:
    for command in ("list", "get", "find", "update", "delete", "watch", "label", "integrations", "doctor"):
        run = cli(command, "--help")
        assert run.status == 0
        assert max(map(len, run.stdout.splitlines())) <= COLUMNS
