"""Decode bytes by the declared or the detected encoding, and detect binary data."""

import codecs
import re
import unicodedata

import charset_normalizer
from charset_normalizer.md import mess_ratio

from factcheck.translatable_messages import TranslatableMessage

from .document import ExtractionError
from .language import compute_certainty, detect_language
from .legacy_encodings import detect_legacy_encoding

# The first bytes of file types that people mistake for articles, and the names of these types.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", TranslatableMessage("a PNG image")),
    (b"\xff\xd8\xff", TranslatableMessage("a JPEG image")),
    (b"GIF87a", TranslatableMessage("a GIF image")),
    (b"GIF89a", TranslatableMessage("a GIF image")),
    (b"PK\x03\x04", TranslatableMessage("a ZIP archive or an office document")),
    (b"PK\x05\x06", TranslatableMessage("an empty ZIP archive")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", TranslatableMessage("an old office document")),
    (b"{\\rtf", TranslatableMessage("a rich text (RTF) document")),
    (b"\x1f\x8b", TranslatableMessage("a gzip archive")),
    (b"BZh", TranslatableMessage("a bzip2 archive")),
    (b"\xfd7zXZ\x00", TranslatableMessage("an xz archive")),
    (b"7z\xbc\xaf\x27\x1c", TranslatableMessage("a 7z archive")),
    (b"Rar!\x1a\x07", TranslatableMessage("a RAR archive")),
    (b"\x28\xb5\x2f\xfd", TranslatableMessage("a Zstandard archive")),
    (b"\x7fELF", TranslatableMessage("a program")),
    (b"\xca\xfe\xba\xbe", TranslatableMessage("a program")),
    (b"\xcf\xfa\xed\xfe", TranslatableMessage("a program")),
    (b"ID3", TranslatableMessage("an MP3 recording")),
    (b"OggS", TranslatableMessage("an Ogg recording")),
    (b"fLaC", TranslatableMessage("a FLAC recording")),
    (b"\x1aE\xdf\xa3", TranslatableMessage("a Matroska or WebM video")),
    (b"SQLite format 3\x00", TranslatableMessage("an SQLite database")),
    (b"%!PS", TranslatableMessage("a PostScript document")),
    (b"wOF2", TranslatableMessage("a font")),
)

# Longest first, because the mark of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The encodings that text on the web and on newsroom disks is really in (WHATWG Encoding Standard); a detector that
# may choose from a hundred finds EBCDIC and DOS code pages in short texts.
DETECTABLE_ENCODINGS = [
    "utf_8", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2",
    "koi8_r", "koi8_u", "gb18030", "big5", "euc_jp", "shift_jis", "iso2022_jp", "euc_kr", "cp949", "tis_620",
]  # fmt: skip

# Labels that the WHATWG Encoding Standard reads as a larger encoding, because that is what pages mean.
LABEL_ENCODINGS = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs", "shift-jis": "cp932",
    "x-sjis": "cp932", "sjis": "cp932", "euc-kr": "cp949", "ks-c-5601-1987": "cp949", "x-euc-jp": "euc_jp",
}  # fmt: skip

# Encodings that differ in only a few letters, so that the language of the text decides between them.
SIBLING_ENCODINGS = {
    ("cp1252", "tr"): "cp1254", ("cp1252", "az"): "cp1254", ("cp1252", "pl"): "cp1250", ("cp1252", "cs"): "cp1250",
    ("cp1252", "sk"): "cp1250", ("cp1252", "hu"): "cp1250", ("cp1252", "sl"): "cp1250", ("cp1252", "hr"): "cp1250",
    ("cp1252", "ro"): "cp1250", ("cp1252", "lt"): "cp1257", ("cp1252", "lv"): "cp1257",
}  # fmt: skip

# Shares of unlikely pairs of letters (charset-normalizer's measure of chaos). For sentences in ten languages, the
# right encoding had a share below 0.1 and a language certainty above 0.95; most wrong encodings did not.
GIBBERISH_RATIO = 0.1
DOUBTFUL_RATIO = 0.8
HOPELESS_RATIO = 0.6

