"""Reads which fields of a call a service has refused, where its answer has a form that is known.

The forms are problems with `errors` or `invalid-params` (RFC 9457, section 3), JSON:API (`source.pointer`),
FastAPI, Django REST framework, Spring Boot, ajv with Express and Fastify, marshmallow, Joi, Zod, Laravel and
ASP.NET. Most are lists of objects that name a place and a reason, under different names; the others are maps
from fields to texts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from load.calls.field_meanings import Meaning, Trouble, meaning
from load.planning.names import words
from openapi.contract import Json, JsonObject

# How deep an answer is searched, and how many fields are taken from it.
_DEEPEST = 5
_FIELDS_AT_MOST = 30
_PLACES = (
    "pointer", "instancePath", "dataPath", "loc", "source", "path", "field", "name", "param", "parameter",
    "property", "propertyPath", "target", "key", "attribute",
)  # fmt: skip
_TEXTS = (
    "detail", "reason", "msg", "message", "defaultMessage", "description", "errorMessage", "error", "title",
)  # fmt: skip
_CODES = ("keyword", "code", "type", "rule", "validation")
_PARAMETERS = ("ctx", "params", "context", "meta")
LOCATIONS: Mapping[str, str] = {
    "body": "body", "requestBody": "body", "json": "body", "form": "body", "query": "query",
    "querystring": "query", "query_params": "query", "path": "path", "params": "path", "header": "header",
    "headers": "header", "cookie": "cookie", "cookies": "cookie",
}  # fmt: skip
# Properties of an answer that may map fields to texts, by their words; the answer itself may, too. Under the
# first ones, a field may have one text instead of a list.
_MAPS_OF_TEXTS = frozenset({"errors", "messages", "fields", "field errors", "validation errors"})
_MAPS = _MAPS_OF_TEXTS | {"error", "detail", "details", "message", "validation"}
# Errors that name keys below their place: those that are missing, and those that are not wanted.
_MISSING_KEYS = ("missingProperty",)
_UNWANTED_KEYS = ("additionalProperty", "unevaluatedProperty", "keys")
# What Fastify says in a text alone, and what Joi does.
_FASTIFY = re.compile(r"^(body|querystring|params|headers)((?:/[^\s,]*)*) (must .*)$")
_JOI = re.compile(r'^(?:[\w ]+: )?"([\w.\[\]-]+)" (.+)$')
_REQUIRED_KEY = re.compile(r"required property '([^']+)'")

Path = tuple[str | int, ...]


class FieldError(NamedTuple):
    """A field that was refused, and what that means. `location` is empty when the answer does not say."""

    location: str
    path: Path
    meaning: Meaning


def field_errors(body: Json) -> list[FieldError]:
    """The fields that an answer refuses; none where it has no known form."""
    found: dict[tuple[str, Path], FieldError] = {}
    for error in (*_listed(body, 0), *_mapped(body, "", (), 0), *_told(body)):
        if error.path:
            found.setdefault((error.location, error.path), error)
    return [*found.values()][:_FIELDS_AT_MOST]


def _listed(node: Json, depth: int) -> Iterator[FieldError]:
    """The errors that are objects with a place and a reason, anywhere in an answer but at its top."""
    if depth > _DEEPEST or not isinstance(node, (dict, list)):
        return
    if isinstance(node, dict) and depth:
        yield from _of_object(node)
    for value in node.values() if isinstance(node, dict) else node[:_FIELDS_AT_MOST]:
        yield from _listed(value, depth + 1)


def _of_object(node: JsonObject) -> Iterator[FieldError]:
    text = next((node[name] for name in _TEXTS if isinstance(node.get(name), str)), "")
    code = next((node[name] for name in _CODES if isinstance(node.get(name), str)), "")
    place = next((node[name] for name in _PLACES if isinstance(node.get(name), (str, list, dict))), None)
    if place is None or not (text or code):
        return
    location = next((LOCATIONS[node[name]] for name in ("in", "location") if node.get(name) in LOCATIONS), "")
    inner: JsonObject = next((node[name] for name in _PARAMETERS if isinstance(node.get(name), dict)), {})
    location, path = _place(place, location)
    parameters = {**node, **inner}
    for names, trouble in ((_MISSING_KEYS, Trouble.MISSING), (_UNWANTED_KEYS, Trouble.UNWANTED)):
        keys = next((parameters[name] for name in names if name in parameters), None)
        if keys is not None:
            for key in keys if isinstance(keys, list) else [keys]:
                yield FieldError(location, (*path, str(key)), Meaning(trouble, {}))
            return
    yield FieldError(location, path, meaning(code, text, parameters))


def _place(place: Json, location: str) -> tuple[str, Path]:
    """The location and the path that the place of an error stands for."""
    if isinstance(place, dict):
        if isinstance(parameter := place.get("parameter"), str):
            return "query", (parameter,)
        place = place.get("pointer") or place.get("path") or ""
    if isinstance(place, list):
        tokens = [token for token in place if isinstance(token, (str, int))]
        if not location and tokens and tokens[0] in LOCATIONS:
            return LOCATIONS[str(tokens[0])], tuple(tokens[1:])
        return location, tuple(tokens)
    return location, _tokens(str(place))


def _tokens(place: str) -> Path:
    """The tokens of a JSON pointer, or of a path with dots and brackets, such as `lines[0].name`."""
    place = place.removeprefix("#")
    if place.startswith("/"):
        texts = [token.replace("~1", "/").replace("~0", "~") for token in place.split("/")[1:]]
    else:
        texts = re.findall(r"[^.\[\]'\"]+", place)
    return tuple(int(text) if text.isdecimal() else text for text in texts if text not in ("", "$"))


def _mapped(
    node: Json, location: str, path: Path, depth: int, has_texts: bool = False
) -> Iterator[FieldError]:
    """The errors of maps from fields to texts, which nest as the fields do. A field has a list of texts, or
    one text where the map is known to be one of errors (`has_texts`).
    """
    if isinstance(node, list) and path:
        for index, item in enumerate(node[:_FIELDS_AT_MOST]):
            if isinstance(item, dict):
                yield from _mapped(item, location, (*path, index), depth + 1)
        if node and all(isinstance(item, str) for item in node):
            yield FieldError(location, path, meaning("", node[0], {}))
    for name, value in node.items() if isinstance(node, dict) and depth <= _DEEPEST else ():
        called = " ".join(words(name))
        if not path and (called in _MAPS or (name in LOCATIONS and depth)):
            if isinstance(value, dict):
                holds_texts = has_texts or called in _MAPS_OF_TEXTS
                yield from _mapped(value, LOCATIONS.get(name, location), path, depth + 1, holds_texts)
        elif isinstance(value, str) and has_texts:
            yield FieldError(location, (*path, *_tokens(name)), meaning("", value, {}))
        elif isinstance(value, (dict, list)):
            yield from _mapped(value, location, (*path, *_tokens(name)), depth + 1, has_texts)


def _told(body: Json) -> Iterator[FieldError]:
    """The errors that a text names: those of Fastify and of Joi."""
    text = body.get("message") if isinstance(body, dict) else None
    if not isinstance(text, str):
        return
    for part in re.split(r", (?=body|querystring|params|headers)", text):
        if found := _FASTIFY.match(part):
            path, key = _tokens(found[2]), _REQUIRED_KEY.search(found[3])
            path = (*path, key[1]) if key else path
            yield FieldError(LOCATIONS[found[1]], path, meaning("", found[3], {}))
        elif found := _JOI.match(part):
            yield FieldError("", _tokens(found[1]), meaning("", found[2], {}))
