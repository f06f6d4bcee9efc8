"""Speaks to a language model over the chat protocol that OpenAI made common; standard library only.

Answers are kept on disk under a hash of model, instructions and passage: the same question is asked once, and the same
answers give the same graph.
"""

import json
import os
import time
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from builder.errors import EngineError
from builder.extractor.llm.proposals import SCHEMA, is_usable

_LARGEST_ANSWER = 1_000_000  # bytes; the figures of a passage take some thousands
_CHUNK = 1 << 16
_SILENCES = 5  # passages in a row without an answer: the address is not worth asking on
_LONGEST_PAUSE = 20.0  # seconds
_SETUP = {401: "refuses the key", 403: "refuses the key", 404: "knows no such model or path"}
_MOMENTARY = frozenset({408, 409, 425, 429})  # and all from 500 on


@dataclass(frozen=True, slots=True)
class Model:
    """A language model behind an address, and how much it is asked."""

    url: str  # "http://localhost:8000/v1"
    name: str
    cache: Path
    key_variable: str = ""  # environment variable that holds the key
    timeout: float = 120  # seconds for a whole answer
    attempts: int = 3
    pause: float = 1  # seconds before the second attempt; doubled each time
    budget: int = 60_000  # characters of a page that are sent at most


class _NoAnswer(Exception):  # noqa: N818  it is no error of the program
    """One attempt failed; the message says how."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.again = again


class _NoRedirect(HTTPRedirectHandler):
    """Goes nowhere else: texts and key are for the address given."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow no redirect."""


@dataclass
class Client:
    """Asks one model, and remembers its answers."""

    model: Model
    silences: int = 0
    opener: OpenerDirector = field(default_factory=lambda: build_opener(_NoRedirect))

    def __post_init__(self) -> None:
        self.address = chat_address(self.model.url)
        self.key = _key(self.model.key_variable)

    def ask(self, instructions: str, passage: str) -> str | None:
        """Return what the model answers to a passage, from the cache if it was asked before; None: nothing usable.

        Raises:
            EngineError: the model cannot be used at all.

        """
        place = self._place(instructions, passage)
        if (known := _recall(place)) is not None:
            return known
        answer = self._ask_patiently(instructions, passage)
        if answer is not None:
            _remember(place, answer, self.model.name)
        return answer

    def _place(self, instructions: str, passage: str) -> Path:
        """Return where the answer is kept."""
        name = sha256(json.dumps([self.model.name, instructions, SCHEMA, passage]).encode()).hexdigest()
        return self.model.cache / name[:2] / f"{name}.json"

    def _ask_patiently(self, instructions: str, passage: str) -> str | None:
        reason = ""
        for attempt in range(self.model.attempts):
            if attempt:
                time.sleep(min(self.model.pause * 2 ** (attempt - 1), _LONGEST_PAUSE))
            try:
                answer = _content(self._send(self._request(instructions, passage)))
            except _NoAnswer as problem:
                reason = str(problem)
                if not problem.again:
                    break
            else:
                self.silences = 0
                return answer
        self.silences += 1
        if self.silences >= _SILENCES:
            what = f"no answer to {self.silences} passages in a row, last because it {reason}"
            raise EngineError(f"{self.model.url}: {what}; check the address and the model, or build without it")
        return None

    def _request(self, instructions: str, passage: str) -> Request:
        body = {
            "model": self.model.name,
            "temperature": 0,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": passage}],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "figures", "strict": True, "schema": SCHEMA},
            },
        }
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        return Request(self.address, json.dumps(body).encode(), headers, method="POST")  # noqa: S310  http(s) only

    def _send(self, request: Request) -> bytes:
        deadline = time.monotonic() + self.model.timeout
        try:
            with self.opener.open(request, timeout=self.model.timeout) as response:
                return _read(response, deadline)
        except HTTPError as problem:
            problem.close()
            if problem.code in _SETUP or 300 <= problem.code < 400:
                what = _SETUP.get(problem.code, "leads elsewhere")
                message = f"{self.model.url}: {what} (HTTP {problem.code}); check the address, the model and the key"
                raise EngineError(message) from problem
            again = problem.code in _MOMENTARY or problem.code >= 500
            raise _NoAnswer(f"says HTTP {problem.code}", again=again) from problem
        except TimeoutError as problem:
            raise _NoAnswer(f"took longer than {self.model.timeout:g} s") from problem
        except (URLError, HTTPException, OSError) as problem:
            raise _NoAnswer(f"cannot be reached ({getattr(problem, 'reason', problem)})") from problem


def chat_address(url: str) -> str:
    """Return where questions are sent.

    >>> chat_address("http://localhost:8000/v1/")
    'http://localhost:8000/v1/chat/completions'

    Raises:
        EngineError: the address is none that can be asked.

    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and url.isascii() and url.isprintable()
        _ = parts.port
    except ValueError:
        usable = ""
    if not usable or " " in url or parts.query or parts.fragment:
        raise EngineError(f"{url}: no address of a language model; give one like http://localhost:8000/v1")
    bare = url.rstrip("/")
    return bare if bare.endswith("/chat/completions") else f"{bare}/chat/completions"


def check_model(model: Model) -> Model:
    """Return a model after checking that its address and key can be used.

    Raises:
        EngineError: they cannot.

    """
    Client(model)
    return model


def _key(variable: str) -> str:
    """Return the key in an environment variable."""
    key = os.environ.get(variable, "").strip() if variable else ""
    if variable and not (key and key.isascii() and key.isprintable()):
        raise EngineError(f"{variable}: this environment variable holds no key; set it or name another")
    return key


def _read(response: Any, deadline: float) -> bytes:
    """Return the body of an answer: within the time, and no longer than an answer is."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST_ANSWER:
            raise _NoAnswer("sends more than any answer", again=False)
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(pieces)


def _content(body: bytes) -> str:
    """Return what the model says, if it is of the form asked for."""
    try:
        told = json.loads(body)
        content = told["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as problem:
        raise _NoAnswer("answers in no form that is known") from problem
    if not isinstance(content, str) or not is_usable(content):
        raise _NoAnswer("answers with no JSON of the form asked for")
    return content


# ---------------------------------------------------------------- what was answered before


def _recall(place: Path) -> str | None:
    """Return an answer kept earlier; one that is damaged counts for nothing."""
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        content, digest = kept["answer"], kept["sha256"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return content if isinstance(content, str) and _digest(content) == digest and is_usable(content) else None


def _digest(answer: str) -> str:
    return sha256(answer.encode("utf-8", "surrogatepass")).hexdigest()


def _remember(place: Path, answer: str, name: str) -> None:
    """Keep an answer; of processes that do so at a time one wins, and all write the same."""
    aside = place.with_name(f"{place.name}.{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        kept = {"model": name, "answer": answer, "sha256": _digest(answer)}
        aside.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        aside.replace(place)
    except OSError as problem:
        raise EngineError(
            f"{place.parent}: answers cannot be kept ({problem.strerror or problem}); name another folder"
        ) from problem
