"""Which properties of a body need a different value in every call, because entities must not share them.

The values themselves are made unique in `openapi/payloads/unique_tokens.py`.
"""

from collections.abc import Iterable

from load.planning.names import words
from openapi.contract import Json
from openapi.flat_schema import DEFINITIONS
from openapi.operations import Operation
from openapi.schema import Schema

# The last words of names that are unique for accounts, whatever the document says.
_ACCOUNTS = frozenset({"email", "mail", "username", "login", "handle", "slug"})
_CODES = frozenset(
    {"code", "key", "sku", "isbn", "ean", "iban", "vin", "number", "reference", "identifier", "id"}
)
_TITLES = frozenset({"name", "title"})
# First words that make a title the name of a person, which many entities share.
_PERSONAL = frozenset(
    {"given", "family", "first", "last", "middle", "full", "display", "sur", "fore", "nick", "maiden",
     "legal", "preferred", "pretty", "short", "alternate", "job", "company", "contact"}
)  # fmt: skip
# First words that make a code or number one that many entities share.
_SHARED = frozenset(
    {"country", "currency", "language", "locale", "zip", "postal", "post", "area", "status", "error", "color",
     "colour", "house", "street", "building", "room", "floor", "unit", "phone", "mobile", "fax", "region",
     "state", "city", "time", "type", "version", "page", "line", "foreign"}
)  # fmt: skip
_PERSONAL_NAMES = frozenset({"surname", "forename", "firstname", "lastname", "fullname", "nickname"})


def unique_properties(operation: Operation, is_refused: bool = False) -> frozenset[str]:
    """The properties whose values should differ from call to call.

    These are the names of accounts; and codes, when the document has a 409 or the service has refused a call
    as a conflict (`is_refused`). Titles are added when nothing else is unique, or when a call is refused all
    the same; names of people only when there is nothing else.
    """
    if operation.method == "get" or operation.request_body is None:
        return frozenset()
    bodies = operation.request_body.content.values()
    names = {name for body in bodies for name in body.noted(_names, body.node)}
    accounts = _ending_in(names, _ACCOUNTS, frozenset())
    if "409" not in operation.responses and not is_refused:
        return frozenset(accounts)
    codes = _ending_in(names, _CODES, _SHARED)
    unique = accounts | {name for name in codes if not _is_reference(name)}
    if not unique or is_refused:
        unique |= _ending_in(names, _TITLES, _PERSONAL) - _PERSONAL_NAMES
    return frozenset(unique or _ending_in(names, _TITLES, frozenset()))


def _ending_in(names: Iterable[str], last: frozenset[str], excluded: frozenset[str]) -> set[str]:
    """The names that end in one of these words, without those that also have an excluded word."""
    spelt = {name: words(name) for name in names}
    return {
        name for name, parts in spelt.items() if parts and parts[-1] in last and not excluded & {*parts[:-1]}
    }


def _is_reference(name: str) -> bool:
    """Whether a name is that of another entity's identifier, such as `author_id`."""
    parts = words(name)
    return len(parts) > 1 and parts[-1] == "id"


def _names(node: Json, schema: Schema) -> frozenset[str]:
    """The names of all properties in a part of a schema, at any depth."""
    names: set[str] = set()
    pending, visited = [node], {id(node)}
    while pending:
        found, inner = schema.noted(_names_until_references, pending.pop())
        names |= found
        pending += [each for each in inner if id(each) not in visited]
        visited |= {id(each) for each in inner}
    return frozenset(names)


def _names_until_references(node: Json, schema: Schema) -> tuple[frozenset[str], tuple[Json, ...]]:
    """The same without what it refers to, and that."""
    names: set[str] = set()
    inner: dict[int, Json] = {}
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            properties = current.get("properties")
            names.update(properties if isinstance(properties, dict) else ())
            if isinstance(current.get("$ref"), str):
                definition = schema.root["$defs"].get(current["$ref"].removeprefix(DEFINITIONS))
                inner[id(definition)] = definition
            pending.extend(current.values())
    return frozenset(names), tuple(inner.values())
