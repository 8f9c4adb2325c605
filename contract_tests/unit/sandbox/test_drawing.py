"""The sandbox's labels are files that a strict reader takes, and say whose they are."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcloud_orders_sandbox.labels import PDF, PNG, ZPL, draw_label

LINES = ["Order shop-1001", "Number #1001 (\\)", "Über ^~_ 日本"]
TEXTS = st.lists(st.text(max_size=40), max_size=6)
pytestmark = [pytest.mark.one_python, pytest.mark.rule("LABEL-FORM")]


def objects(file: bytes) -> dict[int, bytes]:
    """Read a PDF by its table of places alone; raise `AssertionError` for whatever is not where it says."""
    assert file.startswith(b"%PDF-1.4\n")
    end = re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", file)
    assert end, "it does not end as a PDF does"
    table = re.match(rb"xref\n0 (\d+)\n", file[int(end[1]) :])
    assert table, "no table of places where startxref says"
    entries = file[int(end[1]) + len(table[0]) :]
    found = {}
    for number in range(1, int(table[1])):
        entry = entries[20 * number : 20 * number + 20]
        assert re.fullmatch(rb"\d{10} 00000 n \n", entry)
        body = re.match(rb"%d 0 obj\n(.*?)\nendobj\n" % number, file[int(entry[:10]) :], re.DOTALL)
        assert body, f"object {number} is elsewhere"
        found[number] = body[1]
    trailer = entries[20 * int(table[1]) :]
    assert trailer.startswith(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % int(table[1]))
    return found


def page_texts(file: bytes) -> list[list[str]]:
    """Return the lines of each page of a PDF."""
    found, pages = objects(file), []
    kids = re.search(rb"/Count (\d+) /Kids \[(.*)\]", found[2])
    assert kids
    assert len(re.findall(rb"0 R", kids[2])) == int(kids[1])
    for kid in map(int, re.findall(rb"(\d+) 0 R", kids[2])):
        content = re.search(rb"/Contents (\d+) 0 R", found[kid])
        assert content
        stream = re.fullmatch(rb"<< /Length (\d+) >>\nstream\n(.*)\nendstream", found[int(content[1])], re.DOTALL)
        assert stream
        assert len(stream[2]) == int(stream[1])
        strings = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", stream[2])
        pages.append([re.sub(rb"\\(.)", rb"\1", text).decode("cp1252") for text in strings])
    return pages


def chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read the chunks of a PNG; raise `AssertionError` for a wrong length or checksum."""
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    place = 8
    while place < len(file):
        (length,) = struct.unpack(">I", file[place : place + 4])
        kind, body = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        assert struct.unpack(">I", file[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + body),)
        yield kind, body
        place += 12 + length
    assert (kind, place) == (b"IEND", len(file))


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_pdf_of_any_text_is_whole_with_a_page_for_each_parcel(parcels: list[list[str]]) -> None:
    assert [len(page) for page in page_texts(draw_label(PDF, 72, parcels))] == [len(lines) for lines in parcels]


def test_a_pdf_shows_its_lines() -> None:
    assert page_texts(draw_label(PDF, 72, [LINES, ["second"]])) == [[*LINES[:2], "Über ^~_ ??"], ["second"]]


def test_a_pdf_has_the_size_of_a6() -> None:
    assert b"/MediaBox [0 0 298 420]" in draw_label(PDF, 72, [LINES])


@pytest.mark.parametrize(("dpi", "size"), [(150, (620, 874)), (300, (1240, 1748))])
def test_a_png_has_the_size_of_a6_at_its_resolution(dpi: int, size: tuple[int, int]) -> None:
    read = dict(chunks(draw_label(PNG, dpi, [LINES])))
    assert struct.unpack(">IIBBBBB", read[b"IHDR"]) == (*size, 1, 0, 0, 0, 0)
    across, down, unit = struct.unpack(">IIB", read[b"pHYs"])
    assert (round(across * 0.0254), round(down * 0.0254), unit) == (dpi, dpi, 1)
    rows = zlib.decompress(read[b"IDAT"])
    assert len(rows) == size[1] * (1 + (size[0] + 7) // 8)


def test_a_png_draws_its_lines_and_says_them() -> None:
    drawn, blank = (dict(chunks(draw_label(PNG, 150, [lines]))) for lines in (LINES, ["", "", ""]))
    assert drawn[b"IDAT"] != blank[b"IDAT"]
    assert drawn[b"iTXt"].endswith("\n".join(LINES).encode())


@given(TEXTS, st.sampled_from([150, 300]))
def test_a_png_of_any_text_is_whole(lines: list[str], dpi: int) -> None:
    read = list(chunks(draw_label(PNG, dpi, [lines])))
    assert [kind for kind, _ in read] == [b"IHDR", b"pHYs", b"iTXt", b"IDAT", b"IEND"]
    # Five zeros part the keyword from the text, which has none.
    assert read[2][1].count(b"\0") == 5


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_zpl_of_any_text_has_a_label_for_each_parcel_and_no_command_of_the_texts(parcels: list[list[str]]) -> None:
    text = draw_label(ZPL, 203, parcels).decode()
    labels = re.findall(r"\^XA\n\^CI28\n((?:\^FO\d+,\d+\^A0N,\d+,\d+\^FH\^FD[^\^~\n]*\^FS\n)*)\^XZ\n", text)
    assert [label.count("^FS") for label in labels] == [len(lines) for lines in parcels]
    assert text.count("^XA") == text.count("^XZ") == len(parcels)


def test_zpl_shows_its_lines() -> None:
    fields = re.findall(r"\^FD(.*)\^FS", draw_label(ZPL, 203, [LINES]).decode())
    assert [re.sub("_(..)", lambda found: chr(int(found[1], 16)), field) for field in fields] == LINES
