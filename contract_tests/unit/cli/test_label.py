"""`label` buys each label once, and knows what it cost whatever happens."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from doubles.cli_runs import CommandLine, on_a_terminal, process
from doubles.sandbox_client import Api
from orders.factory import Json, address, order
from sendcloud_orders import InvalidRequest, LabelUnreadable, OrderKey, OrdersClient
from sendcloud_orders.label_files import NotWritten, Place
from sendcloud_orders_sandbox import Sandbox

pytestmark = [pytest.mark.one_python, pytest.mark.usefixtures("sandbox")]

SHIPPING = {
    "shipping_address": address(house_number="12"),
    "shipping_details": {
        "measurement": {"weight": {"value": 0.85, "unit": "kg"}},
        "ship_with": {
            "type": "shipping_option_code",
            "properties": {"shipping_option_code": "postnl:standard"},
        },
    },
}


def to_ship(*order_ids: str, integration: int = 41) -> list[Json]:
    return [order(one, integration) | SHIPPING for one in order_ids]


def bought(sandbox: Sandbox) -> list[str]:
    """Name the orders of the shipments that there are."""
    return [str(one["order_id"]) for one in sandbox.shipments()]


def record(folder: Path) -> dict[str, str]:
    """Read the last outcome of each order."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        return {row["order"]: row["outcome"] for row in csv.DictReader(file)}


def wait_for_requests(sandbox: Sandbox, api: Api, count: int) -> None:
    """Wait until so many requests have come, as the window does."""
    seen = {"revision": 0, "requests": 0}
    while seen["requests"] < count:
        seen = api.get(f"{sandbox.control_url}/window/changes", params={"revision": seen["revision"]}).json()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_label_is_bought_saved_recorded_and_told(
    cli: CommandLine, api: Api, sandbox: Sandbox, tmp_path: Path
) -> None:
    api.create(*to_ship("A"))
    run = cli("label", "41/A", "--yes")
    ((outcome, named, file, tracking, reason),) = run.lines
    (shipment,) = sandbox.shipments()
    assert (run.status, outcome, named, file, reason) == (0, "bought", "41/A", "labels/41-A.pdf", "")
    assert tracking == shipment["tracking_number"]
    assert Path(file).read_bytes() == sandbox.label(str(shipment["shipment_id"]))
    assert "1 label to buy, as PDF into labels. Each one costs money." in run.stderr
    assert "1 label to buy: 1 bought, 0 refused, 0 unknown, 0 not asked for." in run.stderr
    assert (files(tmp_path / "labels"), record(tmp_path / "labels")) == (["41-A.pdf", "labels.csv"], {"41/A": "bought"})


@pytest.mark.parametrize(
    ("options", "start"),
    [(["--type", "png"], b"\x89PNG"), (["--type", "zpl"], b"^XA"), (["--type", "png", "--dpi", "150"], b"\x89PNG")],
)
def test_the_form_of_the_label_is_the_one_asked_for(
    cli: CommandLine, api: Api, options: list[str], start: bytes
) -> None:
    api.create(*to_ship("A"))
    ((_, _, file, *_),) = cli("label", "41/A", "--yes", *options).lines
    assert Path(file).suffix == f".{options[1]}"
    assert Path(file).read_bytes().startswith(start)


def test_the_shipping_option_can_be_chosen(cli: CommandLine, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def refuse(self: OrdersClient, key: OrderKey, **options: Any) -> None:
        asked.append(options)
        raise InvalidRequest("No label is wanted here.")

    monkeypatch.setattr(OrdersClient, "create_label", refuse)
    chosen = ("--ship-with", "dhl:express", "--contract", "7", "--apply-shipping-rules")
    assert cli("label", "41/A", "--yes", *chosen).status == 1
    (options,) = asked
    assert options["ship_with"].properties.shipping_option_code == "dhl:express"
    assert options["ship_with"].properties.contract_id == 7
    assert options["apply_shipping_rules"] is True


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.ndjson", "\n".join(json.dumps(one) for one in to_ship("A", "B"))),
        ("orders.json", json.dumps(to_ship("A", "B"))),
        ("keys.csv", "order_id,order_details.integration.id,remark\nA,41,first\nB,41,\n"),
        ("items.csv", "order_id;order_details.integration.id;order_details.order_items.name\nA;41;x\nA;41;y\nB;41;x\n"),
    ],
)
def test_orders_stand_in_a_file_whose_keys_alone_are_read(
    cli: CommandLine, api: Api, sandbox: Sandbox, tmp_path: Path, name: str, content: str
) -> None:
    api.create(*to_ship("A", "B"))
    tmp_path.joinpath(name).write_text(content, encoding="utf-8")
    assert cli("label", "--from", name, "--yes").status == 0
    assert bought(sandbox) == ["A", "B"]


