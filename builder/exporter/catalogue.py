"""Describes a release for other portals: as values, as DCAT-AP 3 with VoID, as VoID alone, and as schema.org.

All addresses are stable: a portal that harvests again finds the same catalogue, data set, files and service. Nothing
depends on the clock.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from builder.errors import BuilderError
from builder.exporter.statistics import Statistics
from builder.identifiers import BASE, DATASET, slug, web_address
from builder.sparql import Answering, ask
from builder.turtle import Statements, Texts
from builder.vocabulary import NAMESPACES

CATALOGUE = f"{BASE}catalog"
GRAPH = f"{BASE}dataset/graph"
SERVICE = f"{BASE}service/sparql"
RELEASES = "https://w3id.org/cchc/release/"  # where a release lies unless one tells
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ONTOLOGY = "https://w3id.org/cchc/ontology"
PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"  # code lists that DCAT-AP 3 asks for
MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
LANGUAGES = {"vi": "VIE", "en": "ENG"}

TITLE = {
    "vi": "Đồ thị tri thức cải cách hành chính Việt Nam",
    "en": "Knowledge graph of public administration reform in Viet Nam",
}
CATALOGUE_TITLE = {
    "vi": "Danh mục dữ liệu cải cách hành chính",
    "en": "Catalogue of data on public administration reform",
}
DESCRIPTION = {
    "vi": "Số liệu về cải cách hành chính của các địa phương do báo chí và cổng thông tin nêu, kèm dẫn chứng là đoạn "
    "chữ trên trang: {figures} số liệu của {indicators} chỉ tiêu, {units} đơn vị hành chính, {initiatives} sáng kiến, "
    "đọc từ {pages} trang. Số liệu ghi lại điều trang nêu, không phải sự thật đã kiểm toán.",
    "en": "What newspapers and portals report about administrative reform in the localities of Viet Nam, with the "
    "characters of the page that prove it: {figures} figures of {indicators} indicators, {units} administrative units, "
    "{initiatives} initiatives, read from {pages} pages. A figure is what a page says, not audited truth.",
}
PROVENANCE = {
    "vi": "Đọc tự động theo quy tắc từ {pages} trang của {publishers} nguồn; mỗi số liệu dẫn về trang và vị trí chính "
    "xác trong trang, kèm tên quy tắc và độ tin cậy.",
    "en": "Read by rules from {pages} pages of {publishers} publishers; each figure leads back to its page and exact "
    "place in it, with the name of the rule and its confidence.",
}
SERVICE_TITLE = {"vi": "Điểm truy vấn SPARQL", "en": "SPARQL endpoint"}
KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "vi": (
        "cải cách hành chính",
        "chỉ số hài lòng",
        "dịch vụ công trực tuyến",
        "dữ liệu liên kết",
        "một cửa",
        "thủ tục hành chính",
        "đơn vị hành chính",
    ),
    "en": (
        "administrative procedures",
        "administrative units",
        "linked data",
        "one-stop shop",
        "online public services",
        "public administration reform",
        "satisfaction",
    ),
}

PAGES = """
SELECT (COUNT(DISTINCT ?page) AS ?pages) (COUNT(DISTINCT ?publisher) AS ?publishers) WHERE {
  ?page a cchc:SourceDocument .
  OPTIONAL { ?page dcterms:publisher ?publisher }
}"""
NEWEST = "SELECT (MAX(?issued) AS ?day) WHERE { ?page a cchc:SourceDocument ; dcterms:issued ?issued }"
FIGURES = """
SELECT (COUNT(DISTINCT ?figure) AS ?figures) (COUNT(DISTINCT ?indicator) AS ?indicators)
       (COUNT(DISTINCT ?unit) AS ?units) WHERE {
  ?figure a cchc:Observation ; cchc:indicator ?indicator ; sdmx-dimension:refArea/cchc:versionOf ?unit .
}"""
INITIATIVES = "SELECT (COUNT(DISTINCT ?initiative) AS ?initiatives) WHERE { ?initiative a cchc:Initiative }"
FIRST = """
SELECT (MIN(?start) AS ?day) WHERE {
  ?figure a cchc:Observation ; cchc:status status:actual ; cchc:periodStart ?start }"""
LAST = """
SELECT (MAX(?end) AS ?day) WHERE {
  ?figure a cchc:Observation ; cchc:status status:actual ; cchc:periodEnd ?end }"""
PROVINCES = """
SELECT DISTINCT ?unit ?label ?from WHERE {
  { SELECT DISTINCT ?version WHERE {
      { ?figure a cchc:Observation ; sdmx-dimension:refArea ?version . } UNION { ?thing dcterms:spatial ?version . }
  } }
  ?version dcterms:isPartOf* ?province .
  ?province cchc:level level:province ; cchc:versionOf ?unit ; rdfs:label ?label .
  OPTIONAL { ?province schema:validFrom ?from }
}"""


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class File:
    """One file of a release."""

    name: str  # its path within the release
    media_type: str  # of what is inside, as registered with IANA: "application/n-triples"
    format: str  # code in the list of file types of the EU: "RDF_N_TRIPLES"; "" where that has none
    title: Texts
    size: int  # bytes
    sha256: str
    packed: bool = False  # by gzip


@dataclass(frozen=True, slots=True)
class About:
    """What a person tells about a release; the rest is read from the graph."""

    url: str = RELEASES  # where the folder will lie
    title: Texts = field(default_factory=lambda: dict(TITLE))
    version: str = ""
    issued: date | None = None
    publisher: str = "cchc-graph"
    contact: str = ""  # address of a page or e-mail; by itself the page of the release
    endpoint: str = ""  # where SPARQL is answered, if anywhere

    def __post_init__(self) -> None:
        for address in (self.url, self.endpoint or self.url):
            if not web_address(address):
                raise BuilderError(f"“{address}” is no web address; give one that begins with https://")
        if self.contact and not _contact_address(self.contact):
            raise BuilderError(f"“{self.contact}” is no contact; give a web address or an e-mail address")


@dataclass(frozen=True, slots=True)
class Place:
    """A province that pages speak of, under its latest name."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that is told about a release."""

    url: str  # ends in "/"
    title: Texts
    description: Texts
    provenance: Texts
    keywords: Mapping[str, tuple[str, ...]]
    version: str
    issued: date | None
    modified: date | None  # the day of the release if told, else that of the newest page
    publisher: str
    contact: str
    endpoint: str
    places: tuple[Place, ...]
    first: date | None  # day that figures speak of, inclusive
    last: date | None
    statistics: Statistics
    files: tuple[File, ...]

    def address(self, file: File) -> str:
        """Return where a file will lie."""
        return self.url + web_address(f"https://host/{file.name}").removeprefix("https://host/")


