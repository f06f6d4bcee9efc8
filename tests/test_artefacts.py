"""The ontology, the shapes, the queries and what is derived from them agree with each other.

A guard looks at a whole copy of the project and returns its complaints, in plain words. Every guard is tried on the
project itself, where it must have none, and on copies with one planted defect, where it must have one.
"""

import ast
import csv
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder import artefacts, generate
from builder.errors import ArtefactError, OntologyError, ShapeError
from builder.validator.graphs import to_graph

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

HOME = "https://w3id.org/cchc/"
CCHC = f"{HOME}ontology#"
DATA = f"{HOME}id"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
QB = "http://purl.org/linked-data/cube#"
SH = "http://www.w3.org/ns/shacl#"
NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"

CLASSES = """SourceDocument Observation ReviewFigure CandidateObservation Initiative InitiativeModel AdministrativeUnit
    AdministrativeUnitVersion Indicator Issue ComparableFigure Incomparability SharedFact SharedText Coverage"""
PROPERTIES = """indicator periodStart periodEnd printedValue bound status level agency evidence firstEvidence
    context rule confidence reformArea measure unitType versionOf hasVersion bodyOf sha256 legalBasis issueKind
    candidate phrase asOf derivation obstacle liesIn addsUp
    statingPages independentSources pagesAgree
    rank inProvince coverageOf figureCount unitCount pageCount year firstYear lastYear"""
CONCEPTS = {
    "level": "province district commune",
    "bound": "exact above below about at-least at-most",
    "status": "actual target projected implemented planned",
    "measure": "percent count points rank vnd",
    "reform-area": """institutions procedures organisation civil-service public-finance digital-government steering
        impact""",
    "unit-type": """country province centrally-run-city rural-district urban-district district-town provincial-city
        municipal-city commune ward township special-zone""",
    "document-kind": """resolution decree decision directive plan report official-letter circular law ordinance
        programme notice submission regulation other""",
    "body-kind": """peoples-committee peoples-council department division centre one-stop-unit ministry party-committee
        police other""",
    "issue-kind": """ambiguous-unit unknown-unit unknown-indicator ambiguous-indicator doubtful-period unreadable
        no-locality no-date converted-text refused-proposal model-silent""",
}

Guard = Callable[[Path], list[str]]


# ---------------------------------------------------------------- reading


def turtle_files(root: Path) -> list[Path]:
    """Every Turtle file, found without the help of the package."""
    return sorted([*root.glob("ontology/**/*.ttl"), *root.glob("shapes/**/*.ttl")])


def query_files(root: Path) -> list[Path]:
    return sorted(root.glob("queries/**/*.rq"))


PARSED: dict[bytes, tuple[ox.Triple, ...]] = {}


def read_turtle(path: Path) -> tuple[ox.Triple, ...]:
    """Parse a content once, however many guards look at it in the project and in its copy."""
    content = path.read_bytes()
    if content not in PARSED:
        PARSED[content] = tuple(artefacts.read_turtle(path))
    return PARSED[content]


@lru_cache(maxsize=1024)
def syntax_nodes(code: str) -> tuple[ast.AST, ...]:
    """All nodes of the syntax of a piece of Python."""
    return tuple(ast.walk(ast.parse(code)))


def statements(files: Iterable[Path]) -> Iterator[ox.Triple]:
    for path in files:
        yield from read_turtle(path)


def ontology(root: Path) -> list[ox.Triple]:
    return list(statements(sorted(root.glob("ontology/*.ttl"))))


def shapes(root: Path) -> list[ox.Triple]:
    return list(statements(sorted(root.glob("shapes/*.ttl"))))


def typed(triples: Iterable[ox.Triple], *kinds: str) -> set[str]:
    """The named nodes that have one of the types."""
    return {t.subject.value for t in triples if t.predicate.value == f"{RDF}type" and t.object.value in kinds}


def texts(triples: Iterable[ox.Triple], *properties: str) -> dict[str, list[str]]:
    """The languages in which each subject has one of the texts."""
    found: dict[str, list[str]] = defaultdict(list)
    for triple in triples:
        if (
            triple.predicate.value in properties
            and isinstance(triple.object, ox.Literal)
            and triple.object.value.strip()
        ):
            found[triple.subject.value].append(triple.object.language or "")
    return found