def test_orders_come_from_stdin_and_a_column_that_is_lacking_is_set(
    cli: CommandLine, api: Api, sandbox: Sandbox
) -> None:
    api.create(*to_ship("A"))
    source = ("--from", "-", "--format", "csv", "--set", "order_details.integration.id=41")
    assert cli("label", *source, "--yes", stdin=b"order_id\nA\n").status == 0
    assert bought(sandbox) == ["A"]


def test_an_order_that_is_named_twice_gets_one_label(
    cli: CommandLine, api: Api, sandbox: Sandbox, tmp_path: Path
) -> None:
    api.create(*to_ship("A"))
    tmp_path.joinpath("orders.ndjson").write_text(json.dumps(order("A")))
    run = cli("label", "41/A", "041/A", "--from", "orders.ndjson", "--yes")
    assert (run.status, bought(sandbox)) == (0, ["A"])
    assert "2 orders named more than once" in run.stderr


def test_a_second_run_buys_nothing_that_the_record_knows(cli: CommandLine, api: Api, sandbox: Sandbox) -> None:
    api.create(*to_ship("A", "B"))
    cli("label", "41/A", "--yes")
    run = cli("label", "41/A", "41/B", "--yes")
    assert (run.status, [line[1] for line in run.lines], bought(sandbox)) == (0, ["41/B"], ["A", "B"])
    assert "1 label bought before, as labels/labels.csv says" in run.stderr
    again = cli("label", "41/A", "41/B", "--yes")
    assert (again.status, again.stdout) == (0, "")
    assert "There is nothing to buy." in again.stderr


def test_a_refused_order_keeps_no_other_from_its_label_and_is_tried_again(
    cli: CommandLine, api: Api, sandbox: Sandbox, tmp_path: Path
) -> None:
    api.create(*to_ship("B"))
    run = cli("label", "41/A", "41/B", "--yes")
    assert (run.status, [line[0] for line in run.lines]) == (1, ["refused", "bought"])
    assert "no such order" in run.lines[0][4]
    api.create(*to_ship("A"))
    assert cli("label", "41/A", "41/B", "--yes").status == 0
    assert bought(sandbox) == ["B", "A"]


@pytest.mark.parametrize(
    "fault", ["lost-after", "lost-before", "500", "503-after", "html", "cut-body", "malformed-json"]
)
def test_a_lost_answer_is_unknown_and_never_asked_again_unless_somebody_says_so(
    cli: CommandLine, api: Api, sandbox: Sandbox, tmp_path: Path, fault: str
) -> None:
    api.create(*to_ship("A", "B"))
    before = len(sandbox.requests)
    sandbox.faults.next(fault, method="POST")
    run = cli("label", "41/A", "41/B", "--yes")
    assert (run.status, [line[:2] for line in run.lines]) == (1, [["unknown", "41/A"], ["bought", "41/B"]])
    assert "buy it with --again '41/A'" in run.stderr
    assert record(tmp_path / "labels") == {"41/A": "unknown", "41/B": "bought"}
    once_more = cli("label", "41/A", "41/B", "--yes")
    assert (once_more.status, once_more.stdout) == (1, "")
    assert "41/A: a label may exist" in once_more.stderr
    assert len(sandbox.requests) == before + 2
    assert cli("label", "41/B", "--again", "41/A", "--yes").status == 0
    assert bought(sandbox).count("B") == 1
    assert record(tmp_path / "labels") == {"41/A": "bought", "41/B": "bought"}


