"""The independent checker proves what is right and sees every kind of mistake."""

import ast
import re
import sqlite3
import sys
import tracemalloc
import unicodedata
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import ROOT

from builder import evidence
from builder.evidence import FIGURES, prove, statements
from builder.evidence.numerals import read_number

PAGE = "Năm 2019, huyện Tiên Yên\r\ngiải quyết đúng hạn 99,4% hồ sơ 𠮷 của người dân."
NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
CCHC = "https://w3id.org/cchc/ontology#"
MEASURE = "http://purl.org/linked-data/sdmx/2009/measure#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
GRAPH = "<https://w3id.org/cchc/id/graph/pages/tien-yen.txt>"
DOCUMENT = "https://w3id.org/cchc/id/document/pages/tien-yen.txt"


class Build:
    """A built graph with one page, whose parts a test may spoil before it is written."""

    def __init__(self, folder: Path, page: bytes = PAGE.encode()) -> None:
        self.folder, self.page = folder, page
        self.text = PAGE
        self.path = "pages/tien-yen.txt"
        self.checksum = sha256(page).hexdigest()
        self.quotations = [self.quotation("99,4%"), self.quotation("Tiên Yên\r\ngiải quyết"), self.quotation("𠮷 của")]

    def quotation(self, characters: str) -> tuple[int, int, str]:
        begin = PAGE.index(characters)
        return begin, begin + len(characters), characters

    def lines(self) -> list[str]:
        document, text = f"<{DOCUMENT}>", f"<{DOCUMENT}#text>"
        found = [
            f"{document} <{TYPE}> <{CCHC}SourceDocument>",
            f"{document} <http://purl.org/dc/terms/identifier> {quoted(self.path)}",
            f"{document} <{CCHC}sha256> {quoted(self.checksum)}",
            f"{text} <{NIF}sourceUrl> {document}",
        ]
        for begin, end, characters in self.quotations:
            span = f"<{DOCUMENT}#char={begin},{end}>"
            found += [
                f"{span} <{TYPE}> <{NIF}OffsetBasedString>",
                f"{span} <{NIF}beginIndex> {number(begin)}",
                f"{span} <{NIF}endIndex> {number(end)}",
                f"{span} <{NIF}anchorOf> {quoted(characters)}",
                f"{span} <{NIF}referenceContext> {text}",
            ]
        return [f"{line} {GRAPH} ." for line in found]

    def write(self) -> tuple[Path, Path, Path]:
        """Return the graph, the folder of texts and the folder of pages."""
        graph, texts, pages = self.folder / "graph.nq", self.folder / "texts", self.folder / "input"
        graph.write_text("\n".join(self.lines()) + "\n", encoding="utf-8", newline="")
        for folder, name, content in ((texts, ".txt", self.text.encode()), (pages, "", self.page)):
            file = folder / f"pages/tien-yen.txt{name}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return graph, texts, pages


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    return f'"{escaped}"'


def number(value: int) -> str:
    return f'"{value}"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>'


@pytest.fixture
def build(tmp_path):
    return Build(tmp_path)


def test_what_is_right_is_proved(build):
    """Line ends are kept as they are, and a character outside the basic plane counts as one."""
    assert prove(*build.write()) == (0, 3, 1, [])
    assert prove(*build.write()[:2]).mismatches == []


MARKED = {
    "UTF-8": b"\xef\xbb\xbf" + PAGE.encode(),
    "LE": PAGE.encode("utf-16"),
    "BE": b"\xfe\xff" + PAGE.encode("utf-16-be"),
}


@pytest.mark.parametrize("encoding", MARKED)
def test_the_mark_at_the_start_of_a_page_is_no_character(tmp_path, encoding):
    assert prove(*Build(tmp_path, MARKED[encoding]).write()) == (0, 3, 1, [])


def test_a_second_mark_is_one(tmp_path):
    """It stands in the kept text, and offsets count it."""
    build = Build(tmp_path, b"\xef\xbb\xbf" * 2 + PAGE.encode())
    build.text = "\ufeff" + PAGE
    build.quotations = [(begin + 1, end + 1, characters) for begin, end, characters in build.quotations]
    assert prove(*build.write()) == (0, 3, 1, [])