def in_query(text: str, prefixes: dict[str, str]) -> set[str]:
    """The IRIs that a query or a piece of one names."""
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return set(re.findall(r"<([^<>\s]+:[^<>\s]+)>", text)) | in_words(text, prefixes)


def in_words(text: str, prefixes: dict[str, str]) -> set[str]:
    """The prefixed names in a text, written out."""
    text = re.sub(r"<[^<>\s]*>|^\s*PREFIX\s+\S+", "", text, flags=re.MULTILINE | re.IGNORECASE)
    found = re.findall(r"(?<![\w:/.$?-])([a-z][a-z0-9-]*):([A-Za-z0-9_][\w-]*)", text)
    return {prefixes[prefix] + local for prefix, local in found if prefix in prefixes}


def queries_in_shapes(root: Path) -> dict[str, str]:
    """The SPARQL in the shapes, by the name of its constraint."""
    words = {SH + word for word in ("select", "ask", "construct")}
    return {t.subject.value: t.object.value for t in shapes(root) if t.predicate.value in words}


def strings_in_code(code: str) -> Iterator[str]:
    """The string constants of a piece of Python, docstrings included."""
    for node in syntax_nodes(code):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@lru_cache(maxsize=1024)
def in_code(code: str, few: tuple[tuple[str, str], ...]) -> set[str]:
    """The IRIs that a piece of Python names in its strings, in full or with a few prefixes."""
    found: set[str] = set()
    for text in strings_in_code(code):
        found |= in_words(text, dict(few))
        found |= {
            iri.rstrip(".,;:")
            for iri in re.findall(r"(?:https://w3id\.org/cchc|http://www\.w3\.org/ns/shacl)[\w/#.-]*", text)
        }
    return found


def in_graph(triples: Iterable[ox.Triple]) -> set[str]:
    """The IRIs that stand anywhere in some statements."""
    terms = (term for triple in triples for term in triple)
    return {term.value for term in terms if isinstance(term, ox.NamedNode)}


def used(root: Path) -> dict[str, set[str]]:
    """The IRIs that each artefact and each file of code uses."""
    prefixes = artefacts.load_prefixes(root)
    found = {str(path.relative_to(root)): in_graph(read_turtle(path)) for path in turtle_files(root)}
    found |= {str(path.relative_to(root)): in_query(artefacts.read_query(path), prefixes) for path in query_files(root)}
    found |= {name: in_query(text, prefixes) for name, text in queries_in_shapes(root).items()}
    few = tuple((prefix, prefixes[prefix]) for prefix in ("cchc", "ind", "sh"))
    for path in sorted(root.glob("builder/**/*.py")):
        found[str(path.relative_to(root))] = in_code(path.read_text(encoding="utf-8"), few)
    return found


# ---------------------------------------------------------------- guards


def every_file_parses(root: Path) -> list[str]:
    """Turtle, queries and the queries inside shapes can be read by both engines."""
    complaints = []
    for path in turtle_files(root):
        try:
            read_turtle(path)
        except ArtefactError as problem:
            complaints.append(str(problem))
    if complaints:
        return complaints
    prologue = "".join(f"PREFIX {p}: <{n}>\n" for p, n in artefacts.load_prefixes(root).items())
    asked = {str(path.relative_to(root)): artefacts.read_query(path) for path in query_files(root)}
    asked |= {name: prologue + text.replace("$PATH", "rdfs:label") for name, text in queries_in_shapes(root).items()}
    return [f"{name}: {problem}" for name, text in asked.items() for problem in query_problems(text)]


@lru_cache(maxsize=512)
def query_problems(text: str) -> tuple[str, ...]:
    """What the two engines dislike about a query."""
    from rdflib.plugins.sparql import prepareQuery

    problems = []
    for engine in (ox.Store().query, prepareQuery):
        try:
            engine(text)
        except Exception as problem:  # noqa: BLE001 - the engines share no exception
            problems.append(str(problem).splitlines()[0])
    return tuple(problems)


