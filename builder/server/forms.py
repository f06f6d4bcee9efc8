"""The form of a saved question: its parameters as fields, and the values that a reader gave checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.errors import QueryError
from builder.explorer.atlas import Atlas, choose
from builder.explorer.choices import Choices, options
from builder.explorer.comparison import Option
from builder.queries import ANY, GEOGRAPHIES, Parameter, SavedQuery, bind
from builder.server.refusals import Refused
from builder.server.view import View
from builder.vocabulary import NAMESPACES

RESERVED = ("lang", "format")  # parameters of an address that are none of a question
AS_REPORTED, AS_OF = GEOGRAPHIES
INPUTS = {"integer": "number", "date": "date", "iri": "url", "string": "text"}
SEARCHED = ("indicator", "unit")  # lists long enough to be searched in
EXPECTED: Mapping[str, tuple[str, str]] = {
    "indicator": (
        "mã chỉ tiêu, ví dụ on-time-rate, hoặc IRI",
        "the identifier of an indicator, such as on-time-rate, or an IRI",
    ),
    "unit": ("mã đơn vị, ví dụ 875 hoặc 875/origin, hoặc IRI", "a code such as 875 or 875/origin, or an IRI"),
    "level": ("province, district hoặc commune", "province, district or commune"),
    "geography": ("as-reported hoặc as-of", "as-reported or as-of"),
    "year": ("năm gồm bốn chữ số", "a year of four digits"),
    "integer": ("số nguyên", "a whole number"),
    "date": ("ngày, ví dụ 2019-11-28", "a day such as 2019-11-28"),
    "iri": ("IRI đầy đủ", "an absolute IRI"),
    "string": ("văn bản", "text"),
}
EVERY: Mapping[str, tuple[str, str]] = {
    "indicator": ("mọi chỉ tiêu", "all indicators"),
    "unit": ("mọi đơn vị", "all units"),
    "level": ("mọi cấp", "all levels"),
    "year": ("mọi năm", "all years"),
}

Message = tuple[str, str]  # Vietnamese, English


class WrongValues(Refused):
    """A question was given values that it does not take; ``messages`` are by parameter."""

    def __init__(self, messages: Mapping[str, Message]) -> None:
        self.messages = dict(messages)
        vietnamese, english = ("; ".join(each) for each in zip(*messages.values(), strict=True))
        super().__init__(english, vietnamese)


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a form shows it; without groups of options it is typed in."""

    parameter: Parameter
    value: str
    message: Message | None  # what is wrong with the value
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()  # caption ("" for none), options

    @property
    def input(self) -> str:
        """Return the type of the field in HTML, "" for a list."""
        return "" if self.groups else INPUTS.get(self.parameter.type, "text")

    @property
    def searched(self) -> bool:
        """Return whether the list is to be searched in by typing."""
        return self.parameter.type in SEARCHED


def read_values(query: SavedQuery, params: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Message]]:
    """Return the values that an address gives, and what is wrong with which.

    An empty value is "any" where that is accepted, else it is as if it were not given; one that is the default of the
    question is left out.
    """
    values: dict[str, str] = {}
    messages: dict[str, Message] = {}
    for name, text in params.items():
        if name in RESERVED:
            continue
        try:
            parameter = query.parameter(name)
        except QueryError:
            known = ", ".join(p.name for p in query.parameters) or "–"
            messages[name] = (
                f"câu hỏi này không có tham số “{name}”; có: {known}",
                f"this question has no parameter “{name}”; it takes {known}",
            )
            continue
        value = text.strip() or (ANY if parameter.optional else parameter.default)
        if value != parameter.default:
            values[name] = value
            if not _fits(query, name, value):
                messages[name] = _explain(parameter, value)
    return values, messages


def _fits(query: SavedQuery, name: str, value: str) -> bool:
    try:
        bind(query, {name: value})
    except QueryError:
        return False
    return True


def _explain(parameter: Parameter, value: str) -> Message:
    vi, en = EXPECTED[parameter.type]
    also = (f" hoặc “{ANY}”", f" or “{ANY}”") if parameter.optional else ("", "")
    return f"“{value}” không dùng được; hãy nhập {vi}{also[0]}", f"“{value}” cannot be used; give {en}{also[1]}"


def list_fields(
    atlas: Atlas,
    choices: Choices,
    query: SavedQuery,
    values: Mapping[str, str],
    messages: Mapping[str, Message],
    view: View,
) -> list[Field]:
    """Return the fields of a question; a choice between geographies is none where there is only one."""
    fields = []
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if parameter.type == "geography" and not choices.day and value == parameter.default:
            continue
        groups = _groups(atlas, choices, query, parameter, value, view)
        typed = "" if value == ANY and not groups else value
        fields.append(Field(parameter, typed, messages.get(parameter.name), groups))
    return fields


def offered(atlas: Atlas, choices: Choices, query: SavedQuery, parameter: Parameter, view: View) -> Sequence[Option]:
    """Return the values of a parameter that there is something to choose from for."""
    if parameter.type == "geography":
        reported = Option(AS_REPORTED, view.t("như trang nêu", "as reported"), 0)
        carried = Option(AS_OF, f"{view.t('theo ngày', 'as of')} {view.day(choices.day)}", 0)
        return (reported, carried) if choices.day else (reported,)
    if parameter.type == "year" and "org:ChangeEvent" in query.text:  # a question about changes
        return choices.years_of_changes
    return options(atlas, choices, parameter.type, view.language)


def _groups(
    atlas: Atlas, choices: Choices, query: SavedQuery, parameter: Parameter, value: str, view: View
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """Return the options of a list: any, those that figures tell of, the others; the value given is one of them."""
    found = offered(atlas, choices, query, parameter, view)
    if parameter.type in INPUTS:
        return ()
    first = every(parameter, view)
    if value not in {each.value for each in (*first, *found)}:
        first.append(Option(value, _name(atlas, parameter, value, view), 0))
    if parameter.type != "indicator":
        return (("", (*first, *found)),)
    told = tuple(each for each in found if each.figures)
    silent = tuple(each for each in found if not each.figures)
    captions = view.t("Có số liệu", "With figures"), view.t("Chưa có số liệu", "Without figures")
    groups = (("", tuple(first)), (captions[0], told), (captions[1], silent))
    return tuple(group for group in groups if group[1])


def every(parameter: Parameter, view: View) -> list[Option]:
    """Return the option "any" of a list, if the parameter has one."""
    return [Option(ANY, view.t(*EVERY[parameter.type]), 0)] if parameter.optional and parameter.type in EVERY else []


def _name(atlas: Atlas, parameter: Parameter, value: str, view: View) -> str:
    """Return what to call a value that is none of those offered: a unit by its name, if the graph knows it."""
    if parameter.type != "unit":
        return value
    iri = value if ":" in value else f"{NAMESPACES['id']}unit/{value}"
    try:
        label = choose(atlas.labels([iri]).get(iri, {}), view.language)
    except ValueError:
        label = ""
    return f"{label} ({value})" if label and label != value else value