# Advertising and mixed sources leave a stray byte in otherwise valid UTF-8; more of them mean another encoding.
STRAY_BYTES_PER_CHARACTER = 1 / 1000

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]+)", re.IGNORECASE)
_TAG_PATTERN = re.compile("<[^>]{0,2000}>")
_TAG_BYTES = re.compile(b"<[^>]{0,2000}>")
_CONTROLS_PATTERN = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def detect_signature(content: bytes) -> str:
    """Return the kind of a binary file ("a PNG image"), or ""."""
    for magic, name in SIGNATURES:
        if content.startswith(magic):
            return name
    if content[:4] == b"RIFF" and content[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return {b"WEBP": "a WebP image", b"WAVE": "a WAV recording", b"AVI ": "an AVI video"}[content[8:12]]
    if content[4:8] == b"ftyp":
        return "an MP4 video or HEIF image"
    # "MZ" alone may begin a text, so the header's zero bytes must be there too.
    if content[:2] == b"MZ" and b"\x00" in content[:64]:
        return "a Windows program"
    return ""


def decode(content: bytes, *, charset: str | None, markup: bool) -> str:
    """Decode a text file or web page.

    As in the WHATWG standard, a byte order mark takes precedence over what the server or the page declares. A
    declaration is ignored if it cannot be right: valid UTF-8 with multi-byte characters is UTF-8 whatever it declares,
    because other encodings do not produce that by chance.

    Raises:
        ExtractionError: the content is binary, or its encoding cannot be detected.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _check_text(_decode_strictly(content[len(mark) :], name), name)

    if utf16_codec := detect_unmarked_utf16(content):
        return _check_text(_decode_strictly(content, utf16_codec), utf16_codec)
    if b"\x00" in content[:4096] or content.count(b"\x00") > len(content) // 1000:
        raise ExtractionError(
            "binary",
            "This file is binary, not text. Import an HTML page, a PDF document or a plain text file.",
        )

    if (text := _decode_utf8(content)) is not None and not content.isascii():
        return _check_text(text, "utf-8")
    for label in ([charset] if charset else []) + (_find_declared_encodings(content) if markup else []):
        try:
            return _decode_as_declared(content, content.decode(_find_codec(label)), label)
        except (LookupError, UnicodeDecodeError):
            continue
    return _check_text(text, "utf-8") if text is not None else _decode_detected(content)


def _find_declared_encodings(content: bytes) -> list[str]:
    matches = (_XML_ENCODING.match(content.lstrip()[:200]), _META_CHARSET.search(content[:4096]))
    return [match[1].decode("ascii") for match in matches if match]


def _find_codec(label: str) -> str:
    """Return the codec that browsers use for a label. Raises LookupError if there is none or it is for Unicode."""
    name = label.strip().lower().replace("_", "-")
    if name.startswith(("utf-", "utf8", "unicode")):
        raise LookupError(label)  # a text in this encoding would have been detected by now
    return codecs.lookup(LABEL_ENCODINGS.get(name, name)).name


def _decode_as_declared(content: bytes, text: str, label: str) -> str:
    """Return `text`, decoded as declared, unless another encoding yields more plausible words."""
    declared_words = _select_non_ascii_words(text)
    declared_mess_ratio, certainty = (
        mess_ratio(declared_words, HOPELESS_RATIO * 2),
        compute_certainty(declared_words),
    )
    is_sibling = (_find_codec(label), detect_language(declared_words)) in SIBLING_ENCODINGS
    if declared_words and (declared_mess_ratio > GIBBERISH_RATIO or certainty < DOUBTFUL_RATIO or is_sibling):
        try:
            detected_text = _decode_detected(content)
        except ExtractionError:
            detected_text = text
        detected_words = _select_non_ascii_words(detected_text)
        if (
            is_sibling
            or mess_ratio(detected_words) < declared_mess_ratio / 2
            or compute_certainty(detected_words) > certainty + 0.15
        ):
            return detected_text
        if declared_mess_ratio > HOPELESS_RATIO:
            raise _build_undecodable_error(
                "This text declares the encoding %(label)s, but contains no words when read that way.",
                label=label,
            )
    return _check_text(text, label)


def _select_non_ascii_words(text: str) -> str:
    """Return the first words with characters beyond ASCII; all others look the same in every encoding."""
    return " ".join(word for word in _TAG_PATTERN.sub(" ", text[:500_000]).split() if not word.isascii())[
        :4000
    ]


def _decode_strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
        if text.count("\ufffd") <= 1 + len(text) * STRAY_BYTES_PER_CHARACTER:
            return text
        raise _build_undecodable_error(
            "This text begins with the byte order mark of %(encoding)s, but is in another encoding.",
            encoding=encoding.upper(),
        ) from None


def _decode_utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("utf-8", errors="replace")
    count = sum(1 for character in text if character > "\x7f" and character != "\ufffd")
    stray_count = text.count("\ufffd")
    # In any other encoding every accented letter would be a stray byte, so sound ones must be the great majority.
    return (
        text if stray_count <= len(text) * STRAY_BYTES_PER_CHARACTER and count >= 10 * stray_count else None
    )


def detect_unmarked_utf16(content: bytes) -> str:
    """Return the codec of UTF-16 without a byte order mark, recognised by its many zero bytes, or ""."""
    sample = content[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return ""
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    if odd > 0.05 * half and even <= odd // 20 and _is_assigned(sample, "utf-16-le"):
        return "utf-16-le"
    if even > 0.05 * half and odd <= even // 20 and _is_assigned(sample, "utf-16-be"):
        return "utf-16-be"
    return ""


def _is_assigned(sample: bytes, encoding: str) -> bool:
    """Return whether the encoding assigns characters to all these bytes, and one character is a line end."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    are_assigned = all(
        character in "\r\n\t" or unicodedata.category(character) not in ("Cn", "Co", "Cs", "Cc")
        for character in text
    )
    return are_assigned and "\n" in text


