"""Draw small labels that strict readers accept: PDF, PNG and ZPL."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

Lines = Sequence[str]

PDF, PNG, ZPL = "application/pdf", "image/png", "application/zpl"
# The first of each is the one that is used when none is asked for.
RESOLUTIONS: Mapping[str, Sequence[int]] = {PDF: (72,), PNG: (300, 150), ZPL: (203, 72, 150, 300, 600)}
# The paper is A6.
WIDTH_MM, HEIGHT_MM = 105, 148
MM_IN_INCH = 25.4
LETTERS = " -./:#_?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Five rows of three dots a letter, one octal digit a row.
ROWS = (
    "000000070000002112440202057575000077120275557262277174771717557117471774757"
    "711117575775717257556565634443655567464774644345535575572227111525565544447"
    "5775565555255526564425563656553421672222555575555255775552555522271247"
)
GLYPHS = {letter: ROWS[5 * place : 5 * place + 5] for place, letter in enumerate(LETTERS)}
LINE_LETTERS = 24


def draw_label(mime_type: str, dpi: int, parcels: Sequence[Lines]) -> bytes:
    """Return the bytes of a label with the lines of each parcel."""
    draw: Mapping[str, Callable[[int, Sequence[Lines]], bytes]] = {PDF: draw_pdf, PNG: draw_png, ZPL: draw_zpl}
    return draw[mime_type](dpi, [[printable(line) for line in lines] for lines in parcels])


def printable(line: str) -> str:
    """Return a line with `?` for what is no letter, such as the end of a line."""
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def draw_pdf(dpi: int, parcels: Sequence[Lines]) -> bytes:
    """Draw one page a parcel; a PDF has 72 units an inch, whatever the `dpi`."""
    width, height = in_dots(WIDTH_MM, 72), in_dots(HEIGHT_MM, 72)
    fonts = b"/Resources << /Font << /F1 3 0 R >> >>"
    pages = range(4, 4 + 2 * len(parcels), 2)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(b"%d 0 R" % page for page in pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for page, lines in zip(pages, parcels, strict=True):
        text = b" ".join(b"(%s) Tj T*" % pdf_text(line) for line in lines)
        content = b"BT /F1 12 Tf 18 TL 24 %d Td %s ET" % (height - 42, text)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R %s >>"
            % (width, height, page + 1, fonts),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    file, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(file)


def pdf_text(line: str) -> bytes:
    """Return a line as a PDF string, with `?` for letters that its font lacks."""
    encoded = line.encode("cp1252", "replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def draw_png(dpi: int, parcels: Sequence[Lines]) -> bytes:
    """Draw all parcels on one picture of two colours."""
    width, height, scale = in_dots(WIDTH_MM, dpi), in_dots(HEIGHT_MM, dpi), dpi // 25
    rows = [row for lines in parcels for line in lines for row in dot_rows(line, scale, width)]
    blank = b"\xff" * ((width + 7) // 8)
    picture = b"".join(b"\0" + row for row in [*[blank] * scale * 4, *rows, *[blank] * height][:height])
    dots_a_metre = round(dpi / MM_IN_INCH * 1000)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", dots_a_metre, dots_a_metre, 1)),
        (b"iTXt", b"Description\0\0\0\0\0" + "\n".join(line for lines in parcels for line in lines).encode()),
        (b"IDAT", zlib.compress(picture, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, body) for kind, body in chunks)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def dot_rows(line: str, scale: int, width: int) -> list[bytes]:
    """Return a line of text as rows of dots, eight a byte, a dot white where its bit is set."""
    glyphs = [GLYPHS.get(letter, GLYPHS["?"]) for letter in line[:LINE_LETTERS].upper()]
    rows = []
    for row in range(7):
        bits = "".join(f"{int(glyph[row], 8):03b}0" for glyph in glyphs) if row < 5 else ""
        dots = "".join("0" if bit == "1" else "1" for bit in f"00{bits}" for _ in range(scale))
        bytes_of_row = (width + 7) // 8
        padded = dots.ljust(bytes_of_row * 8, "1")[: bytes_of_row * 8]
        rows += [int(padded, 2).to_bytes(bytes_of_row, "big")] * scale
    return rows


def draw_zpl(dpi: int, parcels: Sequence[Lines]) -> bytes:
    """Write one label a parcel in ZPL, in UTF-8."""
    height = dpi // 8
    labels = []
    for lines in parcels:
        fields = [
            f"^FO{height},{height * (2 + 2 * row)}^A0N,{height},{height}^FH^FD{zpl_text(line)}^FS"
            for row, line in enumerate(lines)
        ]
        labels.append("\n".join(["^XA", "^CI28", *fields, "^XZ", ""]))
    return "".join(labels).encode()


def zpl_text(line: str) -> str:
    """Return a line as the data of a field, with the letters that are commands as numbers."""
    return "".join(f"_{ord(letter):02X}" if letter in "^~_" else letter for letter in line)


def in_dots(millimetres: int, dpi: int) -> int:
    """Return a length in dots."""
    return round(millimetres / MM_IN_INCH * dpi)