def every_file_says_what_it_is(root: Path) -> list[str]:
    """Line one is a sentence; one ontology node has a title in both languages, the licence and the version."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    complaints = []
    for path in turtle_files(root):
        name = path.relative_to(root)
        first = path.read_text("utf-8").splitlines()[0]
        if not re.fullmatch(r"# [A-ZĐ].+\.", first):
            complaints.append(f"{name}: line one is no sentence: {first}")
        complaints += [f"{name}: {each}" for each in header_faults(read_turtle(path), version)]
    return complaints


def header_faults(triples: Sequence[ox.Triple], version: str) -> Iterator[str]:
    """What is missing in the header of a file."""
    nodes = typed(triples, f"{OWL}Ontology")
    if len(nodes) != 1:
        yield f"{len(nodes)} ontology nodes instead of one"
        return
    about = [(t.predicate.value, t.object) for t in triples if t.subject.value in nodes]
    titles = sorted(o.language for p, o in about if p == f"{DCTERMS}title")
    if titles != ["en", "vi"]:
        yield f"titles in {titles} instead of en, vi"
    if [o.value for p, o in about if p == f"{DCTERMS}license"] != [CC_BY]:
        yield "the licence is not CC BY 4.0"
    if [o.value for p, o in about if p == f"{OWL}versionInfo"] != [version]:
        yield f"the version is not {version}"


def every_node_has_a_name(root: Path) -> list[str]:
    """No blank nodes, lists included."""
    return [
        f"{path.relative_to(root)}: a node has no name: {triple}"
        for path in turtle_files(root)
        for triple in read_turtle(path)
        if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)
    ]


def every_term_is_explained(root: Path) -> list[str]:
    """Classes, properties, schemes and concepts have one label and one definition in each language."""
    triples = ontology(root)
    terms = typed(
        triples, f"{OWL}Class", f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty", f"{QB}DataStructureDefinition"
    )
    listed = typed(triples, f"{SKOS}Concept", f"{SKOS}ConceptScheme")
    labels = texts(triples, f"{RDFS}label", f"{SKOS}prefLabel")
    meanings = texts(triples, f"{SKOS}definition")
    homes = {t.subject.value: t.object.value for t in triples if t.predicate.value == f"{RDFS}isDefinedBy"}
    ontologies = typed(triples, f"{OWL}Ontology")
    complaints = []
    for term in sorted(t for t in terms | listed if t.startswith(HOME)):
        for what, found in (("label", labels[term]), ("definition", meanings[term])):
            complaints += [
                f"{term}: {found.count(lang)} {what}s in {lang}" for lang in ("en", "vi") if found.count(lang) != 1
            ]
        if term in terms and homes.get(term) not in ontologies:
            complaints.append(f"{term}: does not say which ontology defines it")
    return complaints


def every_concept_is_in_a_scheme(root: Path) -> list[str]:
    """A concept stands in a scheme that exists."""
    triples = ontology(root)
    schemes = typed(triples, f"{SKOS}ConceptScheme")
    housed = {t.subject.value for t in triples if t.predicate.value == f"{SKOS}inScheme" and t.object.value in schemes}
    return [f"{concept}: in no scheme" for concept in sorted(typed(triples, f"{SKOS}Concept") - housed)]


def every_promised_id_exists(root: Path) -> list[str]:
    """The terms that other tools rely on are there."""
    triples = ontology(root)
    classes = typed(triples, f"{OWL}Class")
    properties = typed(triples, f"{OWL}ObjectProperty", f"{OWL}DatatypeProperty")
    concepts = typed(triples, f"{SKOS}Concept")
    wanted = [(CCHC + name, classes) for name in CLASSES.split()]
    wanted += [(CCHC + name, properties) for name in PROPERTIES.split()]
    wanted += [(f"{HOME}{scheme}/{each}", concepts) for scheme, ids in CONCEPTS.items() for each in ids.split()]
    wanted += [(f"{CCHC}figureStructure", typed(triples, f"{QB}DataStructureDefinition"))]
    return [f"{iri}: missing" for iri, present in wanted if iri not in present]


def every_iri_of_ours_is_declared(root: Path) -> list[str]:
    """Whatever starts with our address, data apart, is declared in the ontology or the shapes."""
    triples = ontology(root) + shapes(root)
    declared = {t.subject.value for t in triples if t.predicate.value in {f"{RDF}type", f"{RDF}first"}}
    declared |= set(artefacts.load_prefixes(root).values())
    return [
        f"{where}: {iri} is declared nowhere"
        for where, iris in used(root).items()
        for iri in sorted(iris)
        if iri.startswith(HOME)
        and not iri.startswith(DATA)
        and iri not in declared
        and not (where.startswith("ontology/examples/") and iri.startswith(f"{HOME}ontology/examples/"))
        and not iri.endswith(("/", "#"))
    ]


def every_kind_of_issue_exists(root: Path) -> list[str]:
    """The kinds of issue that the code writes down are concepts of the scheme."""
    kinds = typed(ontology(root), f"{SKOS}Concept")
    return [
        f"{path.relative_to(root)}: no issue is “{node.args[0].value}”"
        for path in sorted(root.glob("builder/**/*.py"))
        for node in syntax_nodes(path.read_text("utf-8"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Issue" and node.args
        if isinstance(node.args[0], ast.Constant) and f"{HOME}issue-kind/{node.args[0].value}" not in kinds
    ]


def every_shacl_word_exists(root: Path) -> list[str]:
    """pySHACL passes over words that it does not know, so a misspelled constraint would hold nothing."""
    from rdflib import SH as VOCABULARY

    return [
        f"{where}: {iri} is no word of SHACL"
        for where, iris in used(root).items()
        for iri in sorted(iris)
        if iri.startswith(SH) and iri != SH and iri.removeprefix(SH) not in VOCABULARY
    ]


def no_namespace_is_foreign(root: Path) -> list[str]:
    """Prefixes mean what prefixes.ttl says, and predicates and types come from its namespaces."""
    prefixes = artefacts.load_prefixes(root)
    complaints = []
    for path in [*turtle_files(root), *query_files(root)]:
        declared = re.findall(
            r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", path.read_text("utf-8"), re.MULTILINE | re.IGNORECASE
        )
        complaints += [f"{path.relative_to(root)}: prefix {p}: <{n}>" for p, n in declared if prefixes.get(p) != n]
    for path in turtle_files(root):
        words = {t.predicate.value for t in read_turtle(path)}
        words |= {t.object.value for t in read_turtle(path) if t.predicate.value == f"{RDF}type"}
        complaints += [
            f"{path.relative_to(root)}: {word}" for word in words if namespace(word) not in prefixes.values()
        ]
    for path in query_files(root):
        named = re.findall(r"<(\w+:[^<>\s]+)>", re.sub(r"(?im)^\s*(#|prefix).*$", "", path.read_text("utf-8")))
        complaints += [
            f"{path.relative_to(root)}: {n}"
            for n in named
            if namespace(n) not in prefixes.values() and not n.startswith(HOME)
        ]
    return complaints


def namespace(iri: str) -> str:
    """An address up to its last sign of division."""
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def derived_files_are_fresh(root: Path) -> list[str]:
    """What is generated holds what would be generated now, and says in line one that it is generated."""
    stale = [f"{path.relative_to(root)}: out of date; run {generate.COMMAND}" for path in generate.stale_files(root)]
    whole = [root / "builder" / "vocabulary.py", root / "ontology" / "context.jsonld"]
    silent = [p for p in whole if generate.COMMAND not in p.read_text("utf-8").splitlines()[0]]
    return stale + [f"{path.relative_to(root)}: does not say that it is generated" for path in silent]


def matches_go_both_ways(root: Path) -> list[str]:
    """Between our own concepts a match is told on both sides, and is either exact or close."""
    words = {f"{SKOS}exactMatch", f"{SKOS}closeMatch"}
    links = [t for t in ontology(root) if t.predicate.value in words and t.object.value.startswith(HOME)]
    told = {(t.subject.value, t.predicate.value, t.object.value) for t in links}
    kinds = Counter((s, o) for s, _, o in told)
    one_sided = [f"{o} does not say that it matches {s}" for s, p, o in sorted(told) if (o, p, s) not in told]
    return one_sided + [f"{s} matches {o} both exactly and closely" for (s, o), n in kinds.items() if n > 1]


def every_class_has_an_example(root: Path) -> list[str]:
    """Each class of the contract is shown once, in a file of its name."""
    complaints = []
    for name in CLASSES.split():
        path = root / "ontology" / "examples" / (re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() + ".ttl")
        if not path.exists() or not typed(read_turtle(path), CCHC + name):
            complaints.append(f"{path.relative_to(root)}: shows no {name}")
    return complaints


def examples_prove_themselves(root: Path) -> list[str]:
    """Spans are cut from the page that the example prints, and its checksum is that page's."""
    return [
        f"{path.relative_to(root)}: {fault}"
        for path in sorted(root.glob("ontology/examples/*.ttl"))
        for fault in proof_faults(path.read_text("utf-8"), read_turtle(path))
    ]


