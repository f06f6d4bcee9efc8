"""Names of administrative units in a page: with a kind word ("huyện Lấp Vò", "TX.An Nhơn") or bare ("Đà Nẵng")."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from builder.gazetteer import Gazetteer, UnitVersion
from builder.lexicon import Lexicon
from builder.text import Folded, fold_name, without_marks

_BEFORE = re.compile(r"(\w+(?: \w+)?|\w+)([ .]*)$")
_VOWELS = frozenset("aeiouy")
_LONGEST_GAP = 30  # between the names of a list: ", và ", " (98,5%), "
_LONGEST_LIST = 300
_HOLDER_REACH = 40  # how far before a bare name the words stand that make it the holder of a figure
_BODY_REACH = 50  # how far before a province the name of its body may begin
_JOINED_REACH = 90  # how far before the first unit of a list the verb may stand that joins them
_LONGEST_WORD = 12  # characters, with the blank before it
_DECIMAL_BEFORE = re.compile(r"\d[.,]")
_DECIMAL_BEHIND = re.compile(r"[.,]?\d|\s?%")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit named in folded text, and the units of that name and kind."""

    start: int
    end: int
    kind_word: str  # folded, "" for a bare name
    candidates: tuple[UnitVersion, ...]
    joined: bool = False  # named only as one of which another was made: "sáp nhập các phường A, B"

    @property
    def kind(self) -> str:
        """Return the word for its kind, written out and folded: "thành phố" of "TP. Uông Bí"; "" for a bare name."""
        if not (self.kind_word and self.candidates):
            return self.kind_word
        unit = self.candidates[0]
        return fold_name(unit.label.removesuffix(unit.name))


def find_places(text: str, folded: Folded, gazetteer: Gazetteer, lexicon: Lexicon) -> list[Place]:
    """Return the units named in a page, by position."""
    places: list[Place] = []
    called: dict[str, Place] = {}  # communes by the names that stand behind their kind so far
    for start, end, name in gazetteer.find_names(folded.text):
        previous = places[-1] if places else None
        continued = previous if previous and _continues_list(folded.text, previous, start, lexicon) else None
        held = _holds_figure(folded.text, start, end, lexicon, continued is not None)
        place = _read_place(text, folded, gazetteer, lexicon, start, end, name, continued, held=held)
        place = place or _named_again(text, folded, called.get(name), start, end)
        if place is not None:
            places.append(place)
            if place.kind_word and " " in name and all(u.level == "commune" for u in place.candidates):
                called.setdefault(name, place)
    places = list(_mark_joined(places, folded.text, lexicon))
    following = [*places[1:], None][: len(places)]
    return [_settled(p, behind, folded.text, gazetteer, lexicon) for p, behind in zip(places, following, strict=True)]


def _named_again(text: str, folded: Folded, called: Place | None, start: int, end: int) -> Place | None:
    """Read a bare name as the commune that the page has called by its kind before."""
    if called is None or not _is_capitalised(text, folded, start, end) or _is_inside_name(text, folded, start, end):
        return None
    return Place(start, end, "", called.candidates)


def _mark_joined(places: Iterable[Place], text: str, lexicon: Lexicon) -> Iterator[Place]:
    """Mark the units that others were made of: those named behind a verb such as "sáp nhập", one after the other."""
    verb, gap = lexicon.grammar["joins-units"], lexicon.grammar["joined-gap"]
    end = 0  # of the verb or of the unit joined before
    for place in places:
        verbs = [m.end() for m in verb.finditer(text, max(0, place.start - _JOINED_REACH), place.start)]
        end = max(end, *verbs) if verbs else end
        over = end in verbs and text[end : end + 1] == ","  # "Sau hợp nhất, xã A có 21 thôn"
        joined = end > 0 and not over and gap.fullmatch(text, end, place.start) is not None
        end = place.end if joined else 0
        yield replace(place, joined=True) if joined else place


