"""Credentials come from the environment or from a file that nobody else can read, and from nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from doubles.cli_runs import CommandLine
from sendcloud_orders import ConfigurationError
from sendcloud_orders_cli.access import connect, read_credentials
from sendcloud_orders_cli.endings import Failure

KEYS = "SENDCLOUD_PUBLIC_KEY=public\nSENDCLOUD_SECRET_KEY=hush\nSENDCLOUD_BASE_URL=http://127.0.0.1:9/api/v3\n"
POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions and places of files are others there")


@pytest.fixture
def keys(cli: CommandLine, tmp_path: Path) -> Path:
    """Write a file of credentials, beside an environment that has none."""
    path = tmp_path / "keys"
    path.write_text(KEYS)
    path.chmod(0o600)
    return path


def base_url(path: Path | None) -> str:
    with connect(path) as client:
        return repr(client)


def test_a_file_of_ones_own_gives_the_credentials(keys: Path) -> None:
    assert "127.0.0.1:9" in base_url(keys)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SENDCLOUD_PUBLIC_KEY=a=b", "a=b"),
        ("export SENDCLOUD_PUBLIC_KEY=ab", "ab"),
        ("  SENDCLOUD_PUBLIC_KEY = 'a b'  ", "a b"),
        ('SENDCLOUD_PUBLIC_KEY="a#b"', "a#b"),
        ("SENDCLOUD_PUBLIC_KEY=\"a'", "\"a'"),
        ("\ufeff# comment\n\nSENDCLOUD_PUBLIC_KEY=ab\r\n", "ab"),
    ],
)
def test_lines_are_read_as_shells_write_them(keys: Path, text: str, value: str) -> None:
    keys.write_text(text, encoding="utf-8")
    assert read_credentials(keys) == {"SENDCLOUD_PUBLIC_KEY": value}


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o777])
def test_a_file_that_others_can_use_is_refused_with_the_command_that_closes_it(keys: Path, mode: int) -> None:
    keys.chmod(mode)
    with pytest.raises(Failure, match=r"for you alone: chmod 600 '.*keys'"):
        read_credentials(keys)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"SENDCLOUD_PUBLIC_KEY hush", "line 1: expected NAME=value"),
        (b"SENDCLOUD_PUBLIC_KEY=hush\nSENDCLOUD_PUBLIC_KEY=hush", "line 2: SENDCLOUD_PUBLIC_KEY stands there a second"),
        (b"\xff\xfeh\0", "is not in UTF-8"),
        (b"#" * 70_000, "is too long to be a file of credentials"),
    ],
)
def test_a_file_that_says_something_else_is_refused_without_its_words(keys: Path, content: bytes, told: str) -> None:
    keys.write_bytes(content)
    with pytest.raises(Failure) as caught:
        read_credentials(keys)
    assert told in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["none", "."])
def test_a_file_that_is_none_is_told(keys: Path, name: str) -> None:
    with pytest.raises(Failure, match="cannot be read"):
        read_credentials(keys.parent / name)


def test_what_a_file_lacks_is_told_with_its_name(keys: Path) -> None:
    keys.write_text("SENDCLOUD_PUBLIC_KEY=public")
    with pytest.raises(Failure, match=r"keys: SENDCLOUD_SECRET_KEY is not set"):
        connect(keys)


def test_a_file_is_not_filled_up_from_the_environment(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.write_text("SENDCLOUD_PUBLIC_KEY=public\nSENDCLOUD_SECRET_KEY=hush")
    monkeypatch.setenv("SENDCLOUD_BASE_URL", "http://127.0.0.1:9/api/v3")
    with pytest.raises(Failure, match="SENDCLOUD_BASE_URL is not set"):
        connect(keys)


def own_file(keys: Path) -> None:
    folder = Path(os.environ["HOME"]) / ".config" / "sendcloud-orders"
    folder.mkdir(parents=True)
    keys.rename(folder / "credentials")


@POSIX
def test_the_file_at_its_usual_place_is_read_where_the_environment_says_nothing(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path(os.environ["HOME"]) / ".config"))
    own_file(keys)
    assert "127.0.0.1:9" in base_url(None)


@POSIX
def test_the_file_at_its_usual_place_adds_nothing_to_an_environment(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path(os.environ["HOME"]) / ".config"))
    own_file(keys)
    monkeypatch.setenv("SENDCLOUD_BASE_URL", "http://127.0.0.1:8/api/v3")
    with pytest.raises(ConfigurationError, match="There are no credentials in the environment"):
        connect(None)


def test_no_command_takes_a_key_as_an_argument(cli: CommandLine) -> None:
    assert cli("push", "--secret-key", "hush", "orders.csv").status == 2