def test_an_empty_graph_tells_nothing(tmp_path):
    (tmp_path / "graph.nq").touch()
    assert prove(tmp_path / "graph.nq", tmp_path) == (0, 0, 0, [])


def test_a_page_whose_letters_were_converted_is_known_by_its_checksum(build):
    """The bytes are not those of the text then; but only the issue that tells so makes a difference allowed."""
    build.page = PAGE.encode("utf-16-le")
    build.checksum = sha256(build.page).hexdigest()
    graph, texts, pages = build.write()
    assert len(prove(graph, texts, pages).mismatches) == 1
    issue = f"<https://w3id.org/cchc/id/issue/1> <{CCHC}issueKind> <https://w3id.org/cchc/issue-kind/converted-text>"
    graph.write_text("\n".join([*build.lines(), f"{issue} {GRAPH} ."]) + "\n", encoding="utf-8", newline="")
    assert prove(graph, texts, pages).mismatches == []
    (pages / build.path).write_bytes(PAGE.encode())
    assert len(prove(graph, texts, pages).mismatches) == 1


def test_the_last_character_is_quoted_and_none_behind_it(build):
    begin = PAGE.index("dân.")
    build.quotations = [(begin, len(PAGE), "dân.")]
    assert prove(*build.write()).mismatches == []
    build.quotations = [(begin, len(PAGE) + 1, "dân.")]
    assert len(prove(*build.write()).mismatches) == 1


def test_control_characters_are_read_as_they_stand(build):
    build.text = PAGE.replace("Năm", "N\x01\t")
    build.quotations = [(0, 3, "N\x01\t"), *build.quotations]
    assert prove(*build.write()[:2]).mismatches == []


@pytest.mark.parametrize("spoil", [lambda line: line[:-3] + b"\xff" + line[-3:], lambda line: line[:-1] + b"\r\n"])
def test_bytes_that_do_not_belong_into_a_statement_are_seen(build, spoil):
    graph, texts, _ = build.write()
    first, *others = graph.read_bytes().splitlines(keepends=True)
    graph.write_bytes(b"".join([spoil(first), *others]))
    assert "line 1: is no statement" in prove(graph, texts).mismatches


@pytest.mark.parametrize("shift", [-1, 1])
def test_shifted_offsets_are_seen(build, shift):
    begin, end, characters = build.quotations[0]
    build.quotations[0] = (begin + shift, end + shift, characters)
    [mismatch] = prove(*build.write()).mismatches
    assert mismatch.startswith(f"{DOCUMENT}#char={begin + shift},{end + shift}: says '99,4%', but the text has")


def test_every_changed_character_is_seen(build):
    begin, end, characters = build.quotations[1]
    for place in range(len(characters)):
        build.quotations[1] = (begin, end, f"{characters[:place]}#{characters[place + 1 :]}")
        assert len(prove(*build.write()).mismatches) == 1


@pytest.mark.parametrize(
    ("begin", "end", "characters"),
    [(60, 10_000, "của"), (10_000, 10_003, "của"), (9, 4, ""), (0, 0, "Năm"), (0, 3, "")],
)
def test_impossible_offsets_are_seen(build, begin, end, characters):
    build.quotations = [(begin, end, characters)]
    assert len(prove(*build.write()).mismatches) == 1


def test_composed_and_decomposed_letters_differ(build):
    build.text = unicodedata.normalize("NFD", PAGE)
    assert len(prove(*build.write()[:2]).mismatches) == 3


def test_a_missing_text_is_seen(build):
    graph, texts, _ = build.write()
    (texts / "pages" / "tien-yen.txt.txt").unlink()
    assert len(prove(graph, texts).mismatches) == 3
    assert len(prove(graph, texts / "nowhere").mismatches) == 3


def test_an_unreadable_text_is_seen(build):
    graph, texts, _ = build.write()
    (texts / "pages" / "tien-yen.txt.txt").write_bytes(b"\xff\xfa")
    assert len(prove(graph, texts).mismatches) == 3


