"""The record of bought labels: what it says of an order decides whether a label is bought."""

from __future__ import annotations

import csv
import errno
import os
from pathlib import Path

import pytest

from sendcloud_orders import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ContractError,
    InvalidRequest,
    LabelMayExist,
    LabelNotSaved,
    LabelUnreadable,
    NotFoundError,
    OrderId,
    OrderKey,
    PermissionDeniedError,
    RateLimitError,
    SendcloudError,
    ServerError,
    TransportError,
    UnknownAddressError,
)
from sendcloud_orders_cli.buying import outcome_of, plan_purchase
from sendcloud_orders_cli.endings import Failure
from sendcloud_orders_cli.file_names import free_path, name_of
from sendcloud_orders_cli.label_record import COLUMNS, NAME, LabelRecord, Outcome

SERVICE = "https://service.example/api/v3"


def key(order_id: str, integration: int = 41) -> OrderKey:
    return OrderKey(integration, OrderId(order_id))


A, B, C, D, E = map(key, "ABCDE")


def known(folder: Path, *keys: OrderKey, service: str = SERVICE) -> list[Outcome | None]:
    """Read what a record says of orders."""
    with LabelRecord.open(folder, service) as record:
        return [row.outcome if (row := record.of(one)) else None for one in keys]


def write(folder: Path, *outcomes: tuple[OrderKey, Outcome]) -> None:
    with LabelRecord.open(folder, SERVICE) as record:
        for one, outcome in outcomes:
            record.write(one, outcome)


def test_a_record_that_the_disk_does_not_take_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with LabelRecord.open(tmp_path, SERVICE) as record:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left on device") as caught:
            record.write(A, Outcome.ASKED)
    assert caught.value.filename == str(tmp_path / NAME)


def test_the_last_row_of_an_order_counts(tmp_path: Path) -> None:
    write(tmp_path, (A, Outcome.ASKED), (B, Outcome.ASKED), (A, Outcome.BOUGHT))
    assert known(tmp_path, A, B, C) == [Outcome.BOUGHT, Outcome.ASKED, None]


def test_the_record_is_a_csv_that_others_can_read_and_nobody_else_s_users(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    with LabelRecord.open(folder, SERVICE) as record:
        record.write(A, Outcome.BOUGHT, shipment="7", parcel="8", tracking="3S,1", file="41-A.pdf", reason='a "b"\nc')
    with (folder / NAME).open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["order"] == "41/A"
    assert (row["shipment"], row["parcel"], row["tracking"], row["file"]) == ("7", "8", "3S,1", "41-A.pdf")
    assert (row["reason"], row["service"]) == ('a "b" c', SERVICE)
    assert (folder / NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "order_id", ["a,b", 'a"b', "a/b", "a\nb", "a\r\nb", "a\0b", "a%0Ab", "ä\u2028", "\ud800", " a "]
)
def test_any_order_id_is_found_again(tmp_path: Path, order_id: str) -> None:
    write(tmp_path, (key(order_id), Outcome.BOUGHT), (A, Outcome.BOUGHT))
    assert known(tmp_path, key(order_id), A, key("a%0Ab%")) == [Outcome.BOUGHT, Outcome.BOUGHT, None]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_row_that_a_crash_cut_says_nothing_and_the_one_before_it_still_counts(tmp_path: Path, cut: int) -> None:
    write(tmp_path, (B, Outcome.BOUGHT), (A, Outcome.ASKED), (A, Outcome.BOUGHT))
    path = tmp_path / NAME
    content = path.read_bytes()
    path.write_bytes(content[:-cut])
    (outcome,) = known(tmp_path, A)
    assert outcome in (Outcome.BOUGHT, Outcome.ASKED)
    write(tmp_path, (C, Outcome.BOUGHT))
    assert known(tmp_path, A, B, C) == [outcome, Outcome.BOUGHT, Outcome.BOUGHT]


def test_a_quote_that_a_crash_left_open_swallows_no_later_row(tmp_path: Path) -> None:
    write(tmp_path, (A, Outcome.ASKED))
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes() + b'41/A,bought,7,8,,,"half a rea')
    write(tmp_path, (B, Outcome.BOUGHT))
    assert known(tmp_path, A, B) == [Outcome.ASKED, Outcome.BOUGHT]


