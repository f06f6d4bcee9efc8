"""Bytes to text: encodings, and whether the text is Vietnamese at all."""

import re
import unicodedata

from builder.errors import SourceError
from builder.facts import Source

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LETTERS = re.compile(r"[^\W\d_]")


def decode(source: Source) -> str:
    """Return the text of a page's bytes: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        SourceError: the bytes are binary, or in an encoding that is not declared.

    """
    data = source.data
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if source.media == "text/html" and encoding == "utf-8":
        encoding = _declared_encoding(data)
    if encoding == "utf-8" and b"\x00" in data[:4096]:
        raise SourceError(f"{source.id}: binary data, not a page of text; leave it out of the folder")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as problem:
        raise SourceError(
            f"{source.id}: not readable as {encoding.upper()} ({_describe(problem)}); convert the file to UTF-8"
        ) from problem
    if _looks_legacy(text):
        raise SourceError(f"{source.id}: text in a legacy Vietnamese font encoding (TCVN3 or VNI); convert it to Unicode")
    return text


def _describe(problem: Exception) -> str:
    return f"byte {problem.start}" if isinstance(problem, UnicodeDecodeError) else "unknown encoding"


_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)


def _declared_encoding(data: bytes) -> str:
    declared = _CHARSET.search(data[:2048])
    return declared[1].decode("ascii").lower() if declared else "utf-8"


_TCVN3 = re.compile("[¸µ¶·¹¨©ª«¬®]")


def _looks_legacy(text: str) -> bool:
    """Tell whether a text is legacy-font Vietnamese read as Latin-1: many odd signs inside words, no Vietnamese letters."""
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
