"""The independent checker proves what is right and sees every kind of mistake."""

import ast
from hashlib import sha256
from pathlib import Path

import pytest

from builder import evidence
from builder.evidence import check_evidence, prove

PAGE = "Năm 2019, huyện Tiên Yên\r\ngiải quyết đúng hạn 99,4% hồ sơ 𠮷 của người dân."
NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
CCHC = "https://w3id.org/cchc/ontology#"
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
    assert prove(*build.write()) == (3, 1, [])
    assert check_evidence(*build.write()[:2]) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_mark_at_the_start_of_a_page_is_no_character(tmp_path, encoding):
    assert prove(*Build(tmp_path, PAGE.encode(encoding)).write()) == (3, 1, [])


@pytest.mark.parametrize("shift", [-1, 1])
def test_shifted_offsets_are_seen(build, shift):
    begin, end, characters = build.quotations[0]
    build.quotations[0] = (begin + shift, end + shift, characters)
    [mismatch] = check_evidence(*build.write())
    assert mismatch.startswith(f"{DOCUMENT}#char={begin + shift},{end + shift}: says '99,4%', but the text has")


def test_every_changed_character_is_seen(build):
    begin, end, characters = build.quotations[1]
    for place in range(len(characters)):
        build.quotations[1] = (begin, end, f"{characters[:place]}#{characters[place + 1 :]}")
        assert len(check_evidence(*build.write())) == 1


@pytest.mark.parametrize(
    ("begin", "end", "characters"),
    [(60, 10_000, "của"), (10_000, 10_003, "của"), (9, 4, ""), (0, 0, "Năm"), (0, 3, "")],
)
def test_impossible_offsets_are_seen(build, begin, end, characters):
    build.quotations = [(begin, end, characters)]
    assert len(check_evidence(*build.write())) == 1


def test_composed_and_decomposed_letters_differ(build):
    import unicodedata

    build.text = unicodedata.normalize("NFD", PAGE)
    assert len(check_evidence(*build.write()[:2])) == 3


def test_a_missing_text_is_seen(build):
    graph, texts, _ = build.write()
    (texts / "pages" / "tien-yen.txt.txt").unlink()
    assert len(check_evidence(graph, texts)) == 3
    assert len(check_evidence(graph, texts / "nowhere")) == 3


def test_an_unreadable_text_is_seen(build):
    graph, texts, _ = build.write()
    (texts / "pages" / "tien-yen.txt.txt").write_bytes(b"\xff\xfa")
    assert len(check_evidence(graph, texts)) == 3


@pytest.mark.parametrize(
    "leave_out", ["beginIndex", "endIndex", "anchorOf", "referenceContext", "sourceUrl", "identifier"]
)
def test_a_quotation_with_a_part_missing_is_seen(build, leave_out):
    graph, texts, _ = build.write()
    kept = [line for line in build.lines() if leave_out not in line]
    graph.write_text("\n".join(kept) + "\n", encoding="utf-8", newline="")
    assert len(check_evidence(graph, texts)) == 3


def test_offsets_that_are_no_numbers_are_seen(build):
    graph, texts, _ = build.write()
    graph.write_text(graph.read_text(encoding="utf-8").replace(number(build.quotations[0][0]), '"x"'), encoding="utf-8")
    assert len(check_evidence(graph, texts)) == 1


def test_a_second_begin_does_not_hide_the_first(build):
    graph, texts, _ = build.write()
    begin, end, _ = build.quotations[0]
    second = f"<{DOCUMENT}#char={begin},{end}> <{NIF}beginIndex> {number(begin + 1)} {GRAPH} ."
    graph.write_text("\n".join([*build.lines(), second]) + "\n", encoding="utf-8", newline="")
    assert len(check_evidence(graph, texts)) == 1


def test_a_page_changed_since_is_seen(build):
    graph, texts, pages = build.write()
    (pages / build.path).write_bytes(PAGE.replace("99,4%", "99,5%").encode())
    assert check_evidence(graph, texts) == []
    assert check_evidence(graph, texts, pages) == [f"{DOCUMENT}: pages/tien-yen.txt is not the page that was read"]


def test_a_text_that_is_not_the_page_is_seen(build):
    build.text = PAGE + " "
    assert len(check_evidence(*build.write())) == 1


def test_a_page_that_is_not_there_is_not_counted(build):
    graph, texts, pages = build.write()
    (pages / build.path).unlink()
    assert prove(graph, texts, pages) == (3, 0, [])


def test_nothing_outside_the_folders_is_read(build):
    build.path = "../input/pages/tien-yen.txt"
    graph, texts, pages = build.write()
    (build.folder / "input" / "pages" / "tien-yen.txt.txt").write_bytes(PAGE.encode())
    assert len(check_evidence(graph, texts)) == 3
    assert prove(graph, texts, pages / "pages").pages == 0


def test_it_shares_no_code_with_the_builder():
    """It knows the standard library and the store, nothing else, and is short enough to be read at a glance."""
    source = Path(evidence.__file__).read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports}
    assert names == {"hashlib", "pathlib", "typing", "pyoxigraph"}
    assert len([line for line in source.splitlines() if line.strip()]) <= 60
