"""Reads scenario files, strictly: what they do not say right is told with its place."""

import re
from collections.abc import Mapping
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from load.errors import LoadError
from load.measurements.arrivals import KINDS as ARRIVALS
from load.options.scenario import DEFAULT_SCENARIO, STRUCTURE, Scenario
from load.options.values import beside
from openapi.contract import Json
from openapi.errors import ContractError
from openapi.near_words import did_you_mean
from openapi.yaml_reader import read_yaml

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<key>key` in `)?\$\.?(?P<place>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`$")
_MISSING = re.compile(r"Object missing required field `(.*)`$")
_NOT_ONE_OF = re.compile(r"Invalid enum value (.*)$")
_WORDS = {
    "int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "array": "a list",
    "object": "a mapping", "null": "nothing",
}  # fmt: skip
# What msgspec shows in the place of a key of a mapping.
_ANY_KEY = "[...]"


def scenario_names() -> list[str]:
    """The names of the included scenarios."""
    return sorted(file.stem for file in _folder().iterdir() if file.suffix == ".yaml")


def chosen(scenario: str | None, profile: str | None) -> str:
    """The scenario of --scenario, or of --profile, which is its older name. Raises LoadError when they
    differ.
    """
    if scenario and profile and scenario != profile:
        raise LoadError(f"--profile {profile} is an older name of --scenario {scenario}; give one of them")
    return scenario or profile or DEFAULT_SCENARIO


def load_scenario(name: str) -> Scenario:
    """Read an included scenario by its name, or a YAML file by its path. Without weights, it has those of the
    default one.

    Raises LoadError when there is no such scenario, or when it is invalid.
    """
    included = _folder() / f"{name}.yaml"
    path = included if included.exists() else Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        if path.exists():
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise LoadError(f"cannot read the scenario {path}: {reason}") from None
        names = ", ".join(scenario_names())
        raise LoadError(
            f"there is no scenario {name!r}; give one of {names}, or the path of a file"
        ) from None
    scenario = read_scenario(str(path), text)
    weights = scenario.weights or load_scenario(DEFAULT_SCENARIO).weights
    return msgspec.structs.replace(
        scenario, name=scenario.name or path.stem, weights=weights, values=beside(path, scenario.values)
    )


def read_scenario(file: str, text: str) -> Scenario:
    """The scenario of a text, which is in this file. Raises LoadError with the place of what is wrong."""
    try:
        content = read_yaml(file, text)
    except ContractError as error:
        raise LoadError(str(error)) from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise LoadError(f"{file}: not a scenario: expected a mapping, such as 'weights: {{read: 3}}'")
    try:
        _check_values(content, "")
        return msgspec.convert(content, Scenario)
    except ValueError as error:
        raise LoadError(f"{file}: {_told(str(error), content)}") from None


def scenario_schema() -> dict[str, Json]:
    """The JSON Schema (2020-12) of scenario files, for editors."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema = _without_null(msgspec.json.schema(Scenario))
    for name, part in schema["$defs"].items():
        # The last sentences are for those who read the code.
        description = " ".join(part["description"].partition("Larger than usual")[0].split())
        part.update(STRUCTURE.get(name, {}), description=description)
    return {**dialect, "title": "A scenario of contract-load", **schema}


def _without_null(schema: Json) -> Json:
    """A schema in which what is not given is left out, not null."""
    if isinstance(schema, list):
        return [_without_null(each) for each in schema if each != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    return {key: _without_null(value) for key, value in schema.items() if (key, value) != ("default", None)}


def _folder() -> Path:
    return Path(str(files("load.scenarios")))


def _check_values(value: Json, place: str) -> None:
    """Raises ValueError where nothing is given for a key, or a number is infinite or none, as YAML allows."""
    is_missing = value is None and not place.startswith(".values.")
    if is_missing or (place == ".stages" and value == []):
        raise ValueError(f"it is empty; give a value, or leave it out - at `${place}`")
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"expected a finite number - at `${place}`")
    if isinstance(value, dict):
        for key, each in value.items():
            _check_values(each, f"{place}.{key}")
    if isinstance(value, list):
        for index, each in enumerate(value):
            _check_values(each, f"{place}[{index}]")


def _told(message: str, content: Mapping[str, Any]) -> str:
    """What msgspec says is wrong, in words, after its place."""
    match = _PLACE.match(message)
    assert match
    what, place = match["what"], match["place"] or ""
    if _ANY_KEY in place:
        place = _with_key(place, content)
    if unknown := _UNKNOWN.match(what):
        names = _names_at(place)
        near = did_you_mean(unknown[1], names) or f"; there are {', '.join(names)}"
        return f"{_joined(place, unknown[1])}: there is no such key{near}"
    if missing := _MISSING.match(what):
        return f"{_joined(place, missing[1])}: it is missing"
    if wrong := _NOT_ONE_OF.match(what):
        return f"{place}: {wrong[1]} is not one of {', '.join(ARRIVALS)}"
    what = re.sub(r"`([a-z_]+(?: \| [a-z_]+)*)`", lambda types: _in_words(types[1]), what)
    what = re.sub(r"(?:matching regex .*)$", "such as 30s, 5m or 1h30m", what)
    what = what.replace(" >= ", " of at least ").replace(" > ", " above ").replace(" <= ", " of at most ")
    what = re.sub(r"(\d)\.0\b", r"\1", what)
    return ": ".join(filter(None, [place, what[:1].lower() + what[1:]]))


def _in_words(types: str) -> str:
    """The types of msgspec in words; other words stay as they are, in quotes."""
    names = types.split(" | ")
    if not all(name in _WORDS for name in names):
        return f"'{types}'"
    words = [_WORDS[name] for name in names if name != "null" or len(names) == 1]
    return " or ".join(words)


def _with_key(place: str, content: Mapping[str, Any]) -> str:
    """A place with the key of the mapping whose value is wrong."""
    field, _, rest = place.partition(_ANY_KEY)
    for key, value in content[field].items():
        try:
            msgspec.convert({field: {key: value}}, Scenario)
        except msgspec.ValidationError:
            return f"{field}.{key}{rest}"
    return place


def _joined(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _names_at(place: str) -> list[str]:
    """The keys that a mapping at a place of the file may have."""
    found: list[Any] = [msgspec.inspect.type_info(Scenario)]
    for step in [*re.findall(r"[^.\[\]]+", place), ""]:
        structs = [part for part in _parts(found) if isinstance(part, msgspec.inspect.StructType)]
        if not step:
            return [field.encode_name for struct in structs for field in struct.fields]
        if structs:
            found = [field.type for struct in structs for field in struct.fields if field.encode_name == step]
        else:
            found = _values(found)
    return []


def _parts(types: list[Any]) -> list[Any]:
    """The alternatives of types, without what describes them."""
    parts: list[Any] = []
    for each in types:
        if isinstance(each, msgspec.inspect.Metadata):
            parts += _parts([each.type])
        elif isinstance(each, msgspec.inspect.UnionType):
            parts += _parts([*each.types])
        else:
            parts.append(each)
    return parts


def _values(types: list[Any]) -> list[Any]:
    """The types of the values in mappings and lists."""
    parts = _parts(types)
    items = [part.item_type for part in parts if hasattr(part, "item_type")]
    return items + [part.value_type for part in parts if hasattr(part, "value_type")]