def proof_faults(source: str, triples: Sequence[ox.Triple]) -> Iterator[str]:
    """What in an example does not fit the page it prints."""
    page = "".join(re.findall(r"^# The page reads: (.*)$", source, re.MULTILINE))
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        facts[triple.subject.value][triple.predicate.value] = triple.object.value
    for node, fact in facts.items():
        quotation = fact.get(f"{NIF}anchorOf")
        if quotation is not None and page[int(fact[f"{NIF}beginIndex"]) : int(fact[f"{NIF}endIndex"])] != quotation:
            yield f"{node} is not “{quotation}”"
        digest = fact.get(f"{CCHC}sha256")
        if digest is not None and digest != hashlib.sha256(page.encode()).hexdigest():
            yield f"{node} has another checksum"


def examples_agree_with_the_ontology(root: Path) -> list[str]:
    """What an example says about a term, the ontology says too."""
    told = {str(t) for t in ontology(root)}
    return [
        f"{path.relative_to(root)}: {triple} is not in the ontology"
        for path in sorted(root.glob("ontology/examples/*.ttl"))
        for triple in read_turtle(path)
        if triple.subject.value.startswith(HOME)
        and not triple.subject.value.startswith((f"{DATA}/", f"{HOME}ontology/examples/"))
        and str(triple) not in told
    ]


