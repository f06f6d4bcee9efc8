"""What can go wrong with the program or its set-up.

What is wrong with a *page* is no exception but an :class:`~builder.facts.Issue`.

::

    BuilderError
    ├─ ArtefactError      a file in ontology/, shapes/ or queries/ cannot be used
    │  ├─ OntologyError
    │  ├─ ShapeError
    │  └─ QueryError
    ├─ SourceError        a page or a folder of pages cannot be read
    ├─ StoreError         a graph or store cannot be opened, or does not answer
    └─ EngineError        a language model that was asked for cannot be used
"""


class BuilderError(Exception):
    """Anything this package raises on purpose; the message says what, where and what to do."""


class ArtefactError(BuilderError):
    """A file in ontology/, shapes/ or queries/ cannot be used."""


class OntologyError(ArtefactError):
    """A file of the ontology is missing, broken or contradicts itself."""


class ShapeError(ArtefactError):
    """A file of shapes is missing or broken."""


class QueryError(ArtefactError):
    """A saved query is missing, broken, or was given a parameter it does not take."""


class SourceError(BuilderError):
    """A page or a folder of pages cannot be read."""


class StoreError(BuilderError):
    """A graph or store cannot be opened, or does not answer."""


class EngineError(BuilderError):
    """A language model that was asked for cannot be used."""
