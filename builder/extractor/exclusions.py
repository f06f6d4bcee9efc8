"""Numbers that state no result: changes, steps of a rank, totals that a share is taken of."""

import re

from builder.extractor.frames import MEASURING, Frame, Zone
from builder.extractor.quantities import Number
from builder.extractor.sentence import Sentence

_WORD = re.compile(r"\w+")
_STEP_REACH = 14  # how far behind a number "bậc" may stand
_MARK_REACH = 60  # how far before a mark the units stand that reached it
_FROM_REACH = 30  # "từ 10 lên 20"
_HEARD = frozenset({"feedback", "petition"})  # of which only those received and resolved are indicators
_MADE_LESS = frozenset({"reduced", "streamlined", "simplified"})


def is_no_result(sentence: Sentence, zone: Zone, frame: Frame) -> bool:
    """Tell whether a number is a change, a base, a step or a total rather than a result."""
    number = zone.number
    shared_out = [h.concept for s in (*zone.left, *zone.right[:1]) for h in sentence.hits(*s) if h.dimension == "per"]
    if shared_out and not (number.kind == "vnd" and set(shared_out) == {"per-year"}):
        return True
    text, grammar = sentence.text, sentence.lexicon.grammar
    if any(grammar[c].search(text, zone.start, number.start) for c in ("difference-before", "hypothetical")):
        return True
    if any(
        grammar[c].search(text, sentence.start, number.start)
        for c in ("nothing-before", "band-before", "wished-before")
    ):
        return True
    if number.kind == "plain" and grammar["average-before"].search(text, zone.start, number.start):
        return True
    if frame.cues.keys() & _HEARD and sentence.finds("pending-behind", number.after, sentence.end):
        return True
    if _is_part_of_satisfied(sentence, zone, frame):
        return True
    if sentence.lexicon.grammar["other-country-before"].search(sentence.text, sentence.start, number.start):
        return True
    if _is_rank_of_other(sentence, number):
        return True
    if number.kind == "points" and _is_part_of_points(sentence, zone):
        return True
    if _is_whole_of_few(sentence, number) or _is_answer(sentence, zone, frame):
        return True
    if sentence.lexicon.has(frame.cues, {"index"}) and (_is_mark(sentence, number) or _is_regional(sentence, number)):
        return True
    if any(sentence.finds(c, number.after, sentence.end) for c in ("arrow-behind", "with-property")):
        return True
    if _is_base_value(sentence, number):
        return False
    change = _change_before(sentence, zone)
    if number.kind == "percent" and _is_share(sentence, zone) and not _compares(sentence, zone):
        return False
    if number.kind == "percent" and equals_count(sentence, number):
        return not frame.cues.keys() & _MADE_LESS and _compares(sentence, zone)
    if change == "compared" and frame.bare and _has_own_period(sentence, number):
        return False  # "so với 41,5% của tháng 7"
    if change in ("compared", "increase") or _counts_steps(sentence, number):
        return True
    if change == "decrease" and not _is_reduction(sentence, zone, frame):
        return True
    if change == "exceeding" and _compares(sentence, zone):
        return True
    if change == "from" and leads_on(sentence, number):
        return not _has_own_period(sentence, number)
    return _is_share_of_other(sentence, zone) or _is_total(sentence, zone)


def _is_part_of_points(sentence: Sentence, zone: Zone) -> bool:
    """Tell whether points are a part of the scale, or percentage points: "điểm thẩm định chiếm 62 điểm"."""
    number = zone.number
    if sentence.finds("points-of-part", number.end, sentence.end):
        return True
    return sentence.lexicon.grammar["part-of-scale"].search(sentence.text, zone.start, number.start) is not None