@pytest.mark.parametrize(
    "leave_out", ["beginIndex", "endIndex", "anchorOf", "referenceContext", "sourceUrl", "identifier"]
)
def test_a_quotation_with_a_part_missing_is_seen(build, leave_out):
    graph, texts, _ = build.write()
    kept = [line for line in build.lines() if leave_out not in line]
    graph.write_text("\n".join(kept) + "\n", encoding="utf-8", newline="")
    assert len(prove(graph, texts).mismatches) == 3


def test_offsets_that_are_no_numbers_are_seen(build):
    graph, texts, _ = build.write()
    graph.write_text(graph.read_text(encoding="utf-8").replace(number(build.quotations[0][0]), '"x"'), encoding="utf-8")
    assert len(prove(graph, texts).mismatches) == 1


def test_a_second_begin_does_not_hide_the_first(build):
    graph, texts, _ = build.write()
    begin, end, _ = build.quotations[0]
    second = f"<{DOCUMENT}#char={begin},{end}> <{NIF}beginIndex> {number(begin + 1)} {GRAPH} ."
    graph.write_text("\n".join([*build.lines(), second]) + "\n", encoding="utf-8", newline="")
    assert len(prove(graph, texts).mismatches) == 1


def test_a_page_changed_since_is_seen(build):
    graph, texts, pages = build.write()
    (pages / build.path).write_bytes(PAGE.replace("99,4%", "99,5%").encode())
    assert prove(graph, texts).mismatches == []
    assert prove(graph, texts, pages).mismatches == [f"{DOCUMENT}: pages/tien-yen.txt is not the page that was read"]


def test_a_text_that_is_not_the_page_is_seen(build):
    build.text = PAGE + " "
    assert len(prove(*build.write()).mismatches) == 1


def test_a_page_that_is_not_there_is_not_counted(build):
    graph, texts, pages = build.write()
    (pages / build.path).unlink()
    assert prove(graph, texts, pages) == (0, 3, 0, [])


def test_nothing_outside_the_folders_is_read(build):
    build.path = "../input/pages/tien-yen.txt"
    graph, texts, pages = build.write()
    (build.folder / "input" / "pages" / "tien-yen.txt.txt").write_bytes(PAGE.encode())
    assert len(prove(graph, texts).mismatches) == 3
    assert prove(graph, texts, pages / "pages").pages == 0


# ---------------------------------------------------------------- facts and their numbers

FIGURE = "https://w3id.org/cchc/id/observation/1"


def figure(kind: str = "Observation", value: str = "99.4", printed: str = "99,4%", proof: str = "13,18") -> list[str]:
    """Return the statements of a figure that the quotation “99,4%” proves, or that of a spoiled one."""
    begin = PAGE.index("99,4%")
    proof = proof.replace("13,18", f"{begin},{begin + 5}")
    told = [
        f"<{FIGURE}> <{TYPE}> <{CCHC}{kind}>",
        f'<{FIGURE}> <{MEASURE}obsValue> "{value}"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        f"<{FIGURE}> <{CCHC}printedValue> {quoted(printed)}",
        f"<{FIGURE}> <{CCHC}evidence> <{DOCUMENT}#char={proof}>",
    ]
    return [f"{line} {GRAPH} ." for line in told]


def with_fact(build: Build, fact: list[str]) -> list[str]:
    graph, texts, _ = build.write()
    graph.write_text("\n".join([*build.lines(), *fact]) + "\n", encoding="utf-8", newline="")
    proof = prove(graph, texts)
    assert proof.facts == 1
    return proof.mismatches


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_that_is_quoted_is_proved(build, kind):
    assert with_fact(build, figure(kind)) == []


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"value": "99.5"}, "has the value '99.5', but says '99,4%'"),
        ({"value": "994"}, "has the value '994', but says '99,4%'"),
        ({"value": "many"}, "has the value 'many', but says '99,4%'"),
        ({"printed": "99,5%", "value": "99.5"}, "no quotation proves it"),
        ({"printed": ""}, "no quotation proves it"),
        ({"proof": "1,2"}, "no quotation proves it"),
    ],
)
def test_a_spoiled_figure_is_seen(build, kind, spoiled, reason):
    assert f"{FIGURE}: {reason}" in with_fact(build, figure(kind, **spoiled))


