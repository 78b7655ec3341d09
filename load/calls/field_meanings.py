"""What a service says of a field that it refuses: that it is missing, unknown, or which values it takes.

The words are those of pydantic, ajv, Joi, Zod, Django REST framework, Spring (Jakarta Validation),
marshmallow, Laravel and ASP.NET.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from openapi.contract import Json, JsonObject


class Trouble(StrEnum):
    """What is wrong with a field: it has to be sent, it must not be sent, its values are narrower than the
    document says, or nobody knows.
    """

    MISSING = "missing"
    UNWANTED = "unwanted"
    NARROW = "narrow"
    UNCLEAR = "unclear"


class Meaning(NamedTuple):
    """The trouble with a field, and a JSON Schema of the values that it takes; empty when unknown."""

    trouble: Trouble
    rule: JsonObject


_MISSING_CODES = frozenset(
    {"missing", "value_error.missing", "required", "any.required", "notnull", "isdefined"}
)
_UNWANTED_CODES = frozenset(
    {"extra_forbidden", "value_error.extra", "additionalproperties", "unevaluatedproperties",
     "object.unknown", "unrecognized_keys", "any.unknown", "readonly", "read_only"}
)  # fmt: skip
_KEY = r"(field|propert(y|ies)|key|argument|param(eter)?|input|attribute|value|data)s?"
# Texts. What is said of the key comes before what is said of the value.
_UNWANTED = re.compile(
    rf"\b(unknown|unrecogni[sz]ed|unexpected|unsupported|extra|additional) {_KEY}\b|\bread.?only\b"
    rf"|\b{_KEY}\W.{{0,80}}\b(unknown|not (allowed|permitted|recogni[sz]ed|supported))"
    r"|(cannot|can't|must not) be (set|sent|specified|provided|present|changed|modified)"
    r"|\bis prohibited\b|(^|\bis )not (allowed|permitted)\b",
    re.IGNORECASE,
)
_MISSING = re.compile(
    rf"\b(is|are|was|be|{_KEY})\b.{{0,12}}\b(required|mandatory|missing|not (set|provided|specified|given))"
    rf"|\b(required|missing)\b.{{0,40}}\b{_KEY}\b|must be present|must have required|^required\.?$"
    r"|((must|should|may|can) ?not|can't) be (null|none|nil|undefined)",
    re.IGNORECASE,
)
_VALID = re.compile(r"\ba valid\b", re.IGNORECASE)
_BLANK = re.compile(r"((must|should|may|can) ?not|can't) be (blank|empty)|non.?empty", re.IGNORECASE)
_NOT_BLANK: JsonObject = {"minLength": 1, "minItems": 1, "pattern": r"\S"}
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_LENGTHS = r"[^0-9]{0,40}?(\d+) ?(?:characters?|chars?|letters|bytes|long)"
_NOT = r"(?:not? (?:have |be )?)"
_AT_MOST = rf"(?:{_NOT}(?:more|longer)|at most|exceed|up to|max(?:imum)?)"
_AT_LEAST = rf"(?:{_NOT}(?:less|fewer|shorter)|at least|longer than|min(?:imum)?)"
_IS = r"(?:value )?(?:is |of )?"
_NOT_ABOVE = rf"(?:less than or equal to|<=|not exceed|{_NOT}greater than|at most|max(?:imum)? ?{_IS})"
_NOT_BELOW = rf"(?:greater than or equal to|>=|{_NOT}less than|at least|min(?:imum)? ?{_IS})"
# Each with the keywords that its groups are the values of; longer ones come first, as parts match, too.
_LIMITS: tuple[tuple[re.Pattern[str], tuple[tuple[str, ...], ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), keywords)
    for pattern, keywords in (
        (
            r"\b(?:size|length)\b.{0,30}between (\d+) and (\d+)",
            (("minLength", "minItems"), ("maxLength", "maxItems")),
        ),
        (r"between (\d+) and (\d+) char", (("minLength",), ("maxLength",))),
        (rf"between {_NUMBER} and {_NUMBER}", (("minimum",), ("maximum",))),
        (rf"{_AT_MOST}{_LENGTHS}", (("maxLength",),)),
        (rf"{_AT_LEAST}{_LENGTHS}", (("minLength",),)),
        (rf"{_AT_MOST}(?: than)? (\d+) (?:item|element|entr)", (("maxItems",),)),
        (rf"{_AT_LEAST}(?: than)? (\d+) (?:item|element|entr)", (("minItems",),)),
        (r"max(?:imum)? length (?:is |of )?(\d+)", (("maxLength",),)),
        (r"min(?:imum)? length (?:is |of )?(\d+)", (("minLength",),)),
        (rf"{_NOT_ABOVE} ?{_NUMBER}", (("maximum",),)),
        (rf"{_NOT_BELOW} ?{_NUMBER}", (("minimum",),)),
        (rf"(?:less than|smaller than|<) ?{_NUMBER}", (("exclusiveMaximum",),)),
        (rf"(?:greater than|(?<!no )(?<!not )more than|larger than|>) ?{_NUMBER}", (("exclusiveMinimum",),)),
        (rf"multiple of {_NUMBER}", (("multipleOf",),)),
    )
)
_PATTERN = re.compile(
    r"match (?:the )?(?:pattern|regex|regular expression|format)?:? ?([\"'`/])(.+)\1", re.IGNORECASE
)
_CHOICES = re.compile(
    r"(?:one of|allowed values|valid (?:values|choices|options))(?: the following)?"
    r"(?: are| is|:|,)*:? ?(.+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"|`([^`]*)`")
_KINDS: tuple[tuple[re.Pattern[str], JsonObject], ...] = tuple(
    (re.compile(rf"\b(?:{word})\b", re.IGNORECASE), rule)
    for word, rule in (
        ("e-?mail", {"format": "email"}),
        ("uuid|guid", {"format": "uuid"}),
        ("url|uri", {"format": "uri", "pattern": "^https?://"}),
        ("ipv4", {"format": "ipv4"}),
        ("ipv6", {"format": "ipv6"}),
        ("hostname", {"format": "hostname"}),
        ("date-?time|datetime|timestamp|rfc ?3339|iso ?8601", {"format": "date-time"}),
        ("date", {"format": "date"}),
        ("integer|whole number|int", {"type": "integer"}),
        ("number|float|decimal", {"type": "number"}),
        ("boolean|bool", {"type": "boolean"}),
        ("array|list", {"type": "array"}),
        ("dictionary|dict|mapping|object", {"type": "object"}),
        ("string|str", {"type": "string"}),
    )
)
_OF_KIND = re.compile(
    r"\b(valid|invalid|format|well-formed|must be|should be|expected|is not an?|enter an?)\b", re.IGNORECASE
)
# The names of parameters of an error's code, and the keywords that they are the values of.
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "max_length": ("maxLength", "maxItems"), "min_length": ("minLength", "minItems"),
    "ge": ("minimum",), "gt": ("exclusiveMinimum",), "le": ("maximum",), "lt": ("exclusiveMaximum",),
    "multiple_of": ("multipleOf",), "multipleOf": ("multipleOf",), "pattern": ("pattern",),
    "format": ("format",), "allowedValues": ("enum",), "enum_values": ("enum",), "valids": ("enum",),
    "options": ("enum",), "values": ("enum",), "choices": ("enum",),
    "max": ("maxLength", "maxItems", "maximum"), "min": ("minLength", "minItems", "minimum"),
}  # fmt: skip
# Codes whose parameter has no name of its own, but one such as `limit`.
_LIMIT_CODES: Mapping[str, tuple[str, ...]] = {
    "maxlength": ("maxLength",), "minlength": ("minLength",), "maximum": ("maximum",),
    "minimum": ("minimum",), "exclusivemaximum": ("exclusiveMaximum",),
    "exclusiveminimum": ("exclusiveMinimum",), "maxitems": ("maxItems",), "minitems": ("minItems",),
    "max_length": ("maxLength",), "min_length": ("minLength",), "max_items": ("maxItems",),
    "min_items": ("minItems",), "not_le": ("maximum",), "not_lt": ("exclusiveMaximum",),
    "not_ge": ("minimum",), "not_gt": ("exclusiveMinimum",), "string.max": ("maxLength",),
    "string.min": ("minLength",), "number.max": ("maximum",), "number.min": ("minimum",),
    "array.max": ("maxItems",), "array.min": ("minItems",),
    "too_big": ("maxLength", "maxItems", "maximum"), "too_small": ("minLength", "minItems", "minimum"),
}  # fmt: skip
_LIMIT_NAMES = ("limit", "limit_value", "maximum", "minimum", "max", "min")
# How the codes of pydantic begin that are about the format of a text.
_FORMAT_CODES: Mapping[str, str] = {
    "datetime_": "date-time", "date_type": "date", "date_parsing": "date", "date_from": "date",
    "time_delta": "duration", "time_": "time", "uuid_": "uuid", "url_": "uri",
}  # fmt: skip
_JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})


def meaning(code: str, text: str, parameters: Mapping[str, Json]) -> Meaning:
    """What an error says of its field, by its code, the parameters of the code, and its text."""
    plain = code.lower()
    if plain in _UNWANTED_CODES:
        return Meaning(Trouble.UNWANTED, {})
    if plain in _MISSING_CODES or parameters.get("received") == "undefined":
        return Meaning(Trouble.MISSING, {})
    rule = {
        keyword: value for keyword, value in _of_parameters(plain, parameters) if _is_usable(keyword, value)
    }
    if rule:
        return Meaning(Trouble.NARROW, rule)
    if _UNWANTED.search(text):
        return Meaning(Trouble.UNWANTED, {})
    if _BLANK.search(text):
        return Meaning(Trouble.MISSING, _NOT_BLANK)
    if _MISSING.search(text) and not _VALID.search(text):
        return Meaning(Trouble.MISSING, {})
    rule = _of_text(text)
    return Meaning(Trouble.NARROW, rule) if rule else Meaning(Trouble.UNCLEAR, {})


def _of_parameters(code: str, parameters: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Keywords and their values from the parameters of an error's code."""
    limits = next(
        (_LIMIT_CODES[name] for name in (code, code.rpartition(".")[2]) if name in _LIMIT_CODES), ()
    )
    limit = next((parameters[name] for name in _LIMIT_NAMES if name in parameters), None)
    if limits and limit is not None:
        yield from ((keyword, limit) for keyword in limits)
        return
    for name, value in parameters.items():
        yield from ((keyword, value) for keyword in _PARAMETERS.get(name, ()))
    if code in ("const", "literal") and "allowedValue" in parameters:
        yield "enum", [parameters["allowedValue"]]
    if isinstance(places := parameters.get("decimal_places"), int):
        yield "multipleOf", 10.0**-places
    if isinstance(digits := parameters.get("max_digits"), int):
        yield "maximum", 10**digits - 1
    if stated := next((name for start, name in _FORMAT_CODES.items() if code.startswith(start)), ""):
        yield "format", stated
    expected = parameters.get("expected")
    if isinstance(expected, str) and (chosen := _chosen(expected)):
        yield "enum", chosen
    wanted = parameters.get("type") if code == "type" else expected
    if isinstance(wanted, str) and wanted in _JSON_TYPES:
        yield "type", wanted


