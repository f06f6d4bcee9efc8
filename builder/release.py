"""Makes a release of a build: a folder with the graph in every format, a catalogue that portals read, and checksums.

Same build and same options, same bytes. A release is written aside and swapped in whole; nothing is replaced that is no
earlier release.
"""

import gzip
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from builder import artefacts, pipeline, queries
from builder.errors import BuilderError, StoreError
from builder.exporter import (
    About,
    Catalogue,
    File,
    count_statements,
    describe,
    draw,
    export,
    write_catalogue,
    write_network,
    write_schema_org,
    write_void,
)
from builder.exporter.catalogue import LICENCE
from builder.keeping import GRAPH
from builder.sparql import load_graph
from builder.turtle import Statements, Texts

CATALOGUE, VOID, SCHEMA_ORG, CHECKSUMS = "catalog.ttl", "void.ttl", "dataset.jsonld", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Part:
    """A file that a release offers: what it is called, what it is, and how it is made of a build."""

    name: str
    media_type: str
    format: str  # code in the list of file types of the EU, "" where that has none
    title: Texts
    write: Callable[[Path, Path], object]  # takes the folder of the build and the file to write
    packed: bool = False  # by gzip, once written


@dataclass(frozen=True, slots=True)
class Released:
    """What became of a release."""

    catalogue: Catalogue
    left_out: tuple[str, ...]  # one line for each file that could not be made: what and why


def _export(form: str) -> Callable[[Path, Path], object]:
    return lambda out, target: export(out / GRAPH, form, target)


def _write_network(out: Path, target: Path) -> None:
    write_network(draw(out / GRAPH), target)


def _write_questions(out: Path, target: Path) -> None:  # noqa: ARG001  all parts are made alike
    target.write_text(write_questions(), encoding="utf-8", newline="\n")


def _write_metadata(out: Path, target: Path) -> None:  # noqa: ARG001
    """Do nothing: the description of a CSV file is written together with it."""
    assert target.is_file()


def _write_context(out: Path, target: Path) -> None:  # noqa: ARG001
    shutil.copyfile(artefacts.ontology_file("context.jsonld"), target)


def _titled(vi: str, en: str) -> Texts:
    return {"vi": vi, "en": en}


# Everything that a release offers; a further table or format is a further line.
PARTS: tuple[Part, ...] = (
    Part(
        "graph.nq",
        "application/n-quads",
        "RDF_N_QUADS",
        _titled("Đồ thị dạng N-Quads, mỗi trang một đồ thị có tên", "Graph as N-Quads, one named graph per page"),
        _export("nq"),
    ),
    Part(
        "graph.trig",
        "application/trig",
        "RDF_TRIG",
        _titled("Đồ thị dạng TriG, mỗi trang một đồ thị có tên", "Graph as TriG, one named graph per page"),
        _export("trig"),
    ),
    Part("graph.ttl", "text/turtle", "RDF_TURTLE", _titled("Đồ thị dạng Turtle", "Graph as Turtle"), _export("ttl")),
    Part(
        "graph.nt.gz",
        "application/n-triples",
        "RDF_N_TRIPLES",
        _titled("Đồ thị dạng N-Triples, nén gzip", "Graph as N-Triples, gzipped"),
        _export("nt"),
        packed=True,
    ),
    Part(
        "graph.jsonld",
        "application/ld+json",
        "JSON_LD",
        _titled("Đồ thị dạng JSON-LD rút gọn", "Graph as compact JSON-LD"),
        _export("jsonld"),
    ),
    Part(
        "graph.rdf",
        "application/rdf+xml",
        "RDF_XML",
        _titled("Đồ thị dạng RDF/XML", "Graph as RDF/XML"),
        _export("rdfxml"),
    ),
    Part(
        "observations.csv",
        "text/csv",
        "CSV",
        _titled("Bảng số liệu dạng CSV", "Table of figures as CSV"),
        _export("csv"),
    ),
    Part(
        "observations.csv-metadata.json",
        "application/csvm+json",
        "JSON",
        _titled("Mô tả bảng số liệu theo CSVW", "Description of the table of figures by CSVW"),
        _write_metadata,
    ),
    Part(
        "observations.parquet",
        "application/vnd.apache.parquet",
        "PARQUET",
        _titled("Bảng số liệu dạng Parquet", "Table of figures as Parquet"),
        _export("parquet"),
    ),
    Part(
        "figures.sqlite",
        "application/vnd.sqlite3",
        "",
        _titled(
            "Số liệu, sáng kiến, văn bản và dẫn chứng dạng SQLite",
            "Figures, initiatives, documents and evidence as SQLite",
        ),
        _export("sqlite"),
    ),
    Part(
        "context.jsonld",
        "application/ld+json",
        "JSON_LD",
        _titled("Ngữ cảnh JSON-LD của bản thể học", "JSON-LD context of the ontology"),
        _write_context,
    ),
    Part(
        "queries.ttl",
        "text/turtle",
        "RDF_TURTLE",
        _titled("Các câu hỏi SPARQL đã lưu", "Saved SPARQL questions"),
        _write_questions,
    ),
    Part(
        "network.graphml",
        "application/xml",
        "XML",
        _titled(
            "Mạng địa phương – sáng kiến – chỉ tiêu dạng GraphML",
            "Network of localities, initiatives and indicators as GraphML",
        ),
        _write_network,
    ),
    Part(
        "network.gexf",
        "application/xml",
        "XML",
        _titled(
            "Mạng địa phương – sáng kiến – chỉ tiêu dạng GEXF",
            "Network of localities, initiatives and indicators as GEXF",
        ),
        _write_network,
    ),
)
DERIVED = tuple(
    Part(
        name,
        "application/n-quads",
        "RDF_N_QUADS",
        title,
        lambda out, target: shutil.copyfile(out / target.name, target),
    )
    for name, title in (
        (
            pipeline.CORROBORATION,
            _titled(
                "Điều nhiều trang cùng nêu và số nguồn độc lập",
                "What several pages state, and how many independently",
            ),
        ),
        (
            pipeline.COMPARISON,
            _titled("Số liệu quy đổi về địa giới của một ngày", "Figures carried to the units of a day"),
        ),
    )
)


