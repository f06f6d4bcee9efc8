"""What the endpoint says of itself: SPARQL 1.1 Service Description, with its limits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from builder.server.answering import Limits
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    import pyoxigraph

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
PREFIXES = {"sd": SD, **{name: NAMESPACES[name] for name in ("dcterms", "rdf", "rdfs", "schema", "xsd")}}

TITLE = ("SPARQL endpoint of the knowledge graph", "Điểm truy vấn SPARQL của đồ thị tri thức")
PROMISE = (
    "Read-only. The default graph is the union of all named graphs unless a request or its query selects graphs of the "
    "store. Nothing is fetched from elsewhere: SERVICE, updates and graphs that the store does not hold are refused. A "
    "query that goes over a limit is answered with status 503, never with a part of its answer.",
    "Chỉ cho đọc. Đồ thị mặc định là hợp của mọi đồ thị có tên, trừ khi yêu cầu hoặc truy vấn chọn đồ thị trong kho. "
    "Không tải gì từ bên ngoài: SERVICE, lệnh cập nhật và đồ thị không có trong kho đều bị từ chối. Truy vấn vượt giới "
    "hạn được trả lời bằng mã 503, không bao giờ bằng một phần kết quả.",
)
LIMIT_NAMES = {  # the code of the unit is from UN/CEFACT Recommendation 20
    "seconds": (("time of a query", "thời gian của một truy vấn"), "SEC"),
    "memory": (("memory of a query", "bộ nhớ của một truy vấn"), "AD"),
    "rows": (("rows or triples of an answer", "số dòng hoặc bộ ba của một kết quả"), "C62"),
    "bytes": (("size of an answer", "độ dài của một kết quả"), "AD"),
}


def describe_service(address: str, limits: Limits, media: str) -> bytes:
    """Return the description of the endpoint at an address, in the format of a media type."""
    import pyoxigraph

    rdf = pyoxigraph.RdfFormat.from_media_type(media)
    written: bytes = pyoxigraph.serialize(_triples(address, limits), format=rdf, prefixes=PREFIXES)  # type: ignore[assignment]
    return written


def _triples(address: str, limits: Limits) -> "Iterator[pyoxigraph.Triple]":
    from pyoxigraph import Literal, NamedNode, Triple

    def node(iri: str) -> NamedNode:
        prefix, _, local = iri.partition(":")
        return NamedNode(PREFIXES[prefix] + local if prefix in PREFIXES else iri)

    def tell(subject: str, predicate: str, *values: Any) -> Iterator[Triple]:
        for value in values:
            yield Triple(node(subject), node(predicate), node(value) if isinstance(value, str) else value)

    def both(texts: tuple[str, str]) -> tuple[Literal, Literal]:
        return Literal(texts[0], language="en"), Literal(texts[1], language="vi")

    dataset, graph = f"{address}#dataset", f"{address}#default-graph"
    yield from tell(address, "rdf:type", "sd:Service")
    yield from tell(address, "dcterms:title", *both(TITLE))
    yield from tell(address, "dcterms:description", *both(PROMISE))
    yield from tell(address, "sd:endpoint", address)
    yield from tell(address, "sd:supportedLanguage", "sd:SPARQL11Query")
    yield from tell(address, "sd:feature", "sd:UnionDefaultGraph")
    yield from tell(address, "sd:resultFormat", *(FORMATS + name for name in RESULT_FORMATS))
    yield from tell(address, "sd:defaultDataset", dataset)
    yield from tell(dataset, "rdf:type", "sd:Dataset")
    yield from tell(dataset, "sd:defaultGraph", graph)
    yield from tell(graph, "rdf:type", "sd:Graph")
    for name, (labels, unit) in LIMIT_NAMES.items():
        limit = f"{address}#limit-{name}"
        yield from tell(address, "schema:additionalProperty", limit)
        yield from tell(limit, "rdf:type", "schema:PropertyValue")
        yield from tell(limit, "schema:propertyID", Literal(f"limit-{name}"))
        yield from tell(limit, "rdfs:label", *both(labels))
        yield from tell(limit, "schema:maxValue", Literal(getattr(limits, name)))
        yield from tell(limit, "schema:unitCode", Literal(unit))