def _is_usable(keyword: str, value: Json) -> bool:
    """Whether a keyword can have a value."""
    if keyword == "enum":
        return isinstance(value, list) and bool(value)
    if keyword in ("pattern", "format", "type"):
        return isinstance(value, str)
    is_length = keyword.endswith(("Length", "Items"))
    return not isinstance(value, bool) and isinstance(value, int if is_length else (int, float))


def _of_text(text: str) -> JsonObject:
    """The rule that a text states for people; empty when it states none."""
    if found := _PATTERN.search(text):
        return {"pattern": found[2]}
    for pattern, keywords in _LIMITS:
        if found := pattern.search(text):
            return {
                keyword: float(value) if "." in value else int(value)
                for value, names in zip(found.groups(), keywords, strict=True)
                for keyword in names
            }
    if (found := _CHOICES.search(text)) and (chosen := _listed(found[1])):
        return {"enum": chosen}
    if _OF_KIND.search(text):
        return next((rule for pattern, rule in _KINDS if pattern.search(text)), {})
    return {}


def _listed(text: str) -> list[Json]:
    """The values of a list that is written for people: in quotes, in brackets or with commas."""
    if chosen := _quoted(text):
        return chosen
    found = re.match(r"[\[({]([^\])}]+)[\])}]", text.strip())
    items = (found[1] if found else text.rstrip(".")).split(",")
    if not found and len(items) < 2:
        return []
    return [*_typed([item.strip() for item in items if item.strip()])]


def _chosen(text: str) -> list[Json]:
    """The values of a list that pydantic writes for people: `'a', 'b' or 'c'`, or `1, 2 or 3`."""
    if chosen := _quoted(text):
        return chosen
    numbers = re.split(r", | or ", text)
    return [int(number) for number in numbers] if all(map(_is_integer, numbers)) else []


def _is_integer(text: str) -> bool:
    return re.fullmatch(r"-?\d{1,15}", text) is not None


def _quoted(text: str) -> list[Json]:
    return [*_typed(["".join(groups) for groups in _QUOTED.findall(text)])]


def _typed(texts: list[str]) -> Iterator[Json]:
    """Texts, and the integers that they may stand for."""
    for text in texts:
        yield text
        if _is_integer(text):
            yield int(text)