def _is_whole_of_few(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is only what few are taken of: "trong 1.743 thủ tục mới có 58 thủ tục …"."""
    taken = sentence.lexicon.grammar["out-of-before"].search(sentence.text, sentence.start, number.start)
    few = sentence.finds("out-of-behind", number.after, sentence.end)
    if taken is None or few is None:
        return False
    return not any(h.dimension in MEASURING for h in sentence.hits(number.after, few.end()))


def _is_answer(sentence: Sentence, zone: Zone, frame: Frame) -> bool:
    """Tell whether a share is of people who say so, not of dossiers: "5,5% cho biết từng bị trễ hẹn"."""
    if zone.number.kind != "percent" or sentence.lexicon.has(frame.cues, {"opinion"}):
        return False
    return sentence.finds("answer-behind", zone.number.after, sentence.end) is not None


def _is_part_of_satisfied(sentence: Sentence, zone: Zone, frame: Frame) -> bool:
    """Tell whether a share is of those only satisfied: "rất hài lòng 94%, hài lòng 5%"."""
    if zone.number.kind != "percent" or {"satisfied", "very-satisfied"} & frame.own != {"satisfied"}:
        return False
    return any(h.concept == "very-satisfied" for h in sentence.hits(end=zone.number.start))


def _is_mark(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is a mark that some units reached: "5 đơn vị đạt trên 90 điểm"."""
    start = max(sentence.start, number.start - _MARK_REACH)
    return sentence.lexicon.grammar["units-up-to"].search(sentence.text, start, number.start) is not None


def _is_rank_of_other(sentence: Sentence, number: Number) -> bool:
    """Tell whether a rank is one for something that the ontology does not know: "đứng thứ nhất về thu hút đầu tư"."""
    behind = sentence.finds("ranked-for", number.after, sentence.end)
    if behind is None:
        return False
    ranked = any(h.concept == "rank" and sentence.touches(h, number.start) for h in sentence.hits(end=number.start))
    if not (ranked or number.kind == "rank"):
        return False
    begin, end = behind.span("what")
    told = (h for h in sentence.hits(number.after) if h.start < end and h.end > begin)
    return not any(h.dimension in MEASURING - {"stage"} for h in told)


def _is_regional(sentence: Sentence, number: Number) -> bool:
    """Tell whether a rank is one within a region, told beside the national one: "thứ 9 cả nước và thứ 3 vùng"."""
    ranks = [h for h in sentence.hits(end=number.start) if h.concept == "rank"]
    return len(ranks) > 1 and sentence.finds("regional-behind", number.after, sentence.end) is not None


def _is_base_value(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number in brackets is the value of the year compared with: "cao hơn năm 2022 (76,5%)"."""
    text, start = sentence.text, number.start
    if number.kind == "rank" or text[start - 1 : start] != "(" or text[number.after : number.after + 1] != ")":
        return False
    return any(p.base and p.period is not None and not text[p.end : start - 1].strip() for p in sentence.periods)


def _is_share(sentence: Sentence, zone: Zone) -> bool:
    """Tell whether a percentage is a share, not a comparison: "850 kiến nghị (bằng 77,5%)", "bằng 97% số hồ sơ"."""
    number = zone.number
    end = zone.right[0][1] if zone.right else number.after
    if sentence.finds("share-of", number.after, sentence.end):
        return not any(number.after <= p.start < end for p in sentence.periods)
    opened = sentence.text.rfind("(", sentence.start, number.start)
    pattern = sentence.lexicon.grammar["share-in-brackets"]
    return opened >= 0 and pattern.fullmatch(sentence.text, opened, number.start) is not None


def equals_count(sentence: Sentence, number: Number) -> bool:
    """Tell whether a percentage says how much the count right before it is: "giảm 215 người, bằng 11,1%"."""
    before = [n for n in sentence.numbers if n.after <= number.start and n.kind == "plain"]
    gap = sentence.lexicon.grammar["equal-to-count"]
    return bool(before) and gap.fullmatch(sentence.text, before[-1].after, number.start) is not None


def _is_reduction(sentence: Sentence, zone: Zone, frame: Frame) -> bool:
    """Tell whether a decrease is a result of reform: of posts, units or time, not of dossiers, rates and scores."""
    indexed = sentence.lexicon.has(frame.cues if frame.bare else frame.own, {"index"})
    if zone.number.kind in ("points", "rank") or indexed:
        return False
    if not frame.near & _MADE_LESS or sentence.finds("than-then", zone.number.after, sentence.end):
        return False
    if "time" in frame.near and zone.number.kind == "percent":
        return True  # "thời gian giải quyết hồ sơ giảm 30% so với quy định"
    if "dossier" in frame.nouns or (frame.bare and "dossier" in frame.own):
        return False
    cues = [sentence.lexicon.cues[c] for c in frame.cues]
    if any(c.reducible for c in cues):
        return True
    rate = zone.number.kind == "percent" and any(c.dimension in ("timing", "stage", "channel") for c in cues)
    return not rate and not _compares(sentence, zone)


def only_small_words(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether only bounds and words such as "tới" stand in a stretch."""
    bounds = [h for h in sentence.hits(start, end) if h.dimension == "bound"]
    bounding = {w for h in bounds for w in _WORD.findall(sentence.text, h.start, h.end)}
    small = sentence.lexicon.grammar["small-word"]
    return all(w in bounding or small.fullmatch(w) for w in _WORD.findall(sentence.text, start, end))


def _only_a_period(sentence: Sentence, start: int, end: int) -> bool:
    """Tell whether small words and at most a period stand in a stretch: "nhiều hơn năm 2020 gần"."""
    inside = next((p for p in sentence.periods if start <= p.start and p.end <= end), None)
    if inside is None:
        return only_small_words(sentence, start, end)
    return only_small_words(sentence, start, inside.start) and only_small_words(sentence, inside.end, end)


def _change_before(sentence: Sentence, zone: Zone) -> str | None:
    """Return the change cue that governs a number: only bounds and small words may stand between."""
    position = zone.number.start
    for hit in reversed(sentence.hits(zone.start, position)):
        parted = "," in sentence.text[hit.end : position]
        if (
            hit.dimension == "change"
            and hit.concept != "to"
            and not parted
            and _only_a_period(sentence, hit.end, position)
        ):
            return hit.concept
        if hit.concept in ("equals", "to") and hit.end >= position - 8:
            return None
    return None


def _counts_steps(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number counts the steps a rank went up or down: "tăng 5 bậc"."""
    behind = sentence.hits(number.after, number.after + _STEP_REACH)
    return any(h.dimension == "rank-scale" and not sentence.text[number.after : h.start].strip() for h in behind)


def _compares(sentence: Sentence, zone: Zone) -> bool:
    return bool(zone.right) and any(h.concept == "compared" for h in sentence.hits(*zone.right[0]))


def _has_own_period(sentence: Sentence, number: Number) -> bool:
    """Tell whether a period stands right behind a number: "từ 4,1% năm 2015 xuống còn 1,3%"."""
    behind = [p for p in sentence.periods if number.after <= p.start]
    tie = sentence.lexicon.grammar["year-behind"]
    nouns = (h for h in sentence.hits(number.after) if h.dimension == "object" and h.start == number.after + 1)
    begin = max((h.end for h in nouns), default=number.after)
    return bool(behind) and tie.fullmatch(sentence.text, begin, behind[0].start) is not None


def leads_on(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is where a change begins: "từ 10 lên 20", "từ 5,2% năm 2016 xuống còn 1,4%"."""
    following = next((n.start for n in sentence.numbers if n.start >= number.after), sentence.end)
    led = [h.end for h in sentence.hits(number.after, min(following, number.after + _FROM_REACH)) if h.concept == "to"]
    if following - number.after < _FROM_REACH:
        return bool(led)
    return any(sentence.text[end : end + 2].strip().isdigit() for end in led)  # "xuống còn 12 - 13"


def _is_share_of_other(sentence: Sentence, zone: Zone) -> bool:
    """Tell whether a percentage is a share of a total that itself is something special."""
    if zone.number.kind != "percent" or not zone.right:
        return False
    start, end = zone.right[0]
    total = sentence.finds("of-total", start, end)
    return total is not None and any(h.dimension in ("timing", "channel") for h in sentence.hits(total.end(), end))


def _is_total(sentence: Sentence, zone: Zone) -> bool:
    """Tell whether a number is what a share is taken of: "trong tổng số 168.000 hồ sơ"."""
    position = zone.number.start
    if zone.right and any(h.dimension in ("stage", "timing") for h in sentence.hits(*zone.right[0])):
        return False
    return any(
        h.dimension == "of-total" and sentence.touches(h, position) for h in sentence.hits(position - 30, position)
    )
