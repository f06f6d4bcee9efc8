"""Who answers the queries of pages: the engine in this process, or a pool of workers that can be killed."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from builder import queries
from builder.errors import QueryError, StoreError
from builder.queries import Rows
from builder.server.answering import GRAPHS, RESULTS, Limits, Reply, read_syntax_error
from builder.server.guard import look
from builder.server.throttle import Throttle
from builder.server.workers import Answer, Pool, explain
from builder.sparql import Answering

TABLE, TRIPLES = RESULTS[0], GRAPHS[1]


class Answerer(Protocol):
    """Anything that answers a query as a whole or says why it does not."""

    @property
    def limits(self) -> Limits | None:
        """Return what a query may take, None where nothing holds it."""

    def charged_to(self, client: str) -> "Answerer":
        """Return who answers the queries of a client, by its address: it may have no more than its share."""

    def answer(self, text: str) -> Rows:
        """Return the whole answer.

        Raises:
            Refused: there is none; the exception has a status and a reason in both languages.

        """


@dataclass(frozen=True, slots=True)
class InProcess:
    """Answers in this process, without limits: for a static site, and where nobody else can ask."""

    store: Answering = field(repr=False)
    limits: Limits | None = None

    def charged_to(self, client: str) -> "InProcess":  # noqa: ARG002  nobody else asks
        """Return itself; see :class:`Answerer`."""
        return self

    def answer(self, text: str) -> Rows:
        """Return the whole answer; see :class:`Answerer`."""
        look(text)
        try:
            return queries.run(self.store, text)
        except QueryError as problem:
            position, reason = read_syntax_error(text, str(getattr(problem.__cause__, "msg", problem)))
            raise explain(Reply("syntax", reason=reason, position=position), Limits()) from problem
        except (StoreError, ValueError) as problem:
            raise explain(Reply("failed", reason=str(problem)), Limits()) from problem


@dataclass(frozen=True, slots=True)
class Pooled:
    """Answers in worker processes within limits, to each client no more than its share."""

    pool: Pool = field(repr=False)
    throttle: Throttle = field(default_factory=lambda: Throttle(0), repr=False)
    client: str = ""

    @property
    def limits(self) -> Limits:
        """Return what a query may take."""
        return self.pool.limits

    def charged_to(self, client: str) -> "Pooled":
        """Return who answers the queries of a client; see :class:`Answerer`."""
        return replace(self, client=client)

    def answer(self, text: str) -> Rows:
        """Return the whole answer; see :class:`Answerer`."""
        query = look(text)
        media = TABLE if query.form in {"SELECT", "ASK"} else TRIPLES
        with self.throttle.turn(self.client, self.limits.seconds) as spent:
            return read_answer(self.pool.answer(query, media, spent))


def read_answer(answer: Answer) -> Rows:
    """Return an answer that was written as SPARQL Results JSON or as N-Triples."""
    import pyoxigraph

    if answer.media == TABLE:
        return queries.collect(pyoxigraph.parse_query_results(answer.body, format=pyoxigraph.QueryResultsFormat.JSON))
    return queries.collect(pyoxigraph.parse(answer.body, format=pyoxigraph.RdfFormat.N_TRIPLES))
