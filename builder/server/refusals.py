"""Why a request gets no answer: one exception for each reason, in English and Vietnamese.

::

    BuilderError
    └─ Refused
       ├─ Malformed     the query or the request cannot be read
       ├─ NotAllowed    the query asks for what this service never does
       ├─ TooComplex    the query is too large or too deeply nested to be given to the engine
       ├─ UnknownGraph  a graph that the store does not hold
       ├─ LimitHit      the query was stopped: time, memory, rows or bytes
       ├─ EngineFailed  the engine gave up on the query
       ├─ Busy          all workers are taken
       └─ Throttled     one client has used up its share
"""

from dataclasses import dataclass
from typing import ClassVar

from builder.errors import BuilderError


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a query; lines and columns (in code points) begin with 1."""

    line: int
    column: int


class Refused(BuilderError):  # noqa: N818  an answer too
    """A request that gets no answer; ``str()`` is the English reason with its position."""

    status: ClassVar[int] = 400  # of HTTP
    retry_after = 0  # seconds until it is worth asking again, if it is a matter of time

    def __init__(self, english: str, vietnamese: str, position: Position | None = None) -> None:
        self.position = position
        if position is not None:
            english = f"line {position.line}, column {position.column}: {english}"
            vietnamese = f"dòng {position.line}, cột {position.column}: {vietnamese}"
        self.english, self.vietnamese = english, vietnamese
        super().__init__(self.english)


class Malformed(Refused):
    """The query or the request cannot be read."""


class NotAllowed(Refused):
    """The query asks for what this service never does: to write, or to fetch from elsewhere."""

    status = 403


class TooComplex(Refused):
    """The query is too large or too deeply nested to be given to the engine."""


class UnknownGraph(Refused):
    """A graph was named that the store does not hold; nothing is fetched."""

    def __init__(self, graph: str) -> None:
        self.graph = graph
        super().__init__(
            f"the store holds no graph <{graph}>, and nothing is fetched from elsewhere",
            f"kho không có đồ thị <{graph}>, và máy chủ không tải gì từ bên ngoài",
        )


class LimitHit(Refused):
    """A query was stopped at a limit: ``limit`` is "seconds", "memory", "rows" or "bytes"."""

    status = 503

    def __init__(self, limit: str, english: str, vietnamese: str) -> None:
        self.limit = limit
        super().__init__(english, vietnamese)


class EngineFailed(Refused):
    """The engine gave up on a query; other queries are not affected."""

    status = 500


class Busy(Refused):
    """All workers are taken; ``retry_after`` is in seconds."""

    status = 503

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"all workers are busy; try again in {retry_after} s",
            f"máy chủ đang bận; hãy thử lại sau {retry_after} giây",
        )


class Throttled(Refused):
    """One client has used up its share of the engine; ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"your queries have used up their share of the engine; try again in {retry_after} s",
            f"các truy vấn của bạn đã dùng hết phần thời gian xử lý; hãy thử lại sau {retry_after} giây",
        )