def test_a_record_that_a_spreadsheet_has_saved_is_read(tmp_path: Path) -> None:
    write(tmp_path, (A, Outcome.BOUGHT), (B, Outcome.ASKED))
    path = tmp_path / NAME
    saved = path.read_text(encoding="utf-8").replace("\n", "\r\n").rstrip()
    path.write_bytes(b"\xef\xbb\xbf" + saved.encode() + b"\r\n,,,,,,,,\r\n")
    assert known(tmp_path, A, B) == [Outcome.BOUGHT, Outcome.ASKED]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"order_id,name\nA,Ada\n", "first line should be order,outcome"),
        (b"\n", "first line should be"),
        (b"\xff\xfe\0", "not UTF-8"),
        (",".join(COLUMNS).encode() + b"\n41/A,paid,,,,,,,\n", "Line 2"),
        (",".join(COLUMNS).encode() + b"\n12-Jan,bought,,,,,,,\n", "Line 2"),
        (",".join(COLUMNS).encode() + b"\n41/A,bought\n41/B,bought,,,,,,,\n", "Line 2"),
        (",".join(COLUMNS).encode() + b"\n41/A,bought,,,,,,https://other.example/api/v3,\n", "https://other.example"),
    ],
)
def test_a_file_that_is_no_record_of_this_service_is_refused_and_left_alone(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / NAME
    path.write_bytes(content)
    with pytest.raises(Failure, match=told):
        known(tmp_path, A)
    assert path.read_bytes() == content


def test_one_run_at_a_time_has_the_record(tmp_path: Path) -> None:
    with LabelRecord.open(tmp_path, SERVICE), pytest.raises(Failure, match="Another run"):
        known(tmp_path, A)
    assert known(tmp_path, A) == [None]


def test_orders_that_have_or_may_have_a_label_are_not_in_the_plan_unless_they_are_named(tmp_path: Path) -> None:
    write(
        *(tmp_path, (A, Outcome.BOUGHT), (B, Outcome.ASKED), (C, Outcome.UNKNOWN)),
        *((D, Outcome.REFUSED), (E, Outcome.NOT_SENT)),
    )
    new = key("new")
    with LabelRecord.open(tmp_path, SERVICE) as record:
        plan = plan_purchase([new, A, B, C, D, E, new, A], record)
        assert (plan.to_buy, plan.named_twice) == ([new, D, E], 2)
        assert [row.order for row in plan.bought] == ["41/A"]
        assert [row.order for row in plan.unknown] == ["41/B", "41/C"]
        assert plan_purchase([A, B, C], record, again=[B]).to_buy == [B]


STATUS = {"operation": "create_label", "errors": ()}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (LabelMayExist("lost", A), Outcome.UNKNOWN),
        (LabelUnreadable("no label", A, shipment_id="7"), Outcome.BOUGHT),
        (LabelNotSaved("disk full", A, shipment_id="7"), Outcome.BOUGHT),
        (TransportError("lost", sent=True), Outcome.UNKNOWN),
        (TransportError("refused", sent=False), Outcome.NOT_SENT),
        (ContractError("no JSON"), Outcome.UNKNOWN),
        (ServerError(500, "create_label"), Outcome.UNKNOWN),
        (ConflictError(409, "create_label"), Outcome.UNKNOWN),
        (BadRequestError(400, "create_label"), Outcome.REFUSED),
        (NotFoundError(404, "create_label"), Outcome.REFUSED),
        (InvalidRequest("order_id is too long"), Outcome.REFUSED),
        (RateLimitError(429, "create_label"), Outcome.NOT_SENT),
        (AuthenticationError(401, "create_label"), Outcome.NOT_SENT),
        (PermissionDeniedError(403, "create_label"), Outcome.NOT_SENT),
        (UnknownAddressError(404, "create_label"), Outcome.NOT_SENT),
        (ConfigurationError("the client is closed"), Outcome.NOT_SENT),
        (SendcloudError("something new"), Outcome.UNKNOWN),
    ],
)
def test_an_error_says_what_is_known_of_the_label(error: SendcloudError, outcome: Outcome) -> None:
    assert outcome_of(error, left=True) is outcome


def test_where_no_request_left_there_is_no_label() -> None:
    assert outcome_of(SendcloudError("something new"), left=False) is Outcome.NOT_SENT


def test_file_names_are_safe_and_of_one_order_alone() -> None:
    odd = [
        "../../etc/passwd",
        "a/b",
        "a\\b",
        "a:b",
        "a b",
        "a\0b",
        "ä",
        "注文",
        "x" * 300,
        "x" * 301,
        "a.",
        "a_b",
        "..",
    ]
    names = [name_of(key(order_id)) for order_id in odd]
    assert name_of(key("shop-1001")) == "41-shop-1001"
    assert len(set(names)) == len(odd)
    for name in names:
        assert name.isascii()
        assert len(name) < 100
        assert not set(name) & set('/\\:*?"<>| \0')
        assert not name.endswith(".")


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    tmp_path.joinpath("41-A.pdf").touch()
    tmp_path.joinpath("41-A-2.pdf").symlink_to(tmp_path / "nowhere")
    assert free_path(tmp_path, "41-A", ".pdf") == tmp_path / "41-A-3.pdf"