GUARDS: list[Guard] = [
    every_file_parses,
    every_file_says_what_it_is,
    every_node_has_a_name,
    every_term_is_explained,
    every_concept_is_in_a_scheme,
    every_promised_id_exists,
    every_iri_of_ours_is_declared,
    every_kind_of_issue_exists,
    every_shacl_word_exists,
    no_namespace_is_foreign,
    derived_files_are_fresh,
    matches_go_both_ways,
    every_class_has_an_example,
    examples_prove_themselves,
    examples_agree_with_the_ontology,
]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_project_holds(guard: Guard):
    assert guard(ROOT) == []


# ---------------------------------------------------------------- guards seen failing

DEFECTS: list[tuple[Guard, str, str, str]] = [
    (every_file_parses, "ontology/kinds.ttl", "skos:prefLabel", "skos:prefLabel skos:prefLabel"),
    (every_file_parses, "queries/*.rq", "SELECT", "SELCT"),
    (every_file_parses, "shapes/*.ttl", "SELECT $this", "SELCT $this"),
    (every_file_says_what_it_is, "ontology/fields.ttl", "# The areas", "@prefix x: <urn:x> .\n# The areas"),
    (every_file_says_what_it_is, "ontology/cchc.ttl", "licenses/by/4.0/", "licenses/by-nc/4.0/"),
    (every_file_says_what_it_is, "ontology/kinds.ttl", 'owl:versionInfo "', 'owl:versionInfo "9.'),
    (every_file_says_what_it_is, "shapes/*.ttl", '"@vi ;\n    dcterms:license', '"@fr ;\n    dcterms:license'),
    (every_file_says_what_it_is, "ontology/examples/observation.ttl", "a owl:Ontology", "a owl:Thing"),
    (every_node_has_a_name, "ontology/kinds.ttl", 'skos:notation "NQ"', 'skos:related [ skos:notation "NQ" ]'),
    (every_node_has_a_name, "shapes/*.ttl", "sh:minCount 1", "sh:minCount 1 ; sh:in ( 1 2 )"),
    (every_term_is_explained, "ontology/cchc.ttl", '"printed value"@en , ', ""),
    (
        every_term_is_explained,
        "ontology/cchc.ttl",
        '"Điều gì chưa thể quyết định."@vi',
        '"Điều gì chưa thể quyết định."',
    ),
    (every_term_is_explained, "ontology/kinds.ttl", '"cấp xã"@vi', '"cấp xã"@vi , "xã"@vi'),
    (every_term_is_explained, "ontology/cchc.ttl", "rdfs:isDefinedBy <https://w3id.org/cchc/ontology> ;", ""),
    (every_term_is_explained, "ontology/indicators.ttl", '"dossiers received"@en', '"dossiers received"@fr'),
    (every_concept_is_in_a_scheme, "ontology/kinds.ttl", "skos:Concept ; skos:inScheme scheme:bound", "skos:Concept"),
    (every_concept_is_in_a_scheme, "ontology/kinds.ttl", "skos:inScheme scheme:bound", "skos:inScheme scheme:bond"),
    (every_promised_id_exists, "ontology/kinds.ttl", "bound:at-most a", "bound:atmost a"),
    (every_promised_id_exists, "ontology/cchc.ttl", "cchc:sha256 a", "cchc:sha265 a"),
    (every_iri_of_ours_is_declared, "shapes/*.ttl", "cchc:printedValue", "cchc:printedvalue"),
    (every_iri_of_ours_is_declared, "shapes/*.ttl", "measure:percent", "measure:per-cent"),
    (every_iri_of_ours_is_declared, "queries/*.rq", "cchc:indicator ", "cchc:indicater "),
    (every_iri_of_ours_is_declared, "ontology/indicators.ttl", "area:procedures", "area:procedure"),
    (every_iri_of_ours_is_declared, "builder/errors.py", '"""What can go wrong', '"""cchc:Obsrvation can go wrong'),
    (every_iri_of_ours_is_declared, "builder/errors.py", '"""What can', '"""https://w3id.org/cchc/level/provnce can'),
    (every_kind_of_issue_exists, "builder/errors.py", "\nclass BuilderError", '\nIssue("odd")\n\nclass BuilderError'),
    (every_shacl_word_exists, "shapes/*.ttl", "sh:nodeKind", "sh:nodekind"),
    (every_shacl_word_exists, "shapes/*.ttl", "sh:datatype", "sh:dataType"),
    (every_shacl_word_exists, "builder/errors.py", '"""What', '"""sh:nodeType'),
    (no_namespace_is_foreign, "queries/*.rq", "<http://www.w3.org/ns/prov#>", "<http://www.w3.org/prov#>"),
    (
        no_namespace_is_foreign,
        "shapes/*.ttl",
        "<http://www.w3.org/2004/02/skos/core#>",
        "<http://www.w3.org/2008/05/skos#>",
    ),
    (no_namespace_is_foreign, "ontology/cchc.ttl", "rdfs:subClassOf prov:Entity ;", "<urn:under> prov:Entity ;"),
    (derived_files_are_fresh, "ontology/cchc.ttl", '"printed value"@en', '"value as printed"@en'),
    (derived_files_are_fresh, "ontology/cchc.ttl", "cchc:bodyOf a", "cchc:organOf a"),
    (derived_files_are_fresh, "builder/vocabulary.py", "ontology#bound", "ontology#bond"),
    (derived_files_are_fresh, "ontology/context.jsonld", "xsd:date", "xsd:dateTime"),
    (derived_files_are_fresh, "queries/*.rq", "#+ summary: ", "#+ summary: Not "),
    (derived_files_are_fresh, "shapes/*.ttl", "sh:severity sh:Violation", "sh:severity sh:Info"),
    (matches_go_both_ways, "ontology/fields.ttl", "area:procedures , area-2011:procedures", "area:procedures"),
    (every_class_has_an_example, "ontology/examples/issue.ttl", "a cchc:Issue", "a cchc:Initiative"),
    (examples_prove_themselves, "ontology/examples/observation.ttl", "The page reads: Tính", "The page reads:  Tính"),
    (examples_prove_themselves, "ontology/examples/observation.ttl", 'cchc:sha256 "', 'cchc:sha256 "0'),
    (examples_agree_with_the_ontology, "ontology/examples/indicator.ttl", "measure:percent", "measure:count"),
]