# ---------------------------------------------------------------- a release


def release(out: Path, target: Path, about: About | None = None) -> Released:
    """Write a release of a build into a folder, in place of an earlier one.

    Args:
        out: the folder of the build.
        target: the folder to make; if it exists it must hold an earlier release and nothing else.
        about: what a person tells about the release.

    Raises:
        StoreError: there is no build, or the target cannot be written or holds something else.

    """
    graph, target = pipeline.open_build(out), target.resolve()
    _check_target(target)
    aside = target.with_name(f".{target.name}.releasing")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        files, left_out = _write_parts(out, aside)
        catalogue = describe(load_graph(graph), count_statements(graph), files, about or About())
        for name, write in ((CATALOGUE, write_catalogue), (VOID, write_void), (SCHEMA_ORG, write_schema_org)):
            (aside / name).write_text(write(catalogue), encoding="utf-8", newline="\n")
        _write_checksums(aside)
        pipeline.swap(aside, target)
    except OSError as problem:
        raise StoreError(
            f"{target}: cannot be written: {problem.strerror or problem}; nothing was changed"
        ) from problem
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Released(catalogue, left_out)


def read_release(folder: Path) -> tuple[File, ...]:
    """Return the files that a release offers, as its checksums list them.

    Raises:
        StoreError: the folder holds no release.

    """
    digests = _digests(folder)
    if CATALOGUE not in digests:
        raise StoreError(f"{folder}: holds no release; make one by cchc release OUT -o {folder}")
    return tuple(
        File(part.name, part.media_type, part.format, part.title, size, digests[part.name], part.packed)
        for part in (*PARTS, *DERIVED)
        if part.name in digests
        for size in [(folder / part.name).stat().st_size]
    )


def _write_parts(out: Path, folder: Path) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """Write all files that can be made; one that cannot hold a graph is left out and named."""
    files, left_out = [], []
    for part in (*PARTS, *(part for part in DERIVED if (out / part.name).is_file())):
        try:
            files.append(_write_part(part, out, folder / part.name))
        except StoreError:
            raise
        except BuilderError as problem:
            left_out.append(f"{part.name}: {problem}")
    return tuple(files), tuple(left_out)


def _write_part(part: Part, out: Path, target: Path) -> File:
    part.write(out, target)
    if part.packed:
        _pack(target)
    size, digest = target.stat().st_size, pipeline.hash_file(target)
    return File(part.name, part.media_type, part.format, part.title, size, digest, part.packed)


def _pack(target: Path) -> None:
    """Pack a file by gzip, without its name and time."""
    body = target.read_bytes()
    with target.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(body)