@pytest.mark.parametrize("kind", [*FIGURES, "Initiative"])
@pytest.mark.parametrize("left_out", ["evidence>", "printedValue>", "obsValue>"])
def test_a_fact_with_a_part_missing_is_seen(build, kind, left_out):
    kept = [line for line in figure(kind) if left_out not in line]
    assert (with_fact(build, kept) == []) == (kind == "Initiative" and left_out != "evidence>")


def test_a_fact_proved_by_what_is_no_quotation_is_seen(build):
    """What is called evidence is checked, whatever its type."""
    forged = [f"<{DOCUMENT}#char=0,5> <{NIF}anchorOf> {quoted('99,4%')} {GRAPH} .", *figure(proof="0,5")]
    assert [m.partition(": ")[0] for m in with_fact(build, forged)] == [f"{DOCUMENT}#char=0,5"]


def test_a_line_that_is_no_statement_is_seen(build):
    graph, texts, _ = build.write()
    for broken in ("nonsense", f"<{DOCUMENT}> <{TYPE}> {GRAPH} .", f'<{DOCUMENT}> <{NIF}anchorOf> "\\x" {GRAPH} .'):
        graph.write_text("\n".join([*build.lines(), broken]) + "\n", encoding="utf-8", newline="")
        assert prove(graph, texts).mismatches == [f"line {len(build.lines()) + 1}: is no statement"]


NUMBERS = {
    "15.840": "15840",
    "6.243.886": "6243886",
    "1,234": "1234",
    "1.234,5": "1234.5",
    "1,234.5": "1234.5",
    "99,97%": "99.97",
    "99.94 %": "99.94",
    "94.696": "94.696",
    "0.607": "0.607",
    "02": "2",
    "59,72 ngàn": "59720",
    "2,6 triệu đồng": "2600000",
    "4,79 tỷ": "4790000000",
    "200\u00a0tỉ đồng": "200000000000",
    "không có": "0",
    "Chưa có": "0",
    "nhất": "1",
    "hai": "2",
    "bốn": "4",
    "mười": "10",
}
UNLIKE = {
    "5.000 phần trăm": "5000",
    "15.840": "1584",
    "99,97%": "9997",
    "1.234,5": "12345",
    "6.243.886": "6243.886",
    "5.000%": "5000",
    "ba": "2",
}


