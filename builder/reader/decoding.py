"""Bytes to text: encodings, and whether the text is Vietnamese at all."""

import re
import unicodedata

from builder.errors import SourceError
from builder.facts import Source
from builder.reader.legacy import recognise

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LETTERS = re.compile(r"[^\W\d_]+")
_MARKED = re.compile("[ăâđêôơưạảấầẩậắằặếềểệỉịọỏốồổộớờởợụủứừửựỳỷỹ]")
_SURROGATES = re.compile("[\ud800-\udfff]")
LARGEST = 16_000_000  # bytes, pictures in the page included
LARGEST_DOCUMENT = 64_000_000  # bytes of a PDF or Word document, pictures included


def decode(source: Source) -> str:
    """Return the text of a page's bytes: UTF-8, or UTF-16 with a byte order mark, or what an HTML page declares.

    Bytes that are none of these are taken for letters of a legacy font where that gives Vietnamese.

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
        text = data.decode("cp1252", "replace")
        if encoding != "utf-16" and recognise(text):
            return text
        what = f"not readable as {encoding.upper()} ({_describe(problem)})"
        raise SourceError(f"{source.id}: {what}; convert the file to UTF-8") from problem
    if "\x00" in text or _SURROGATES.search(text):
        raise SourceError(f"{source.id}: holds what is no character; convert the file to UTF-8")
    return text


def whole_characters(text: str) -> str:
    """Return text with the mark of a missing character for each half of a surrogate pair that stands alone."""
    return (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if _SURROGATES.search(text) else text
    )


def check_size(name: str, size: int, largest: int = LARGEST) -> None:
    """Refuse what is larger than any page.

    Raises:
        SourceError: it is.

    """
    if size > largest:
        much = f"{size / 1e6:.1f} MB, more than the {largest / 1e6:.0f} MB of the largest page that is read"
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


def looks_vietnamese(text: str) -> bool:
    """Tell whether a page is in Vietnamese with its marks."""
    sample = unicodedata.normalize("NFC", text[:8000].lower())
    letters = len("".join(_LETTERS.findall(sample))) or 1
    return len(_MARKED.findall(sample)) / letters > 0.06
