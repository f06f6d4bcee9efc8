"""The JSON API of the saved questions described as OpenAPI 3.1, made from the headers of the questions."""

from collections.abc import Mapping
from typing import Any

from builder import queries
from builder.pipeline import package_version
from builder.queries import ANY, GEOGRAPHIES, Parameter, SavedQuery
from builder.server.forms import EXPECTED

API = "/api"
JSON, PROBLEM = "application/json", "application/problem+json"
FORMATS: Mapping[str, str] = {  # of the parameter "format" -> media type
    "json": JSON,
    "sparql-json": "application/sparql-results+json",
    "csv": "text/csv",
}
SCHEMAS: Mapping[str, dict[str, Any]] = {  # of the types of parameters
    "indicator": {"type": "string"},
    "unit": {"type": "string"},
    "level": {"anyOf": [{"enum": ["province", "district", "commune"]}, {"type": "string", "format": "iri"}]},
    "geography": {"type": "string", "enum": list(GEOGRAPHIES)},
    "year": {"type": "string", "pattern": "^[0-9]{4}$"},
    "integer": {"type": "string", "pattern": "^-?[0-9]{1,18}$"},
    "date": {"type": "string", "format": "date"},
    "iri": {"type": "string", "format": "iri"},
    "string": {"type": "string"},
}
REASONS: Mapping[str, str] = {
    "400": "A parameter that the question does not take, or a value it cannot use",
    "406": "None of the formats accepted",
    "429": "Too many questions by one client",
    "503": "The answer takes more time, memory or rows than it may, or too many are being asked",
}


def describe_api(root: str = "") -> dict[str, Any]:
    """Return the description of the API of a server that is mounted at a path."""
    found = queries.catalogue()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CCHC: saved questions",
            "summary": "Figures of Vietnamese administrative reform with the pages that state them",
            "version": package_version(),
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": root or "/"}],
        "tags": [{"name": tag} for tag in sorted({tag for query in found for tag in query.tags})],
        "paths": {
            f"{API}/questions": {"get": _list_operation()},
            **{f"{API}/questions/{query.name}": {"get": _operation(query)} for query in found},
        },
        "components": {"schemas": _components(), "responses": _responses()},
    }


def _list_operation() -> dict[str, Any]:
    return {
        "operationId": "questions",
        "summary": "The saved questions and their parameters",
        "responses": {"200": _content("The list", {JSON: _reference("Questions")})},
    }


def _operation(query: SavedQuery) -> dict[str, Any]:
    answers = {JSON: _reference("Answer"), FORMATS["sparql-json"]: {"type": "object"}, "text/csv": {"type": "string"}}
    form = {
        "name": "format",
        "in": "query",
        "description": "Format of the answer; without it, by the Accept header",
        "schema": {"type": "string", "enum": list(FORMATS), "default": "json"},
    }
    return {
        "operationId": query.name,
        "summary": query.summary["en"],
        "description": f"{query.description['en']}\n\n{query.summary['vi']}. {query.description['vi']}",
        "tags": list(query.tags),
        "parameters": [*map(_parameter, query.parameters), form],
        "responses": {
            "200": _content("The whole answer", answers),
            **{status: {"$ref": f"#/components/responses/{status}"} for status in REASONS},
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = dict(SCHEMAS[parameter.type])
    if parameter.optional:
        schema = {"anyOf": [schema, {"const": ANY}]}
    also = f", or “{ANY}”" if parameter.optional else ""
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.label['en']} ({parameter.label['vi']}): {EXPECTED[parameter.type][1]}{also}",
        "schema": {**schema, "default": parameter.default},
    }


def _content(description: str, schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": schema} for media, schema in schemas.items()}}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list_of(schema: Any) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _components() -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    both = _object(vi=text, en=text)
    value = {"type": ["string", "number", "boolean", "null"]}
    parameter = _object(
        name=text, type={"enum": list(queries.TYPES)}, label=both, default=text, optional={"type": "boolean"}
    )
    question = _object(
        name=text, url=text, summary=both, description=both, tags=_list_of(text), parameters=_list_of(parameter)
    )
    return {
        "Questions": _object(questions=_list_of(question)),
        "Answer": _object(
            question=text,
            parameters={"type": "object", "additionalProperties": text},
            columns=_list_of(_object(name=text, label=both)),
            count={"type": "integer"},
            rows=_list_of({"type": "object", "additionalProperties": value}),
            query=text,
        ),
        "Problem": {
            **_object(status={"type": "integer"}, title=text, title_vi=text),
            "description": "Problem details (RFC 9457); “parameters” tells what is wrong with which.",
        },
    }


def _responses() -> dict[str, Any]:
    return {status: _content(reason, {PROBLEM: _reference("Problem")}) for status, reason in REASONS.items()}