def describe(store: Answering, statistics: Statistics, files: tuple[File, ...], about: About) -> Catalogue:
    """Return all that is told about a release of a graph.

    Args:
        store: answers about the graph.
        statistics: what :func:`~builder.exporter.statistics.count_statements` counted in it.
        files: what the release holds; may be empty where the graph is only served.
        about: what a person tells.

    """
    numbers = {name: value for text in (PAGES, FIGURES, INITIATIVES) for name, value in _row(store, text).items()}
    days = [day for day in (about.issued, _day(store, NEWEST)) if day]
    return Catalogue(
        url=web_address(about.url).rstrip("/") + "/",
        title=about.title,
        description={language: text.format(**numbers) for language, text in DESCRIPTION.items()},
        provenance={language: text.format(**numbers) for language, text in PROVENANCE.items()},
        keywords=KEYWORDS,
        version=about.version,
        issued=about.issued,
        modified=max(days, default=None),
        publisher=about.publisher,
        contact=_contact_address(about.contact or about.url),
        endpoint=web_address(about.endpoint),
        places=_places(store),
        first=_day(store, FIRST),
        last=_day(store, LAST),
        statistics=statistics,
        files=tuple(sorted(files, key=lambda file: file.name)),
    )


def _row(store: Answering, query: str) -> dict[str, str]:
    return next(iter(ask(store, query)))


def _day(store: Answering, query: str) -> date | None:
    """Return the one day a question asks for, if the graph knows any."""
    told = _row(store, query)["day"]
    return date.fromisoformat(told) if told else None


def _places(store: Answering) -> tuple[Place, ...]:
    latest: dict[str, str] = {}
    for row in sorted(ask(store, PROVINCES), key=lambda row: (row["unit"], row["from"], row["label"])):
        latest[row["unit"]] = row["label"]
    return tuple(Place(iri, label) for iri, label in latest.items())


