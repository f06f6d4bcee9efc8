"""Looks at a query before the engine does: what kind it is, which graphs it names, and whether it may be asked.

The query is read by the lexical grammar of SPARQL (section 19.8 of SPARQL 1.1 Query Language), in one pass and in time
linear in its length. A keyword is one only where the grammar has one: not in a string, a comment, an IRI, a variable or
a prefixed name. The engine does not ask for space between words (``SERVICESILENT<…>`` is a service call to it, and so
is ``SERVICE:x``), so a word outside of the vocabulary and a prefix that is not declared are errors here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from builder.server.refusals import Malformed, NotAllowed, Position, TooComplex
from builder.vocabulary import NAMESPACES

BASE_IRI = NAMESPACES["id"]  # what relative IRIs of a query are relative to

MAX_BYTES = 32 * 1024  # the engine's parser overflows its stack or hangs on queries that are large in one of these ways
MAX_TOKENS = 3_000
MAX_DEPTH = 40
MAX_TRIPLES = 80  # its planner needs time by the fourth power of this
MAX_PATH = 60
MAX_OPERATORS = 300

QUERY_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
CLAUSES = frozenset({"FILTER", "OPTIONAL", "UNION", "MINUS", "BIND", "EXISTS", "GRAPH", "LATERAL", "VALUES", "HAVING"})
UPDATES = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH", "USING", "DATA", "INTO"}
)
_OTHERS = """
A ABS ADJUST AS ASC AVG BASE BNODE BOUND BY CEIL COALESCE CONCAT CONTAINS COUNT DATATYPE DAY DESC DISTINCT
ENCODE_FOR_URI FALSE FLOOR FROM GROUP GROUP_CONCAT HASLANG HASLANGDIR HOURS IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC
ISTRIPLE ISURI LANG LANGDIR LANGMATCHES LCASE LIMIT MAX MD5 MIN MINUTES MONTH NAMED NOT NOW OBJECT OFFSET ORDER
PREDICATE PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SEPARATOR SHA1 SHA256 SHA384 SHA512 STR
STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE TRIPLE TRUE TZ
UCASE UNDEF URI UUID VERSION WHERE YEAR
"""
VOCABULARY = QUERY_FORMS | CLAUSES | frozenset(_OTHERS.split())

_FIRST = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = _FIRST + "_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_LOCAL = rf"(?:[{_NAME}:\-]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
TOKEN = re.compile(
    rf"""
      (?P<space>(?:[ \t\r\n]++|\#[^\r\n]*+)++)
    | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
               | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+')
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*+>)
    | (?P<blank>_:(?:[{_NAME}\-]|\.+(?=[{_NAME}\-]))++)
    | (?P<variable>[?$][{_NAME}]++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]+)*+(?:--[A-Za-z]++)?)
    | (?P<name>(?:[{_FIRST}](?:[{_NAME}\-]|\.+(?=[{_NAME}\-])){{0,99}}+)?:(?:{_LOCAL}|\.++(?={_LOCAL}))*+)
    | (?P<number>(?:[0-9]++(?:\.[0-9]*+(?=[eE]))?|\.[0-9]++)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
    | (?P<word>(?:[A-Za-z_]|{_ESCAPE})(?:[A-Za-z_0-9]|{_ESCAPE})*+)
    | (?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {")": "(", "}": "{", "]": "["}
_TERMS = frozenset({"string", "iri", "blank", "variable", "name", "number"})


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs a query is asked over, by their IRIs; ``default`` is merged into the default graph."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A query that may be given to the engine.

    ``dataset`` is what the query itself selects with FROM; ``None`` means all graphs, each under its name and all of
    them together as the default graph.
    """

    text: str = field(repr=False)
    form: str  # "SELECT", "ASK", "CONSTRUCT", "DESCRIBE"
    dataset: Dataset | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: its kind (a group of ``TOKEN``), its text, and where it begins in code points."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """The keyword this is, in capitals and without escapes, or ""."""
        return unescape(self.text).upper() if self.kind == "word" else ""


def look(text: str) -> Query:
    """Return the query if it may be asked.

    Raises:
        Malformed: it is no query by its words, prefixes or quotes; the engine tells of anything else.
        NotAllowed: it writes (INSERT, LOAD …) or calls another service (SERVICE).
        TooComplex: it is larger or more deeply nested than the engine can take.

    """
    size = len(_encode(text))
    if size > MAX_BYTES:
        raise TooComplex(
            f"the query has {size} bytes; at most {MAX_BYTES} are taken",
            f"truy vấn dài {size} byte; tối đa là {MAX_BYTES}",
        )
    reading = _Reading(text)
    for token in tokens(text):
        reading.take(token)
    return reading.finish()


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of a query without space and comments."""
    for match in TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match[0], match.start())


def unescape(text: str) -> str:
    r"""Put characters in place of their ``\u`` and ``\U`` escapes.

    >>> unescape(r"\u0053ERVICE")
    'SERVICE'
    """
    return re.sub(_ESCAPE, lambda match: _character(int(match[0][2:], 16)), text)


def locate(text: str, offset: int) -> Position:
    """Return the line and column of an offset in code points."""
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - before.rfind("\n"))


