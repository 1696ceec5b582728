"""PDF files made for tests: text at places on pages, and one that unpacks to more than it seems."""

import zlib
from collections.abc import Sequence

#: From the left and from below in points, the words, and the size of the letters.
Placed = tuple[float, float, str, float]


def pdf(
    *pages: Sequence[str] | Sequence[Placed] | Sequence[str | Placed],
    title: str = "",
    author: str = "",
    trailer: str = "",
) -> bytes:
    """A document with one line of text under another on each page, or each line at its place; "" is a picture."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) /Author ({author}) /CreationDate (D:20190108) >>",
        (
            "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            "/Length 1 >>\n"
            "stream\nx\nendstream"
        ),
    ]
    kids = []
    for lines in pages:
        content = "".join(_shown(line, number) for number, line in enumerate(lines))
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            "/Resources << /Font << /F1 3 0 R >> /XObject << /I 5 0 R >> "
            f">> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    return _written([one.encode("cp1252") for one in objects], f"/Info 4 0 R {trailer}".encode())


def pdf_bomb(operators: bytes, times: int) -> bytes:
    """A page whose content is packed a thousand times smaller than it is."""
    packing = zlib.compressobj(9)
    piece = operators * 1000
    packed = b"".join(packing.compress(piece) for _ in range(times // 1000)) + packing.flush()
    return _written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
                b"/Resources << /Font << /F1 5 0 R >> >> >>"
            ),
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def _shown(line: str | Placed, number: int) -> str:
    left, bottom, words, size = (50.0, 780.0 - 14 * number, line, 11.0) if isinstance(line, str) else line
    if not words:
        return f"q 300 0 0 300 {left} 100 cm /I Do Q\n"
    return f"BT /F1 {size} Tf {left} {bottom} Td ({words}) Tj ET\n"


def _written(objects: list[bytes], entries: bytes = b"") -> bytes:
    written = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return written + table + end % (len(objects) + 1, entries, len(written))