def _write_checksums(folder: Path) -> None:
    """Write the SHA-256 of every file as ``sha256sum --check`` reads them."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{pipeline.hash_file(folder / name)}  {name}\n" for name in names]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _check_target(target: Path) -> None:
    """Refuse to replace what is no earlier release; go back to one whose replacement was interrupted."""
    pipeline.go_back(target, CHECKSUMS)
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    listed = {*_digests(target), CHECKSUMS}
    if not {CATALOGUE, SCHEMA_ORG} <= listed:
        raise StoreError(f"{target}: exists and is no earlier release; choose another folder or empty it")
    for path in sorted(target.rglob("*")):
        if path.is_file() and path.relative_to(target).as_posix() not in listed:
            raise StoreError(f"{path}: not part of the release that stands there; move it elsewhere")


def _digests(target: Path) -> dict[str, str]:
    """Return the SHA-256 of the files of a release as its checksums list them; none where there is no release."""
    try:
        text = (target / CHECKSUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    return {match[2]: match[1] for match in re.finditer(r"(?m)^([0-9a-f]{64})  (.+)$", text)}


# ---------------------------------------------------------------- the saved questions as data

PREFIX_LIST = "https://w3id.org/cchc/ontology/prefixes"
DEFAULT = re.compile(r"(?m)^ *VALUES \?(?P<name>\w+) \{ (?P<term>.+?) \} +# parameter *$")
FORMS = {
    "select": ("sh:SPARQLSelectExecutable", "sh:select"),
    "construct": ("sh:SPARQLConstructExecutable", "sh:construct"),
}
CLASSES = {"indicator": "cchc:Indicator", "level": "skos:Concept", "geography": "owl:Class"}
DATATYPES = {"year": "xsd:integer", "integer": "xsd:integer", "date": "xsd:date", "string": "xsd:string"}


def write_questions(endpoint: str = "") -> str:
    """Write the saved questions as Turtle: each is a SHACL executable that runs as it stands.

    What can be put into a question is a ``sh:Parameter``; its value goes into the row
    ``VALUES ?name { … }  # parameter``.

    Args:
        endpoint: the address that answers them, if there is one.

    """
    told, prefixes = Statements(), artefacts.load_prefixes()
    used: set[str] = set()
    for query in queries.catalogue():
        text = _without_header(query.text)
        used |= set(re.findall(r"(?m)^PREFIX ([\w-]+):", text))
        _tell_question(told, query, text, prefixes)
        if endpoint:
            told.link(f"query:{query.name}", "schema:target", endpoint)
    _tell_prefixes(told, {prefix: prefixes[prefix] for prefix in used})
    return told.turtle()


def _without_header(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+"))


def _tell_question(told: Statements, query: queries.SavedQuery, text: str, prefixes: dict[str, str]) -> None:
    name = f"query:{query.name}"
    constructs = re.search(r"(?m)^CONSTRUCT\b", text)
    kind, word = FORMS["construct" if constructs else "select"]
    told.link(name, "rdf:type", "sh:SPARQLExecutable", kind)
    told.tell(name, word, text)
    told.link(name, "sh:prefixes", PREFIX_LIST)
    told.tell(name, "dcterms:identifier", query.name)
    told.tell(name, "rdfs:label", query.summary)
    told.tell(name, "rdfs:comment", query.description)
    told.link(name, "dcterms:license", LICENCE)
    for tag in query.tags:
        told.tell(name, "schema:keywords", tag)
    defaults = {match["name"]: match["term"] for match in DEFAULT.finditer(text)}
    for order, parameter in enumerate(query.parameters, 1):
        _tell_parameter(told, name, parameter, order)
        if (term := defaults[parameter.name]) != "UNDEF":
            told.add(f"{name}#{parameter.name}", "sh:defaultValue", _read_term(term, prefixes))


def _tell_parameter(told: Statements, query: str, parameter: queries.Parameter, order: int) -> None:
    name = f"{query}#{parameter.name}"
    told.link(query, "sh:parameter", name)
    told.link(name, "rdf:type", "sh:Parameter")
    told.link(name, "sh:path", f"query:parameter/{parameter.name}")
    told.tell(name, "sh:name", parameter.label)
    told.value(name, "sh:order", order, "integer")
    told.value(name, "sh:optional", "true" if parameter.optional else "false", "boolean")
    if parameter.type in DATATYPES:
        told.link(name, "sh:datatype", DATATYPES[parameter.type])
    else:
        told.link(name, "sh:nodeKind", "sh:IRI")
    if parameter.type in CLASSES:
        told.link(name, "sh:class", CLASSES[parameter.type])


def _read_term(term: str, prefixes: dict[str, str]) -> ox.NamedNode | ox.Literal:
    """Read a term as a query writes it."""
    heads = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in prefixes.items())
    quad = next(ox.parse(f"{heads}<urn:x> <urn:x> {term} .", format=ox.RdfFormat.TURTLE))
    assert isinstance(quad.object, ox.NamedNode | ox.Literal)
    return quad.object


def _tell_prefixes(told: Statements, prefixes: dict[str, str]) -> None:
    """Say again which prefixes the questions use, so that the file can be read without fetching them."""
    for prefix, space in prefixes.items():
        name = f"{PREFIX_LIST}#{prefix}"
        told.link(PREFIX_LIST, "sh:declare", name)
        told.link(name, "rdf:type", "sh:PrefixDeclaration")
        told.tell(name, "sh:prefix", prefix)
        told.value(name, "sh:namespace", space, "anyURI")