def copy_project(target: Path) -> Path:
    """Copy what the guards look at."""
    for folder in ("ontology", "shapes", "queries", "builder"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("*.tsv", "__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def plant(root: Path, pattern: str, old: str, new: str) -> tuple[Path, str]:
    """Replace a piece of text in the first file that holds it; return the file and what it held."""
    for path in sorted(root.glob(pattern)):
        text = path.read_text("utf-8")
        if old in text:
            path.write_text(text.replace(old, new, 1), "utf-8")
            return path, text
    pytest.fail(f"no {pattern} holds “{old}”: the defect cannot be planted")


@contextmanager
def planted(root: Path, pattern: str, old: str, new: str) -> Iterator[None]:
    """Plant a defect and take it out again."""
    path, text = plant(root, pattern, old, new)
    forget()
    yield
    path.write_text(text, "utf-8")
    forget()


def forget() -> None:
    """Forget what the door has read: files were changed."""
    for cached in (artefacts._load_ontology, artefacts._read_prefixes):
        cached.cache_clear()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to plant defects in, one after another."""
    return copy_project(tmp_path_factory.mktemp("project") / "copy")


@lru_cache(maxsize=len(GUARDS))
def complaints_before(guard: Guard, project: Path) -> frozenset[str]:
    """What a guard dislikes about the copy without a defect."""
    return frozenset(guard(project))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: f"{d[0].__name__}-{Path(d[1]).parts[0]}-{d[3][:24]!r}")
def test_guard_sees_defect(defect: tuple[Guard, str, str, str], project: Path):
    guard, *deed = defect
    before = complaints_before(guard, project)
    with planted(project, *deed):
        assert set(guard(project)) - before


def test_every_guard_has_been_seen_failing():
    assert {guard for guard, *_ in DEFECTS} == set(GUARDS)


def test_lists_of_files_are_complete():
    """The door finds what an independent walk finds, and the guards look at all of it."""
    walked = sorted(p for p in ROOT.rglob("*.ttl") if p.relative_to(ROOT).parts[0] in {"ontology", "shapes"})
    assert walked == turtle_files(ROOT)
    assert {*artefacts.ontology_files(), *artefacts.example_files(), *artefacts.shape_files()} == set(walked)
    assert {*artefacts.query_files(), *artefacts.check_files()} == set((ROOT / "queries").rglob("*.rq"))


# ---------------------------------------------------------------- agreement with what is shared


@pytest.mark.skipif(not (SHARED / "spec" / "indicators.tsv").exists(), reason="the shared list of indicators is absent")
def test_shared_indicators_exist():
    """Every shared indicator is there with the same measure and reform area."""
    with (SHARED / "spec" / "indicators.tsv").open(encoding="utf-8", newline="") as file:
        wanted = {
            row["id"]: (row["measure"], row["reform_area"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    triples = ontology(ROOT)

    def local(word: str) -> dict[str, str]:
        return {t.subject.value: t.object.value.rsplit("/", 1)[1] for t in triples if t.predicate.value == CCHC + word}

    measures, areas = local("measure"), local("reformArea")
    found = {each: (measures.get(f"{HOME}indicator/{each}"), areas.get(f"{HOME}indicator/{each}")) for each in wanted}
    assert len(wanted) == 145
    assert found == wanted


# ---------------------------------------------------------------- examples against the shapes


def around(example: Path) -> str:
    """An example with what the ontology says about the terms it names and their schemes, as N-Triples."""
    known = defaultdict(list)
    for triple in statements(artefacts.ontology_files()):
        known[triple.subject.value].append(triple)
    found = artefacts.read_turtle(example)
    found += [triple for iri in in_graph(found) for triple in known[iri]]
    schemes = {triple.object.value for triple in found if triple.predicate.value == f"{SKOS}inScheme"}
    found += [triple for iri in schemes for triple in known[iri]]
    return "".join(sorted({f"{triple} .\n" for triple in found}))


@pytest.mark.parametrize("example", artefacts.example_files(), ids=lambda path: path.stem)
def test_example_conforms(example: Path):
    import pyshacl
    import rdflib

    data = to_graph(ox.parse(around(example), format=ox.RdfFormat.N_TRIPLES))  # it parses each query once
    _, report, text = pyshacl.validate(data, shacl_graph=artefacts.load_shapes(), inference=None)
    assert not list(report.subjects(rdflib.SH.resultSeverity, rdflib.SH.Violation)), text


# ---------------------------------------------------------------- the door


def test_ontology_is_read_once_and_whole():
    assert artefacts.load_ontology() is artefacts.load_ontology()
    assert len(artefacts.load_ontology()) == len(artefacts.ontology_statements()) == len(artefacts.ontology_store())


def test_graph_equals_what_rdflib_reads():
    import rdflib

    own = rdflib.Graph()
    for path in artefacts.ontology_files():
        own.parse(path)
    assert set(own) == set(artefacts.load_ontology())


def test_statements_make_nquads():
    lines = "".join(f"{s} <{DATA}/graph/ontology> .\n" for s in artefacts.ontology_statements())
    read = list(ox.parse(lines.encode(), format=ox.RdfFormat.N_QUADS))
    assert len(read) == len(artefacts.ontology_statements())
    assert list(artefacts.ontology_statements()) == sorted(artefacts.ontology_statements())


def test_another_root_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = copy_project(tmp_path)
    plant(root, "ontology/kinds.ttl", '"per cent"@en', '"percent"@en')
    changed = '"percent"@en'
    assert any(changed in s for s in artefacts.ontology_statements(root))
    assert not any(changed in s for s in artefacts.ontology_statements())
    monkeypatch.setenv(artefacts.ROOT_VARIABLE, str(root))
    assert any(changed in s for s in artefacts.ontology_statements())
    assert artefacts.shape_files()[0].is_relative_to(root)


def test_broken_file_is_named_with_its_line(tmp_path: Path):
    root = copy_project(tmp_path)
    plant(root, "ontology/kinds.ttl", "\n@prefix rdfs:", "\nprefix ! rdfs:")
    with pytest.raises(OntologyError, match=r"kinds\.ttl, line \d+: not valid Turtle"):
        artefacts.load_ontology(root)
    plant(root, "shapes/*.ttl", "sh:path ", "sh:path sh:path ")
    with pytest.raises(ShapeError, match=r"\.ttl, line \d+: not valid Turtle"):
        artefacts.load_shapes(root)


def test_unnamed_node_is_refused(tmp_path: Path):
    root = copy_project(tmp_path)
    plant(root, "ontology/kinds.ttl", 'skos:notation "NQ"', "skos:related []")
    with pytest.raises(OntologyError, match="has no name"):
        artefacts.ontology_statements(root)


@pytest.mark.parametrize(
    "ask",
    [
        artefacts.ontology_files,
        artefacts.shape_files,
        artefacts.query_files,
        artefacts.check_files,
        artefacts.units_file,
        artefacts.example_pages,
    ],
)
def test_empty_root_is_an_error(ask: Callable[[Path], object], tmp_path: Path):
    with pytest.raises(ArtefactError, match=r"found.*; reinstall cchc-graph or set CCHC_ARTEFACTS"):
        ask(tmp_path)


def test_door_costs_nothing_to_open():
    """Importing the door and the vocabulary loads neither rdflib nor pyoxigraph."""
    code = "import sys, builder.artefacts, builder.vocabulary; print({'rdflib', 'pyoxigraph'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "set()"


# ---------------------------------------------------------------- the generator


def test_vocabulary_spells_the_terms():
    from builder import vocabulary

    assert f"{CCHC}printedValue" == vocabulary.CCHC.printedValue
    assert f"{QB}Observation" == vocabulary.QB.Observation
    assert vocabulary.CONCEPT_IDS["level"] == ("commune", "district", "province")
    assert artefacts.load_prefixes() == vocabulary.NAMESPACES


def test_context_turns_terms_into_iris():
    data = (
        '{"@context": CONTEXT, "@id": "id:x", "cchc:level": {"@id": "level:commune"}, "cchc:periodEnd": "2019-11-28"}'
    )
    context = (ROOT / "ontology" / "context.jsonld").read_text("utf-8")
    text = data.replace("CONTEXT", context[context.index("{", context.index('"@context"')) : context.rindex("}")])
    found = {str(q.triple) for q in ox.parse(text.encode(), format=ox.RdfFormat.JSON_LD)}
    assert found == {
        f"<{DATA}/x> <{CCHC}level> <{HOME}level/commune>",
        f'<{DATA}/x> <{CCHC}periodEnd> "2019-11-28"^^<http://www.w3.org/2001/XMLSchema#date>',
    }


def test_check_names_the_stale_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    root = copy_project(tmp_path)
    monkeypatch.setenv(artefacts.ROOT_VARIABLE, str(root))
    generate.main([])
    assert generate.main(["--check"]) == 0
    plant(root, "builder/vocabulary.py", "ontology#bound", "ontology#bond")
    capsys.readouterr()
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == f"builder/vocabulary.py: out of date; run {generate.COMMAND}\n"
    generate.main([])
    assert generate.main(["--check"]) == 0


def test_missing_marker_is_an_error(tmp_path: Path):
    root = copy_project(tmp_path)
    plant(root, "shapes/README.md", "<!-- /generated -->", "")
    with pytest.raises(ArtefactError, match=r"README\.md: the markers are missing"):
        generate.stale_files(root)
