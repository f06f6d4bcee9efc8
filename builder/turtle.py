"""Collects statements about named things and writes them as Turtle: same statements, same bytes, no blank nodes."""

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from builder.vocabulary import NAMESPACES

Texts = Mapping[str, str]  # language -> text


def expand(name: str) -> str:
    """Write a prefixed name out; a full address stays as it is.

    >>> expand("void:Dataset"), expand("https://w3id.org/cchc/")
    ('http://rdfs.org/ns/void#Dataset', 'https://w3id.org/cchc/')
    """
    prefix, _, local = name.partition(":")
    return name if local.startswith("//") or prefix not in NAMESPACES else NAMESPACES[prefix] + local


class Statements:
    """Statements about one thing after another; names may be prefixed as everywhere in the project."""

    def __init__(self) -> None:
        self.triples: set[ox.Triple] = set()

    def link(self, subject: str, predicate: str, *targets: str) -> None:
        """Say that a thing relates to others."""
        for target in targets:
            self.add(subject, predicate, ox.NamedNode(expand(target)))

    def tell(self, subject: str, predicate: str, texts: Texts | str | None) -> None:
        """Give a thing a text, one in each language or one without; nothing is said where there is none."""
        if isinstance(texts, str):
            self.add(subject, predicate, ox.Literal(texts))
            return
        for language, text in (texts or {}).items():
            self.add(subject, predicate, ox.Literal(text, language=language))

    def value(self, subject: str, predicate: str, value: object, datatype: str) -> None:
        """Give a thing a value of a type of XML Schema; nothing is said where there is none."""
        if value is not None:
            self.add(subject, predicate, ox.Literal(str(value), datatype=ox.NamedNode(expand(f"xsd:{datatype}"))))

    def add(self, subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        """Say one thing."""
        self.triples.add(ox.Triple(ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate)), value))

    def turtle(self) -> str:
        """Write all statements in order."""
        return write_turtle(self.triples)


def write_turtle(triples: Iterable[ox.Triple]) -> str:
    """Write statements in the order of subject, predicate and object."""
    ordered = sorted(triples, key=lambda t: (str(t.subject), str(t.predicate), str(t.object)))
    return with_sorted_prefixes(
        (ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=dict(NAMESPACES)) or b"").decode()
    )


def with_sorted_prefixes(text: str) -> str:
    """Put the prefixes, which come in any order, in order and leave out those that nothing uses."""
    heads = re.match(r"(@prefix [^\n]*\n)*", text)
    assert heads is not None
    body = text[heads.end() :]
    used = (line for line in sorted(heads[0].split("\n")) if line and line.split()[1] in body)
    return "".join(f"{line}\n" for line in used) + body
