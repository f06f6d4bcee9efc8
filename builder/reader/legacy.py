"""Letters of the fonts used before Unicode: TCVN3 (.VnTime, ABC) and VNI, which read as Latin-1 give odd signs.

TCVN3 is the one-byte table of TCVN 5712:1993; VNI writes a letter and behind it a sign for its marks. What a page is
written in shows in its words: converted the right way they have the form of Vietnamese syllables.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¸¶·¹»¾¼½ÆÇÊÈÉËÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßãáâäåèæçéêíëìîïóñòôõøö÷ùúýûüþ",
    "ĂÂÊÔƠƯĐăâêôơưđàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ",
)
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT, _HAT, _BREVE = "\u0300\u0301\u0309\u0303\u0323\u0302\u0306"
_VNI_MARKS = {"ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT, "â": _HAT, "ê": _BREVE}
_VNI_MARKS |= {"à": _HAT + _GRAVE, "á": _HAT + _ACUTE, "å": _HAT + _HOOK, "ã": _HAT + _TILDE, "ä": _HAT + _DOT}
_VNI_MARKS |= {
    "è": _BREVE + _GRAVE,
    "é": _BREVE + _ACUTE,
    "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_LETTERS |= {letter.upper(): shown.upper() for letter, shown in _VNI_LETTERS.items()}
_VNI_LETTER = re.compile(rf"([aeouyôö])([{''.join(_VNI_MARKS)}])|[{''.join(_VNI_LETTERS)}]", re.IGNORECASE)

_HIGH = re.compile("[\u00a1-\u00ff]")
_UNICODE = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
_SIGN = re.compile("[\u00a8-\u00ae\u00b5-\u00b9\u00bb-\u00be]")  # of TCVN3, no letter in Latin-1
_STRETCH = re.compile(r"[^<>\n]+")  # what stands in one line and between two marks of HTML
_WORD = re.compile(r"[^\W\d_]+")
_CAPITALS = re.compile(r"[A-Z]")
_VOWEL = f"(?:(?:[aeo]{_HAT}|a{_BREVE}|[ou]\u031b|[aeiouy])[{_GRAVE}{_ACUTE}{_HOOK}{_TILDE}{_DOT}]?)"
_SYLLABLE = re.compile(
    rf"(?:[bcdđghklmnpqrstvx]|ch|gh|gi|kh|nh|ng|ngh|ph|qu|th|tr)?{_VOWEL}{{1,3}}(?:[cmnpt]|ch|ng|nh)?", re.IGNORECASE
)
_BETWEEN = re.compile(r"[^\s\d.,;:!?()\"'“”/%-]{2,}")  # a sign alone is no word
_FEWEST = 12  # letters beyond ASCII; fewer tell nothing
_SAMPLE = 20_000  # characters
_RARE = 0.02
_SIGNS = 0.1  # share of the letters beyond ASCII that TCVN3 takes from signs; VNI takes none
_GAIN, _GOOD = 0.2, 0.7  # share of words that are syllables: more than before, and enough


def to_unicode(text: str, name: str) -> str:
    """Return a text in Unicode that is written in "TCVN3" or "VNI" letters; lines and stretches in Unicode stay.

    >>> to_unicode("Tû lÖ hå s¬ gi¶i quyÕt ®óng h¹n cña UBND huyÖn Tiªn Yªn", "TCVN3")
    'Tỷ lệ hồ sơ giải quyết đúng hạn của UBND huyện Tiên Yên'
    >>> to_unicode("Tyû leä hoà sô giaûi quyeát ñuùng haïn cuûa UBND huyeän Tieân Yeân", "VNI")
    'Tỷ lệ hồ sơ giải quyết đúng hạn của UBND huyện Tiên Yên'
    """
    if not name:
        return text
    whole = _UNICODE.search(text) is None
    return _STRETCH.sub(lambda match: _convert_stretch(match.group(), _TABLES[name], whole=whole), text)


def recognise(text: str) -> str:
    """Return what a text is written in: "TCVN3", "VNI", or "" for Unicode and all else.

    >>> recognise("Tû lÖ hå s¬ gi¶i quyÕt ®óng h¹n ®¹t 99%"), recognise("Hoà nhập, café và résumé: 99% © 2019")
    ('TCVN3', '')
    """
    sample = text[:_SAMPLE]
    if len(_UNICODE.findall(sample)) > _RARE * len(sample) and len(_SIGN.findall(text)) < _FEWEST:
        return ""
    stretches = [s for s in _STRETCH.findall(text) if _HIGH.search(s) and not _UNICODE.search(s)]
    told = "\n".join(stretches)[:_SAMPLE]
    high = len(_HIGH.findall(told))
    if high < _FEWEST:
        return ""
    name = "TCVN3" if len(_SIGN.findall(told)) > _SIGNS * high else "VNI"
    share = _share_of_syllables(_TABLES[name](told))
    return name if share >= max(_GOOD, _share_of_syllables(told) + _GAIN) else ""


def _convert_stretch(text: str, convert: Callable[[str], str], *, whole: bool) -> str:
    """Convert a stretch, unless it is in Unicode; on a page of both kinds it must read better for it."""
    if _UNICODE.search(text) or not _HIGH.search(text):
        return text
    converted = convert(text)
    return converted if whole or _share_of_syllables(converted) > _share_of_syllables(text) else text


def _share_of_syllables(text: str) -> float:
    """Return the share of words that have the form of a Vietnamese syllable, signs inside words counting against it."""
    words = _BETWEEN.findall(unicodedata.normalize("NFC", text))
    good = sum(_SYLLABLE.fullmatch(unicodedata.normalize("NFD", word)) is not None for word in words)
    return good / max(1, len(words))


def _from_tcvn3(text: str) -> str:
    """Convert TCVN3; it has no capitals with marks, which a font of capitals shows instead: "HUYÖN" is "HUYỆN"."""
    return _WORD.sub(
        lambda match: match.group().upper() if len(_CAPITALS.findall(match.group())) > 1 else match.group(),
        text.translate(_TCVN3),
    )


def _from_vni(text: str) -> str:
    return unicodedata.normalize("NFC", _VNI_LETTER.sub(_vni_letter, text))


def _vni_letter(match: re.Match[str]) -> str:
    if match[2] is None:
        return _VNI_LETTERS[match[0]]
    return _VNI_LETTERS.get(match[1], match[1]) + _VNI_MARKS[match[2].lower()]


_TABLES: Mapping[str, Callable[[str], str]] = {"TCVN3": _from_tcvn3, "VNI": _from_vni}
