"""Bytes to text: encodings, and whether the text is Vietnamese at all."""

import re
import unicodedata

from builder.errors import SourceError
from builder.facts import Source

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LETTERS = re.compile(r"[^\W\d_]")
_SURROGATES = re.compile("[\ud800-\udfff]")
LARGEST = 16_000_000  # bytes, pictures in the page included


def decode(source: Source) -> str:
    """Return the text of a page's bytes: UTF-8, or UTF-16 with a byte order mark, or what an HTML page declares.

    Raises:
        SourceError: the bytes are no page, binary, or in an encoding that is not declared.

    """
    data = source.data
    check_size(source.id, len(data))
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if encoding != "utf-16" and b"\x00" in data:
        raise SourceError(f"{source.id}: {_describe_binary(data)}")
    if encoding == "utf-8" and source.media == "text/html" and not _is_utf8(data):
        encoding = _declared_encoding(data)
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError) as problem:
        what = f"not readable as {encoding.upper()} ({_describe(problem)})"
        raise SourceError(f"{source.id}: {what}; convert the file to UTF-8") from problem
    if "\x00" in text or _SURROGATES.search(text):
        raise SourceError(f"{source.id}: holds what is no character; convert the file to UTF-8")
    if _looks_legacy(text):
        raise SourceError(f"{source.id}: text in a legacy Vietnamese font (TCVN3 or VNI); convert it to Unicode")
    return text


def check_size(name: str, size: int) -> None:
    """Refuse what is larger than any page.

    Raises:
        SourceError: it is.

    """
    if size > LARGEST:
        much = f"{size / 1e6:.1f} MB, more than the {LARGEST / 1e6:.0f} MB of the largest page that is read"
        raise SourceError(f"{name}: {much}; split it into pages or leave it out")


def _describe_binary(data: bytes) -> str:
    """Say what bytes with zeros among them are: UTF-16 has one beside every Latin letter."""
    sample = data[:4096]
    if abs(sample[::2].count(0) - sample[1::2].count(0)) * 4 > len(sample):
        return "looks like UTF-16 without a byte order mark; convert the file to UTF-8"
    return "binary data, not a page of text; leave it out of the folder"


def _describe(problem: Exception) -> str:
    return f"byte {problem.start}" if isinstance(problem, UnicodeDecodeError) else "unknown encoding"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)


def _declared_encoding(data: bytes) -> str:
    """Return what an HTML page says about itself; pages that say so are often UTF-8 all the same."""
    declared = _CHARSET.search(data[:2048])
    return declared[1].decode("ascii").lower() if declared else "utf-8"


_TCVN3 = re.compile("[¸µ¶·¹¨©ª«¬®]")


def _looks_legacy(text: str) -> bool:
    """Tell whether a text is Vietnamese of a legacy font read as Latin-1: odd signs in words, no Vietnamese letters."""
    sample = text[:4000]
    odd = len(_TCVN3.findall(sample))
    letters = len(_LETTERS.findall(sample))
    return odd > 20 and odd > letters * 0.04 and not re.search("[ạảấầậắằếềệịọộớờợụứừựđ]", sample.lower())


def looks_vietnamese(text: str) -> bool:
    """Tell whether a page is in Vietnamese with its marks."""
    sample = unicodedata.normalize("NFC", text[:8000].lower())
    letters = len(_LETTERS.findall(sample)) or 1
    marked = len(re.findall("[ăâđêôơưạảấầẩậắằặếềểệỉịọỏốồổộớờởợụủứừửựỳỷỹ]", sample))
    return marked / letters > 0.06