def detect_encoding(content: bytes) -> str:
    """Return the encoding that gives the most plausible words, for bytes that are not UTF-8 and declare no encoding.

    Raises:
        ExtractionError: no encoding can be detected.
    """
    # The detector reads samples; markup would fill them with ASCII, so only informative lines are passed.
    non_ascii = b"\n".join(line for line in _TAG_BYTES.sub(b"\n", content).splitlines() if not line.isascii())
    if encoding := detect_legacy_encoding(non_ascii):
        return encoding
    guess = charset_normalizer.from_bytes(non_ascii[:200_000], cp_isolation=DETECTABLE_ENCODINGS).best()
    if guess is None:
        raise _build_undecodable_error(
            "This text declares no character encoding that fits it, and none can be detected."
        )
    return SIBLING_ENCODINGS.get((guess.encoding, detect_language(str(guess))), guess.encoding)


def _decode_detected(content: bytes) -> str:
    encoding = detect_encoding(content)
    try:
        return _check_text(content.decode(encoding), encoding)
    except UnicodeDecodeError:
        raise _build_undecodable_error("This text mixes several character encodings.") from None


def _check_text(text: str, encoding: str) -> str:
    """Return the text, or reject it if its characters suggest a binary file or another encoding."""
    controls = len(_CONTROLS_PATTERN.findall(text))
    if controls > len(text) // 100:
        raise ExtractionError(
            "binary",
            "This file is binary, not text. Import an HTML page, a PDF document or a plain text file.",
        )
    if text.count("\ufffd") > 1 + len(text) * STRAY_BYTES_PER_CHARACTER:
        raise _build_undecodable_error(
            "This text declares the encoding %(encoding)s, but is damaged.", encoding=encoding
        )
    return text


def _build_undecodable_error(template: str, /, **values: str) -> ExtractionError:
    return ExtractionError(
        "undecodable",
        "%(why)s Save the file as UTF-8 in a text editor that displays it correctly, then import it again.",
        why=TranslatableMessage(template, **values),
    )


def detect_unicode_encoding(head: bytes) -> tuple[str, int]:
    """Return the Unicode encoding of the first bytes (default: UTF-8), and the length of the byte order mark."""
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name, len(mark)
    # Markup and JSON begin with a character of ASCII, which is half zeros in UTF-16.
    zeros = tuple(byte == 0 for byte in head[:4])
    if zeros == (False, True, False, True):
        return "utf-16-le", 0
    if zeros == (True, False, True, False):
        return "utf-16-be", 0
    return "utf-8", 0


def decode_beginning(head: bytes) -> str:
    """Decode the first bytes, replacing invalid ones."""
    name, mark = detect_unicode_encoding(head)
    return (
        codecs.getincrementaldecoder(name)(errors="replace").decode(head[mark:]).lstrip("\ufeff \t\r\n\x1e")
    )