def test_a_label_that_is_bought_again_overwrites_none(cli: CommandLine, api: Api, tmp_path: Path) -> None:
    api.create(*to_ship("A"))
    folder = tmp_path / "labels"
    folder.mkdir()
    folder.joinpath("41-A.pdf").write_text("somebody's own")
    assert [cli("label", "--again", "41/A", "--yes").lines[0][2] for _ in range(2)] == [
        "labels/41-A-2.pdf",
        "labels/41-A-3.pdf",
    ]
    assert folder.joinpath("41-A.pdf").read_text() == "somebody's own"


def test_three_unknown_labels_in_a_row_end_the_run(cli: CommandLine, api: Api, sandbox: Sandbox) -> None:
    api.create(*to_ship(*"ABCDE"))
    sandbox.faults.next("500-after", 5, method="POST")
    run = cli("label", *(f"41/{one}" for one in "ABCDE"), "--yes")
    assert (run.status, [line[0] for line in run.lines]) == (1, ["unknown"] * 3)
    assert "3 unknown, 2 not asked for" in run.stderr
    assert "start the same command again" in run.stderr
    assert bought(sandbox) == ["A", "B", "C"]


def test_a_caller_who_is_turned_away_buys_nothing_and_the_rest_is_not_asked_for(
    cli: CommandLine, api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    api.create(*to_ship("A", "B"))
    monkeypatch.setenv("SENDCLOUD_SECRET_KEY", "wrong")
    run = cli("label", "41/A", "41/B", "--yes")
    assert (run.status, [line[0] for line in run.lines]) == (2, ["not sent"])
    assert "0 bought, 0 refused, 0 unknown, 2 not asked for" in run.stderr
    assert (bought(sandbox), record(tmp_path / "labels")) == ([], {"41/A": "not sent"})


def test_nothing_is_bought_unless_somebody_says_so(cli: CommandLine, api: Api, sandbox: Sandbox) -> None:
    api.create(*to_ship("A", "B"))
    run = cli("label", "41/A", "41/B")
    assert (run.status, run.stdout) == (2, "")
    assert "--yes" in run.stderr
    for answer, status in (("n\n", 1), ("\n", 1), ("", 130)):
        run = cli.answering(answer, "label", "41/A", "41/B")
        assert (run.status, run.stdout) == (status, "")
        assert "2 labels to buy, as PDF into labels. Each one costs money." in run.stderr
    assert bought(sandbox) == []
    assert cli.answering("y\n", "label", "41/A").status == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        ([], b"", "Name orders as INTEGRATION/ORDER_ID"),
        (["A"], b"", "no order such as 41/shop-1001"),
        (["41/"], b"", "no order such as"),
        (["shop/A"], b"", "no order such as"),
        (["41/A", "--contract", "7"], b"", "--contract goes with --ship-with"),
        (["41/A", "--type", "gif"], b"", "--type"),
        (["41/A", "--out", "file"], b"", "--out"),
        (["--from", "nowhere.csv"], b"", "nowhere.csv cannot be read: No such file"),
        (["--from", "-"], b"", "--format"),
        (["--from", "-", "--format", "csv"], b"", "there is no order in it"),
        (["--from", "-", "--format", "csv"], b"order_id\nA\n", "stdin:2: it has no key"),
        (["--from", "-", "--format", "ndjson"], b'{"order_id": 5}\n[]\n', "stdin:1: it has no key"),
        (["--from", "-", "--format", "ndjson"], b"{\n", "no JSON"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_asked_for(
    cli: CommandLine, sandbox: Sandbox, tmp_path: Path, arguments: list[str], stdin: bytes, told: str
) -> None:
    tmp_path.joinpath("file").touch()
    run = cli("label", *arguments, "--yes", stdin=stdin)
    assert (run.status, run.stdout) == (2, "")
    assert told in run.stderr
    assert (sandbox.requests, files(tmp_path)) == ([], ["file"])


def test_a_record_of_another_server_buys_nothing(cli: CommandLine, api: Api, sandbox: Sandbox) -> None:
    api.create(*to_ship("A"))
    assert cli("label", "41/A", "--yes").status == 0
    with Sandbox() as other, Api(other) as theirs, pytest.MonkeyPatch.context() as patch:
        theirs.create(*to_ship("A"))
        for name, value in other.environ.items():
            patch.setenv(name, value)
        run = cli("label", "41/A", "--yes")
        assert (run.status, bought(other)) == (2, [])
    assert f"records labels of {sandbox.base_url}" in run.stderr


def test_a_label_that_the_disk_does_not_take_is_told_in_words_for_people(
    cli: CommandLine, api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise NotWritten("its file could not be written: No space left on device.")

    api.create(*to_ship("A"))
    monkeypatch.setattr(Place, "write", full)
    run = cli("label", "41/A", "--yes")
    assert (run.status, record(tmp_path / "labels")) == (1, {"41/A": "bought"})
    assert "was made; its file could not be written: No space left on device.\n" in run.stdout
    assert "`" not in run.stdout + run.stderr
    assert "label.save" not in run.stdout + run.stderr


def test_a_label_that_came_without_its_bytes_is_bought_and_has_to_be_fetched(
    cli: CommandLine, api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unreadable(self: OrdersClient, key: OrderKey, **_: object) -> None:
        raise LabelUnreadable("no label can be read", key, shipment_id="7001", parcel_id=8001)

    monkeypatch.setattr(OrdersClient, "create_label", unreadable)
    run = cli("label", "41/A", "--yes")
    assert (run.status, run.lines[0][0]) == (1, "bought")
    assert "bought as shipment 7001, and is not saved" in run.stderr
    assert record(tmp_path / "labels") == {"41/A": "bought"}
    once_more = cli("label", "41/A", "--yes")
    assert (once_more.status, once_more.stdout) == (1, "")
    assert "bought as shipment 7001, and is not saved" in once_more.stderr


@pytest.mark.one_python
@pytest.mark.other_process
@pytest.mark.parametrize(
    ("number", "status", "outcome"), [(signal.SIGINT, 130, "unknown"), (signal.SIGKILL, -9, "asked")]
)
def test_a_run_that_ends_while_it_asks_leaves_the_order_alone_when_it_is_started_again(
    sandbox: Sandbox, api: Api, tmp_path: Path, number: signal.Signals, status: int, outcome: str
) -> None:
    api.create(*to_ship("A", "B"))
    sandbox.faults.at(2, "slow:60", method="POST")
    arguments = ("label", "41/A", "41/B", "--yes", "--out", tmp_path / "labels")
    with process(*arguments, env=sandbox.environ) as started:
        assert started.stdout
        assert started.stdout.readline().startswith("bought\t41/A")
        wait_for_requests(sandbox, api, 3)
        started.send_signal(number)
        rest, errors = started.communicate(timeout=20)
    assert (started.returncode, rest) == (status, "")
    assert "Traceback" not in errors
    assert record(tmp_path / "labels") == {"41/A": "bought", "41/B": outcome}
    with process(*arguments, env=sandbox.environ) as again:
        output, told = again.communicate(timeout=20)
    assert (again.returncode, output) == (1, "")
    assert "41/B: a label may exist" in told


@pytest.mark.one_python
@pytest.mark.other_process
def test_on_a_terminal_of_80_columns_the_question_is_asked_and_each_label_is_told_with_how_far_it_is(
    sandbox: Sandbox, api: Api, tmp_path: Path
) -> None:
    api.create(*to_ship("A", "B"))
    answers = iter(["y\n"])
    status, shown = on_a_terminal(
        *("label", "41/A", "41/B", "--out", tmp_path),
        env=sandbox.environ,
        reply=lambda shown: next(answers, None) if "[y/N]" in shown else None,
    )
    assert (status, bought(sandbox)) == (0, ["A", "B"])
    assert "Buy 2 labels? [y/N]:" in shown
    assert "1/2 bought  41/A  " in shown
    assert "2/2 bought  41/B  " in shown


@pytest.mark.one_python
@pytest.mark.other_process
def test_a_reader_that_is_gone_ends_the_purchase_after_a_label_that_is_recorded(
    sandbox: Sandbox, api: Api, tmp_path: Path
) -> None:
    api.create(*to_ship(*"ABCD"))
    keys = [f"41/{one}" for one in "ABCD"]
    with process("label", *keys, "--yes", "--out", tmp_path, env=sandbox.environ) as started:
        assert started.stdout
        started.stdout.close()
        assert started.wait(timeout=20) == 141
    assert list(record(tmp_path).values()) == ["bought"] * len(sandbox.shipments())
    assert len(sandbox.shipments()) < 4