def _settled(place: Place, behind: Place | None, text: str, gazetteer: Gazetteer, lexicon: Lexicon) -> Place:
    """Keep those units of a name that lie in the one named right behind: "huyện Châu Thành, tỉnh Bến Tre"."""
    if behind is None or len(place.candidates) < 2:
        return place
    if not lexicon.grammar["apposition"].fullmatch(text[place.end : behind.start].strip()):
        return place
    above = {u.key for u in behind.candidates}
    within = tuple(
        unit
        for unit in place.candidates
        if any(a.key in above for day in (unit.valid_from, unit.valid_through) for a in gazetteer.ancestors(unit, day))
    )
    return replace(place, candidates=within) if within else place


def _read_place(
    text: str,
    folded: Folded,
    gazetteer: Gazetteer,
    lexicon: Lexicon,
    start: int,
    end: int,
    name: str,
    previous: Place | None,
    *,
    held: bool,
) -> Place | None:
    if not _is_capitalised(text, folded, start, end) or _is_part_of_number(folded.text, start, end):
        return None
    if name.isdigit() and lexicon.grammar["counts-time"].match(folded.text, end):
        return None  # "phường 5 tháng qua"
    units = gazetteer.by_name[name]
    word, begin = _kind_word(folded.text, gazetteer, lexicon, start)
    if word:
        kinds = gazetteer.kinds_of_word[word]
        candidates = tuple(u for u in units if u.kind in kinds)
        return Place(begin, end, word, candidates) if candidates else None
    kinds = frozenset() if name.isdigit() else _kinds_of_list(folded.text, start, gazetteer, lexicon)
    if candidates := tuple(u for u in units if u.kind in kinds):
        return Place(start, end, "", candidates)
    numbered = name.isdigit() and not (previous is not None and folded.text[previous.end - 1].isdigit())
    if previous is not None and previous.kind_word and not numbered:
        kinds = gazetteer.kinds_of_word[previous.kind_word]
        candidates = tuple(u for u in units if u.kind in kinds or u.level == "province")
        beside = tuple(u for u in candidates if u.level in {p.level for p in previous.candidates})
        if candidates := beside or candidates:
            alike = any(u.kind in kinds for u in candidates)  # else a province behind its district
            return Place(start, end, previous.kind_word if alike else "", candidates)
    if previous is not None and not numbered and held:
        levels = {u.level for u in previous.candidates}
        return Place(start, end, "", tuple(u for u in units if u.level in levels) or units)
    if held and not numbered and not any(u.level == "province" for u in units):
        return Place(start, end, "", units)
    return _bare_place(text, folded, lexicon, units, start, end)


def _kinds_of_list(folded: str, start: int, gazetteer: Gazetteer, lexicon: Lexicon) -> frozenset[str]:
    """Return the kinds of the units listed behind a colon: "các phường: Phú Trinh 90 điểm, Đức Nghĩa 89 điểm"."""
    begin = max(0, start - _LONGEST_LIST)
    if ":" not in folded[begin:start]:
        return frozenset()
    head = lexicon.grammar["list-of-kind"].search(folded, begin, start)
    words = [head["kind"], *head["more"].split(", ")[1:]] if head else []
    return frozenset().union(*(gazetteer.kinds_of_word.get(word, frozenset()) for word in words))


def _is_part_of_number(text: str, start: int, end: int) -> bool:
    """Tell whether a name in digits is only a part of a number: "79,11" does not name district 11."""
    return (text[start].isdigit() and _DECIMAL_BEFORE.fullmatch(text, max(0, start - 2), start) is not None) or (
        text[start].isdigit() and _DECIMAL_BEHIND.match(text, end) is not None
    )


