"""The options of the commands that read a file of orders, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from .files import DELIMITERS, OrderFile

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}


def form_options(command: F) -> F:
    """Give a command the options that say in which form a file is."""
    return _decorated(command, _FORM)


def file_options(command: F) -> F:
    """Give a command the argument FILE and the options that say how it is to be read; `read_options` takes them."""
    return _decorated(command, (click.argument("file", metavar="FILE"), *_FORM, *_MEANING))


def files_options(command: F) -> F:
    """Give a command what `file_options` gives, but for one FILE or more, all read in the same way."""
    argument = click.argument("files", metavar="FILE...", nargs=-1, required=True)
    return _decorated(command, (argument, *_FORM, *_MEANING))


def _decorated(command: F, options: Sequence[Callable[[F], F]]) -> F:
    for decorate in reversed(options):
        command = decorate(command)
    return command


_FORM: Sequence[Callable[[Any], Any]] = (
    click.option(
        "--format",
        "format_",
        type=click.Choice(["ndjson", "json", "csv"]),
        help="Of the file; by default as its name ends. '-' needs it.",
    ),
    click.option("--encoding", metavar="NAME", help="Of the file, such as cp1252 or utf-16. Default: UTF-8."),
    click.option(
        "--delimiter",
        metavar="CHARACTER",
        help="Of a CSV file, or 'tab'. Default: of comma, semicolon and tab the one that fits the header.",
    ),
    click.option(
        "--set",
        "fixed",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="A column that a CSV file lacks, with the same cell in each row. May be repeated.",
    ),
)
_MEANING: Sequence[Callable[[Any], Any]] = (
    click.option("--decimal-comma", is_flag=True, help="Amounts of a CSV file are written as 19,90."),
    click.option(
        "--skip-unknown-columns",
        is_flag=True,
        help="Leave out columns of a CSV file that are no field of an order, and say which.",
    ),
    click.option(
        "--unknown-fields",
        type=click.Choice(["refuse", "send"]),
        default="refuse",
        show_default=True,
        help="What becomes of fields that the spec does not name.",
    ),
    click.option(
        "--duplicates",
        type=click.Choice(["error", "last", "sequence"]),
        default="error",
        show_default=True,
        help="What becomes of a key that comes twice: refuse the later order, send the later one only, or send both.",
    ),
)


def read_options(
    file: str,
    *,
    format_: str | None,
    encoding: str | None,
    delimiter: str | None,
    decimal_comma: bool,
    skip_unknown_columns: bool,
    fixed: Sequence[str],
    unknown_fields: str,
) -> OrderFile:
    """Make of the options what they mean. Raises `click.BadParameter` for one that cannot be meant."""
    path = None if file == "-" else Path(file)
    found = format_ or FORMATS.get(Path(file).suffix.lower() if path else "")
    if found is None:
        raise click.BadParameter(f"say which format {os.fspath(file)!r} has: --format ndjson, json or csv")
    if found != "csv":
        given = {"--delimiter": delimiter, "--decimal-comma": decimal_comma, "--set": fixed}
        given["--skip-unknown-columns"] = skip_unknown_columns
        if wrong := [name for name, value in given.items() if value]:
            raise click.BadParameter(f"{' and '.join(wrong)} can be used with CSV alone, and this is {found}")
    return OrderFile(
        path,
        found,
        _checked_encoding(encoding),
        _checked_delimiter(delimiter),
        decimal_comma,
        "skip" if skip_unknown_columns else unknown_fields,
        tuple(_pair(text) for text in fixed),
    )


def _checked_encoding(name: str | None) -> str | None:
    if name is not None:
        try:
            b"a".decode(name)
        except LookupError:
            raise click.BadParameter(f"{name!r} is no encoding of texts that Python knows; cp1252 is one") from None
        except UnicodeError:  # of two bytes a letter
            pass
    return name


def _checked_delimiter(text: str | None) -> str | None:
    found = DELIMITERS.get(text or "", text)
    if found in ("", '"', "\r", "\n", "\0") or (found is not None and len(found) != 1):
        raise click.BadParameter("--delimiter should be one character, or comma, semicolon or tab")
    return "\t" if found == "\\t" else found


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise click.BadParameter(f"--set should be COLUMN=VALUE, not {text!r}")
    return column, value