class _Reading:
    """What has been seen of one query so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.form = ""
        self.base = BASE_IRI
        self.prefixes: dict[str, str] = {}
        self.default: list[str] = []
        self.named: list[str] = []
        self.brackets: list[Token] = []  # that are open
        self.before: list[Token] = []  # the last three tokens
        self.values = 0  # depth of brackets at which a block of VALUES stands, or 0
        self.counts = {"tokens": 0, "depth": 0, "triples": 0, "path": 0, "operators": 0}

    def take(self, token: Token) -> None:
        """Note one more piece, or refuse the query for it."""
        self._count("tokens", MAX_TOKENS, token)
        match token.kind:
            case "word":
                self._take_word(token)
            case "name" | "iri":
                self._take_iri(token)
            case "sign":
                self._take_sign(token)
        if token.kind in _TERMS:
            self._take_term(token)
        self.before = [*self.before[-2:], token]

    def finish(self) -> Query:
        """Return the query when all of it has been seen."""
        if not self.form:
            raise Malformed(
                "there is no SELECT, ASK, CONSTRUCT or DESCRIBE", "không có SELECT, ASK, CONSTRUCT hay DESCRIBE"
            )
        if self.brackets:
            self._refuse(Malformed, self.brackets[-1], "this bracket is not closed", "ngoặc này chưa được đóng")
        named = self.default or self.named
        return Query(self.text, self.form, Dataset(tuple(self.default), tuple(self.named)) if named else None)

    def _take_word(self, token: Token) -> None:
        word = token.word
        if word == "SERVICE":
            self._refuse(NotAllowed, token, "SERVICE: other services are not called", "SERVICE: không gọi dịch vụ khác")
        if word in UPDATES:
            self._refuse(NotAllowed, token, f"{word}: this service is read-only", f"{word}: dịch vụ này chỉ cho đọc")
        if word not in VOCABULARY and word.rstrip("0123456789") not in {"LIMIT", "OFFSET"}:
            self._refuse(
                Malformed, token, f"“{token.text}” is no word of SPARQL", f"“{token.text}” không phải từ khóa SPARQL"
            )
        if word in QUERY_FORMS and not self.form:
            self.form = word
        if word in CLAUSES:
            self._count("operators", MAX_OPERATORS, token)
        if word == "VALUES" and not self.values:
            self.values = len(self.brackets) + 1

    def _take_iri(self, token: Token) -> None:
        last = [before.word for before in self.before]
        if not self.form and token.kind == "iri":
            self._declare(token)
        elif token.kind == "name" and (self.form or last[-1:] != ["PREFIX"]):
            self._check_prefix(token)
        if self.brackets or not self.form:
            return
        if last[-1:] == ["FROM"]:
            self.default.append(self._resolve(token))
        elif last[-2:] == ["FROM", "NAMED"]:
            self.named.append(self._resolve(token))

    def _declare(self, token: Token) -> None:
        """Note what BASE or PREFIX says; the engine tells of a prologue that is wrong."""
        match self.before:
            case [*_, Token(kind="word") as base] if base.word == "BASE":
                self.base = self._resolve(token)
            case [*_, Token(kind="word") as prefix, Token(kind="name") as name] if prefix.word == "PREFIX":
                self.prefixes[name.text.removesuffix(":")] = self._resolve(token)

    def _check_prefix(self, token: Token) -> None:
        """Refuse a prefix that is not declared, or that the engine could take for a keyword."""
        prefix = token.text.partition(":")[0]
        if prefix not in self.prefixes:
            self._refuse(
                Malformed, token, f"the prefix “{prefix}:” is not declared", f"tiền tố “{prefix}:” chưa được khai báo"
            )
        if "SERVICE" in prefix.upper() or prefix.upper().endswith(("FROM", "NAMED")):
            english = f"the prefix “{prefix}:” is too like a keyword; choose another"
            self._refuse(Malformed, token, english, f"tiền tố “{prefix}:” quá giống từ khóa; hãy đổi tên khác")

    def _resolve(self, token: Token) -> str:
        """Return the full IRI that a token tells."""
        if token.kind == "iri":
            return urljoin(self.base, unescape(token.text[1:-1]))
        prefix, _, local = token.text.partition(":")
        return self.prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)

    def _take_sign(self, token: Token) -> None:
        sign = token.text
        if sign in {'"', "'"}:
            self._refuse(Malformed, token, "this quotation mark is not closed", "dấu nháy này chưa được đóng")
        if sign in _CLOSING.values():
            self._take_term(token)
            self.brackets.append(token)
            self.counts["depth"] = len(self.brackets) - 1
            self._count("depth", MAX_DEPTH, token)
        elif sign in _CLOSING:
            self._close(token)
        elif sign in {".", ";", ","} and self._innermost() != "(":
            self._count("triples", MAX_TRIPLES, token)
        elif sign in {"/", "|", "^"}:
            self._count("path", MAX_PATH, token)
        elif sign not in {".", ";", ",", "\\"}:
            self._count("operators", MAX_OPERATORS, token)

    def _close(self, token: Token) -> None:
        if self._innermost() != _CLOSING[token.text]:
            self._refuse(Malformed, token, "this bracket was not opened", "ngoặc này chưa được mở")
        self.brackets.pop()
        if token.text == "}" and len(self.brackets) + 1 == self.values:
            self.values = 0

    def _innermost(self) -> str:
        """Return the last bracket that is open, or ""."""
        return self.brackets[-1].text if self.brackets else ""

    def _take_term(self, token: Token) -> None:
        """Count the members of a list: terms side by side in parentheses are triples without a sign between them."""
        if self.values or self._innermost() != "(" or not self.before:
            return
        last = self.before[-1]
        if last.kind in _TERMS or last.text in {"]", ")"}:
            self._count("triples", MAX_TRIPLES, token)

    def _count(self, what: str, most: int, token: Token) -> None:
        self.counts[what] += 1
        if self.counts[what] > most:
            english, vietnamese = _TOO_MANY[what]
            self._refuse(TooComplex, token, english.format(most), vietnamese.format(most))

    def _refuse(self, kind: type[Malformed | NotAllowed | TooComplex], token: Token, en: str, vi: str) -> None:
        raise kind(en, vi, locate(self.text, token.start))


_TOO_MANY = {
    "tokens": ("the query has more than {} words and signs", "truy vấn có hơn {} từ và dấu"),
    "depth": ("more than {} brackets stand in each other", "ngoặc lồng nhau quá {} lớp"),
    "triples": ("the query has more than {} triple patterns", "truy vấn có hơn {} mẫu bộ ba"),
    "path": ("the query has more than {} path operators", "truy vấn có hơn {} toán tử đường dẫn"),
    "operators": ("the query has more than {} operators and clauses", "truy vấn có hơn {} toán tử và mệnh đề"),
}


def _character(code: int) -> str:
    """Return the character of a code, or U+FFFD for what is none."""
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as problem:
        raise Malformed(
            "half of a surrogate pair is no character",
            "nửa cặp surrogate không phải ký tự",
            locate(text, problem.start),
        ) from problem