def _contact_address(contact: str) -> str:
    """Return a contact as an address: a web page, or an e-mail address with ``mailto:``; nothing if it is none."""
    told = contact.strip().removeprefix("mailto:")
    if told.count("@") == 1 and "/" not in told and web_address(f"https://{told}") == f"https://{told}":
        return f"mailto:{told}"
    return web_address(contact)


# ---------------------------------------------------------------- DCAT-AP 3


def write_catalogue(catalogue: Catalogue) -> str:
    """Write a catalogue as Turtle in DCAT-AP 3: one data set with its files, and the SPARQL endpoint if there is one.

    The terms of other authorities that it uses are described with it, so that it can be checked without fetching them.
    """
    told = Statements()
    _tell_resource(told, catalogue, CATALOGUE, "dcat:Catalog", CATALOGUE_TITLE)
    told.link(CATALOGUE, "dcat:dataset", GRAPH)
    told.link(CATALOGUE, "dcterms:spatial", f"{AUTHORITY}country/VNM")
    told.link(CATALOGUE, "dcat:themeTaxonomy", f"{AUTHORITY}data-theme")
    told.link(CATALOGUE, "foaf:homepage", catalogue.url)
    told.link(catalogue.url, "rdf:type", "foaf:Document")
    told.value(CATALOGUE, "dcterms:issued", catalogue.issued, "date")
    told.value(CATALOGUE, "dcterms:modified", catalogue.modified, "date")
    _tell_dataset(told, catalogue)
    for file in catalogue.files:
        _tell_file(told, catalogue, file)
    if catalogue.endpoint:
        _tell_service(told, catalogue)
    _tell_publisher(told, catalogue)
    _tell_places(told, catalogue)
    _tell_authorities(told)
    tell_statistics(told, catalogue)
    return told.turtle()


def _tell_resource(told: Statements, catalogue: Catalogue, name: str, kind: str, title: Texts) -> None:
    """Say what a catalogue, its data set and its service have in common."""
    told.link(name, "rdf:type", kind)
    told.tell(name, "dcterms:identifier", name)
    told.tell(name, "dcterms:title", title)
    told.tell(name, "dcterms:description", catalogue.description)
    told.link(name, "dcterms:publisher", _publisher(catalogue))
    told.link(name, "dcterms:license", LICENCE)
    if kind != "dcat:DataService":
        told.link(name, "dcterms:language", *_languages())


def _tell_dataset(told: Statements, catalogue: Catalogue) -> None:
    _tell_resource(told, catalogue, GRAPH, "dcat:Dataset", catalogue.title)
    _tell_subject(told, catalogue, GRAPH)
    told.link(GRAPH, "dcat:landingPage", catalogue.url)
    told.value(GRAPH, "dcterms:issued", catalogue.issued, "date")
    told.value(GRAPH, "dcterms:modified", catalogue.modified, "date")
    told.link(GRAPH, "dcterms:accrualPeriodicity", f"{AUTHORITY}frequency/IRREG")
    told.link(GRAPH, "dcterms:spatial", f"{AUTHORITY}country/VNM", *(place.iri for place in catalogue.places))
    told.link(GRAPH, "dcterms:provenance", f"{GRAPH}#provenance")
    told.link(f"{GRAPH}#provenance", "rdf:type", "dcterms:ProvenanceStatement")
    told.tell(f"{GRAPH}#provenance", "rdfs:label", catalogue.provenance)
    told.link(GRAPH, "dcterms:conformsTo", ONTOLOGY)
    told.link(ONTOLOGY, "rdf:type", "dcterms:Standard")
    if catalogue.version:
        told.tell(GRAPH, "dcat:version", catalogue.version)
    if catalogue.first or catalogue.last:
        told.link(GRAPH, "dcterms:temporal", f"{GRAPH}#period")
        told.link(f"{GRAPH}#period", "rdf:type", "dcterms:PeriodOfTime")
        told.value(f"{GRAPH}#period", "dcat:startDate", catalogue.first, "date")
        told.value(f"{GRAPH}#period", "dcat:endDate", catalogue.last, "date")