def _bare_place(
    text: str, folded: Folded, lexicon: Lexicon, units: tuple[UnitVersion, ...], start: int, end: int
) -> Place | None:
    """Accept a name without kind where it stands alone: not inside a longer name, not one short syllable."""
    provinces = tuple(u for u in units if u.level == "province")
    districts = tuple(u for u in units if u.level == "district")
    if not provinces and (not districts or " " not in folded.text[start:end]):
        return None
    body = lexicon.grammar["body-of-province-before"]
    held = provinces and body.search(folded.text, max(0, start - _BODY_REACH), start) is not None
    if not held and _is_inside_name(text, folded, start, end):
        return None
    if lexicon.grammar["company-before"].search(folded.text, max(0, start - _BODY_REACH), start):
        return None
    return Place(start, end, "", provinces or districts)


def _is_capitalised(text: str, folded: Folded, start: int, end: int) -> bool:
    """Tell whether every syllable begins with a capital or a digit in the page."""
    name = folded.span(start, end).of(text)
    return all(part[0].isupper() or part[0].isdigit() for part in re.split(r"[\s\-–—‑]+", name) if part)


def _kind_word(folded: str, gazetteer: Gazetteer, lexicon: Lexicon, start: int) -> tuple[str, int]:
    """Return the kind word before a name and where it starts; "biên giới" may stand between them."""
    between = lexicon.grammar["kind-adjective"].search(folded, max(0, start - _BODY_REACH), start)
    if between is not None:
        word, begin = _kind_word(folded, gazetteer, lexicon, between.start())
        return (word, begin) if word else ("", start)
    before = _BEFORE.search(folded, max(0, start - 14), start)
    if before is None:
        return "", start
    for width in (2, 1):
        words = before[1].split()[-width:]
        word = " ".join(words)
        if len(words) == width and word in gazetteer.kinds_of_word:
            if "." in before[2] and not _VOWELS.isdisjoint(without_marks(word)):
                break  # the sentence ends: "tại 14 xã. Trang bị"; an abbreviation has no vowel: "tp. Huế"
            begin = folded.rindex(words[0], before.start(1), before.end(1))
            if width == 2 or begin == 0 or not (folded[begin - 1].isalnum() or folded[begin - 1] == "&"):
                return word, begin
    return "", start


def _continues_list(folded: str, previous: Place, start: int, lexicon: Lexicon) -> bool:
    if start - previous.end > _LONGEST_GAP:
        return False
    return lexicon.grammar["name-gap"].fullmatch(folded[previous.end : start].strip()) is not None


def _holds_figure(folded: str, start: int, end: int, lexicon: Lexicon, listed: bool) -> bool:
    """Tell whether a bare name holds the figure right behind it: "thấp nhất là Quang Thành (84,21%)"."""
    before = lexicon.grammar["holder-before"].search(folded, max(0, start - _HOLDER_REACH), start)
    if lexicon.grammar["ranks-behind"].match(folded, end) and not folded[:start].rstrip(" ")[-1:].isalnum():
        return True  # "…; Tam Lãnh đứng cuối (76,25 điểm)"
    return (listed or before is not None) and lexicon.grammar["figure-behind"].match(folded, end) is not None


def _is_inside_name(text: str, folded: Folded, start: int, end: int) -> bool:
    """Tell whether the name is a part of a longer capitalised name: a person, a street, a company."""
    after = re.match(r" (\w+)", folded.text[end : end + _LONGEST_WORD])
    if after is not None:
        following = folded.span(end + 1, end + after.end()).of(text)
        in_capitals = following.isupper() and folded.span(start, end).of(text).isupper()
        if following[0].isupper() and not in_capitals:
            return True
    before = re.search(r"(\S+) $", folded.text[max(0, start - 15) : start])
    if before is None or not before[1][-1].isalnum():
        return False
    word_start = start - len(before[0])
    word = folded.span(word_start, word_start + len(before[1])).of(text)
    begins_sentence = word_start == 0 or _character_before(folded.text, word_start) in (
        "",
        "\n",
        ".",
        '"',
        "-",
        "(",
        ":",
    )
    return word[:1].isupper() and not word.isupper() and not begins_sentence


def _character_before(text: str, position: int) -> str:
    """Return the last character before a position that is no blank; "" if there is none."""
    while position and text[position - 1] == " ":
        position -= 1
    return text[position - 1 : position]