@pytest.mark.parametrize("printed", NUMBERS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_printed_numbers_are_read(printed, form):
    assert Decimal(NUMBERS[printed]) in read_number(unicodedata.normalize(form, printed))


@pytest.mark.parametrize("printed", UNLIKE)
def test_printed_numbers_are_not_read_as_others(printed):
    assert Decimal(UNLIKE[printed]) not in read_number(printed)
    assert read_number(printed)


@pytest.mark.parametrize("printed", ["5 chục", "vô số", "vài ba", "", " "])
def test_words_that_are_not_known_are_not_judged(printed):
    assert read_number(printed) == set()


def test_it_reads_every_number_of_the_examples(example_out):
    """What the ontology teaches the builder to read, the checker was taught, too."""
    proof = prove(example_out / "graph.nq", example_out / "texts", ROOT / "examples" / "pages")
    assert proof.mismatches == []
    assert proof.facts >= 130
    assert proof.pages >= 9
    told = (example_out / "graph.nq").read_text(encoding="utf-8")
    printed = set(re.findall(r'#printedValue> "([^"]*)"', told))
    assert [words for words in sorted(printed) if not read_number(words)] == []
    assert len(printed) >= 60


# ---------------------------------------------------------------- large graphs

OTHER = "https://w3id.org/cchc/id/document/pages/other.txt"


def with_another_page(build: Build) -> list[str]:
    """Return the statements about the page and, after them, the same of another page."""
    lines = build.lines() + figure()
    build.path = "pages/other.txt"
    again = [line.replace("tien-yen.txt", "other.txt").replace("observation/1", "observation/2") for line in lines]
    (build.folder / "texts" / "pages" / "other.txt.txt").write_bytes(build.text.encode())
    return lines + again


def test_pages_are_proved_alike_in_any_order(build):
    """Statements of several pages may be mixed: right and wrong are told alike."""
    graph, texts, _ = build.write()
    lines = with_another_page(build)
    graph.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert prove(graph, texts) == (2, 6, 0, [])
    wrong = sorted(line.replace('obsValue> "99.4"', 'obsValue> "9.94"') for line in lines)
    for order in (wrong, wrong[::-1], wrong[::2] + wrong[1::2]):
        graph.write_text("\n".join(order) + "\n", encoding="utf-8")
        assert len(prove(graph, texts).mismatches) == 2


def test_memory_does_not_grow_with_the_graph(build):
    """Statements are sorted on disk; in memory there is one page at a time."""
    graph, texts, _ = build.write()
    one = "\n".join(build.lines() + figure()) + "\n"

    def peak(pages: int) -> int:
        with graph.open("w", encoding="utf-8", newline="") as file:
            for page in range(pages):
                file.write(one.replace("tien-yen", f"{page}").replace("observation/1", f"observation/{page}"))
                (texts / "pages" / f"{page}.txt.txt").write_text(build.text, encoding="utf-8", newline="")
        tracemalloc.start()
        assert prove(graph, texts) == (pages, 3 * pages, 0, [])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(1000) < 2 * peak(100)


def test_what_another_page_tells_of_a_fact_is_seen(build):
    """A second value, told in the graph of another page, would be found by every query."""
    graph, texts, _ = build.write()
    lines = with_another_page(build)
    stray = next(line for line in figure(value="12") if "obsValue" in line).replace("tien-yen", "other")
    graph.write_text("\n".join(sorted([*lines, stray])) + "\n", encoding="utf-8")
    assert f"{FIGURE}: is told of by two pages" in prove(graph, texts).mismatches


def test_without_room_to_sort_a_graph_it_says_so(build, monkeypatch):
    """The file that the statements are sorted in is no part of the build, but without it nothing is proved."""
    full = sqlite3.connect("")
    full.execute("PRAGMA max_page_count = 1")
    monkeypatch.setattr(statements.sqlite3, "connect", lambda _: full)
    with pytest.raises(OSError, match="cannot be sorted: database or disk is full"):
        prove(*build.write()[:2])


CHECKER = Path(evidence.__file__).parent


@pytest.mark.parametrize("file", sorted(CHECKER.glob("*.py")), ids=lambda file: file.stem)
def test_it_shares_no_code_with_the_builder(file):
    """It knows the standard library and itself, nothing else."""
    imports = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {str(node.module) if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports}
    ours = {name for name in names if name.startswith("builder.evidence.")}
    assert {name.partition(".")[0] for name in names - ours} <= sys.stdlib_module_names


def test_what_proves_is_read_at_a_glance():
    """Sixty lines compare; how it reads N-Quads and numbers for itself stands in two shorter modules."""
    lengths = {file.stem: lines_of_code(file.read_text(encoding="utf-8")) for file in CHECKER.glob("*.py")}
    assert lengths.keys() == {"__init__", "numerals", "statements"}
    assert lengths["__init__"] <= 60
    assert lengths["numerals"] <= 20
    assert lengths["statements"] <= 40


def lines_of_code(source: str) -> int:
    """Count lines with something on them that is neither comment nor docstring."""
    tree = ast.parse(source)
    told = [node.body[0] for node in ast.walk(tree) if isinstance(node, DOCUMENTED) and ast.get_docstring(node)]
    words = {line for node in told for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    written = [line.strip() for number, line in enumerate(source.splitlines(), 1) if number not in words]
    return len([line for line in written if line and not line.startswith("#")])


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