def _tell_subject(told: Statements, catalogue: Catalogue, name: str) -> None:
    """Say what a data set or service is about and whom to ask about it."""
    for language, words in catalogue.keywords.items():
        for word in words:
            told.tell(name, "dcat:keyword", {language: word})
    told.link(name, "dcat:theme", f"{AUTHORITY}data-theme/GOVE")
    told.link(name, "dcterms:accessRights", f"{AUTHORITY}access-right/PUBLIC")
    told.link(name, "dcat:contactPoint", f"{_publisher(catalogue)}#contact")


def _tell_file(told: Statements, catalogue: Catalogue, file: File) -> None:
    address = catalogue.address(file)
    name = f"{BASE}distribution/{address.removeprefix(catalogue.url)}"
    told.link(GRAPH, "dcat:distribution", name)
    told.link(name, "rdf:type", "dcat:Distribution")
    told.tell(name, "dcterms:identifier", name)
    told.tell(name, "dcterms:title", {language: f"{text} ({file.name})" for language, text in file.title.items()})
    told.tell(name, "dcterms:description", file.title)
    told.link(name, "dcat:accessURL", address)
    told.link(name, "dcat:downloadURL", address)
    _link_media_type(told, name, "dcat:mediaType", file.media_type)
    if file.packed:
        _link_media_type(told, name, "dcat:compressFormat", "application/gzip")
    if file.format:
        told.link(name, "dcterms:format", f"{AUTHORITY}file-type/{file.format}")
        _tell_code(told, "file-type", file.format, "dcterms:MediaTypeOrExtent")
    else:
        _link_media_type(told, name, "dcterms:format", file.media_type)
        told.link(MEDIA_TYPES + file.media_type, "rdf:type", "dcterms:MediaTypeOrExtent")
    told.value(name, "dcat:byteSize", file.size, "nonNegativeInteger")
    told.link(name, "spdx:checksum", f"{name}#checksum")
    told.link(f"{name}#checksum", "rdf:type", "spdx:Checksum")
    told.link(f"{name}#checksum", "spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    told.value(f"{name}#checksum", "spdx:checksumValue", file.sha256, "hexBinary")
    told.link(name, "dcterms:license", LICENCE)
    told.link(name, "dcterms:language", *_languages())
    told.link(name, "dcatap:availability", f"{AUTHORITY}planned-availability/AVAILABLE")
    told.value(name, "dcterms:issued", catalogue.issued, "date")
    told.value(name, "dcterms:modified", catalogue.modified, "date")


def _link_media_type(told: Statements, name: str, property_: str, media_type: str) -> None:
    told.link(name, property_, MEDIA_TYPES + media_type)
    told.link(MEDIA_TYPES + media_type, "rdf:type", "dcterms:MediaType")
    told.tell(MEDIA_TYPES + media_type, "rdfs:label", media_type)


def _tell_service(told: Statements, catalogue: Catalogue) -> None:
    _tell_resource(told, catalogue, SERVICE, "dcat:DataService", SERVICE_TITLE)
    _tell_subject(told, catalogue, SERVICE)
    told.link(CATALOGUE, "dcat:service", SERVICE)
    told.link(SERVICE, "dcat:endpointURL", catalogue.endpoint)
    told.link(SERVICE, "dcat:endpointDescription", catalogue.endpoint)
    told.link(SERVICE, "dcat:servesDataset", GRAPH)
    told.link(SERVICE, "dcterms:conformsTo", PROTOCOL)
    told.link(PROTOCOL, "rdf:type", "dcterms:Standard")


def _publisher(catalogue: Catalogue) -> str:
    return f"{BASE}agent/{slug(catalogue.publisher) or 'publisher'}"


def _tell_publisher(told: Statements, catalogue: Catalogue) -> None:
    name = _publisher(catalogue)
    told.link(name, "rdf:type", "foaf:Agent")
    told.tell(name, "dcterms:identifier", name)
    told.tell(name, "foaf:name", catalogue.publisher)
    told.link(f"{name}#contact", "rdf:type", "vcard:Kind")
    told.tell(f"{name}#contact", "vcard:fn", catalogue.publisher)
    way = "vcard:hasEmail" if catalogue.contact.startswith("mailto:") else "vcard:hasURL"
    told.link(f"{name}#contact", way, catalogue.contact)


def _tell_places(told: Statements, catalogue: Catalogue) -> None:
    country = f"{AUTHORITY}country/VNM"
    told.link(country, "rdf:type", "dcterms:Location")
    told.link(country, "skos:inScheme", f"{AUTHORITY}country")
    told.tell(country, "rdfs:label", {"vi": "Việt Nam", "en": "Viet Nam"})
    for place in catalogue.places:
        told.link(place.iri, "rdf:type", "dcterms:Location")
        told.tell(place.iri, "rdfs:label", {"vi": place.label})


def _tell_authorities(told: Statements) -> None:
    """Describe the terms of other authorities as DCAT-AP wants them to be."""
    for code in LANGUAGES.values():
        _tell_code(told, "language", code, "dcterms:LinguisticSystem")
    _tell_code(told, "frequency", "IRREG", "dcterms:Frequency")
    _tell_code(told, "access-right", "PUBLIC", "dcterms:RightsStatement")
    _tell_code(told, "data-theme", "GOVE", "skos:Concept", {"vi": "Chính phủ và khu vực công", "en": "Government"})
    _tell_code(told, "planned-availability", "AVAILABLE", "skos:Concept", {"vi": "sẵn có", "en": "available"})
    told.link(f"{AUTHORITY}data-theme", "rdf:type", "skos:ConceptScheme")
    told.tell(f"{AUTHORITY}data-theme", "dcterms:title", {"vi": "Chủ đề dữ liệu", "en": "Data themes"})
    kinds = "http://purl.org/adms/licencetype/"
    told.link(LICENCE, "rdf:type", "dcterms:LicenseDocument")
    told.link(LICENCE, "dcterms:type", f"{kinds}Attribution")
    told.tell(LICENCE, "rdfs:label", "CC BY 4.0")
    told.tell(LICENCE, "dcterms:title", "Creative Commons Attribution")  # as the licences of CKAN call it
    told.link(f"{kinds}Attribution", "rdf:type", "skos:Concept")
    told.link(f"{kinds}Attribution", "skos:inScheme", f"{kinds}1.0")
    told.tell(f"{kinds}Attribution", "skos:prefLabel", {"vi": "Ghi công", "en": "Attribution"})


def _tell_code(told: Statements, scheme: str, code: str, kind: str, label: Texts | None = None) -> None:
    told.link(f"{AUTHORITY}{scheme}/{code}", "rdf:type", kind)
    told.link(f"{AUTHORITY}{scheme}/{code}", "skos:inScheme", f"{AUTHORITY}{scheme}")
    told.tell(f"{AUTHORITY}{scheme}/{code}", "skos:prefLabel", label)


def _languages() -> list[str]:
    return [f"{AUTHORITY}language/{code}" for code in LANGUAGES.values()]


# ---------------------------------------------------------------- VoID


def write_void(catalogue: Catalogue) -> str:
    """Write what ``/.well-known/void`` answers: the data set with its counts, vocabularies, links, dumps, endpoint."""
    told = Statements()
    document = f"{BASE}dataset/void"
    told.link(document, "rdf:type", "void:DatasetDescription")
    told.link(document, "foaf:primaryTopic", GRAPH)
    told.tell(document, "dcterms:title", catalogue.title)
    told.tell(GRAPH, "dcterms:title", catalogue.title)
    told.tell(GRAPH, "dcterms:description", catalogue.description)
    told.link(GRAPH, "dcterms:license", LICENCE)
    told.link(GRAPH, "dcterms:publisher", _publisher(catalogue))
    told.value(GRAPH, "dcterms:issued", catalogue.issued, "date")
    told.value(GRAPH, "dcterms:modified", catalogue.modified, "date")
    told.link(GRAPH, "foaf:homepage", catalogue.url)
    _tell_publisher(told, catalogue)
    tell_statistics(told, catalogue)
    return told.turtle()


def tell_statistics(told: Statements, catalogue: Catalogue) -> None:
    """Say in VoID how much a data set holds and where to get it."""
    counted = catalogue.statistics
    told.link(GRAPH, "rdf:type", "void:Dataset")
    numbers = {
        "void:triples": counted.triples,
        "void:entities": counted.entities,
        "void:distinctSubjects": counted.subjects,
        "void:distinctObjects": counted.objects,
        "void:properties": len(counted.properties),
        "void:classes": len(counted.classes),
    }
    for property_, number in numbers.items():
        told.value(GRAPH, property_, number, "integer")
    told.tell(GRAPH, "void:uriSpace", NAMESPACES["scheme"])
    told.link(GRAPH, "void:rootResource", DATASET)
    told.link(GRAPH, "void:vocabulary", *counted.vocabularies)
    for class_, members in counted.classes:
        part = _part(told, "class", class_)
        told.link(part, "void:class", class_)
        told.value(part, "void:entities", members, "integer")
    for word, triples in counted.properties:
        part = _part(told, "property", word)
        told.link(part, "void:property", word)
        told.value(part, "void:triples", triples, "integer")
    for links in counted.links:
        part = f"{GRAPH}#links-{_short(links.property)}-{slug(links.host)}"
        told.link(part, "rdf:type", "void:Linkset")
        told.link(part, "void:subjectsTarget", GRAPH)
        told.link(part, "void:objectsTarget", links.host)
        told.link(part, "void:linkPredicate", links.property)
        told.value(part, "void:triples", links.triples, "integer")
        told.link(GRAPH, "void:subset", part)
    for file in catalogue.files:
        if (form := FORMATS_OF_RDF.get(file.media_type)) and file.name.startswith("graph."):
            told.link(GRAPH, "void:dataDump", catalogue.address(file))
            told.link(GRAPH, "void:feature", f"http://www.w3.org/ns/formats/{form}")
    if catalogue.endpoint:
        told.link(GRAPH, "void:sparqlEndpoint", catalogue.endpoint)


FORMATS_OF_RDF = {
    "application/ld+json": "JSON-LD",
    "application/n-quads": "N-Quads",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/trig": "TriG",
    "text/turtle": "Turtle",
}


def _part(told: Statements, kind: str, term: str) -> str:
    """Name the part of the data set that a class or property makes, and say that it is one."""
    name = f"{GRAPH}#{kind}-{_short(term)}"
    told.link(GRAPH, f"void:{kind}Partition", name)
    told.link(name, "rdf:type", "void:Dataset")
    return name


def _short(term: str) -> str:
    """Return a term with its prefix as part of an address: ``cchc-Observation``."""
    spaces = sorted(NAMESPACES.items(), key=lambda each: -len(each[1]))
    for prefix, space in spaces:
        if term.startswith(space):
            return f"{prefix}-{term.removeprefix(space)}".replace("/", "-").replace("#", "-")
    return slug(term)


# ---------------------------------------------------------------- schema.org


def write_schema_org(catalogue: Catalogue) -> str:
    """Write a release as a schema.org Dataset in JSON-LD, which search engines read from a landing page."""
    title, description = catalogue.title, catalogue.description
    told: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": GRAPH,
        "identifier": GRAPH,
        "url": catalogue.url,
        "name": title["vi"],
        "alternateName": title["en"],
        "description": f"{description['vi']}\n\n{description['en']}",
        "keywords": [word for words in catalogue.keywords.values() for word in words],
        "inLanguage": list(LANGUAGES),
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "@id": _publisher(catalogue), "name": catalogue.publisher},
        "publisher": {"@id": _publisher(catalogue)},
        "spatialCoverage": [{"@type": "Country", "name": "Việt Nam"}]
        + [{"@type": "AdministrativeArea", "@id": place.iri, "name": place.label} for place in catalogue.places],
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": CATALOGUE, "name": CATALOGUE_TITLE["vi"]},
        "distribution": [_as_download(catalogue, file) for file in catalogue.files],
    }
    if catalogue.version:
        told["version"] = catalogue.version
    if catalogue.issued:
        told["datePublished"] = str(catalogue.issued)
    if catalogue.modified:
        told["dateModified"] = str(catalogue.modified)
    if catalogue.first or catalogue.last:
        told["temporalCoverage"] = f"{catalogue.first or '..'}/{catalogue.last or '..'}"
    return embeddable(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)) + "\n"


def _as_download(catalogue: Catalogue, file: File) -> dict[str, str]:
    return {
        "@type": "DataDownload",
        "name": file.title["vi"],
        "alternateName": file.title["en"],
        "contentUrl": catalogue.address(file),
        "encodingFormat": "application/gzip" if file.packed else file.media_type,
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }


def embeddable(text: str) -> str:
    r"""Return JSON that may stand in a script element of a page: no sign in it can end the element.

    >>> embeddable('{"name": "</script>"}')
    '{"name": "\\u003c/script\\u003e"}'
    """
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
