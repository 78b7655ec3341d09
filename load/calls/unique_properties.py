"""Which properties of a body tell what it makes from everything else, so that no two may have them alike."""

from collections.abc import Iterable, Iterator

from load.planning.names import words
from openapi.contract import Json
from openapi.operations import Operation

# Words that the names of such properties end in. Accounts go by the first whatever the document says.
_ACCOUNTS = frozenset({"email", "mail", "username", "login", "handle", "slug"})
_CODES = frozenset(
    {"code", "key", "sku", "isbn", "ean", "iban", "vin", "number", "reference", "identifier", "id"}
)
_TITLES = frozenset({"name", "title"})
# Names of people, and codes and numbers that many things share: they tell nothing apart.
_PERSONAL = frozenset(
    {"given", "family", "first", "last", "middle", "full", "display", "sur", "fore", "nick", "maiden",
     "legal", "preferred", "pretty", "short", "alternate", "job", "company", "contact"}
)  # fmt: skip
_SHARED = frozenset(
    {"country", "currency", "language", "locale", "zip", "postal", "post", "area", "status", "error", "color",
     "colour", "house", "street", "building", "room", "floor", "unit", "phone", "mobile", "fax", "region",
     "state", "city", "time", "type", "version", "page", "line", "foreign"}
)  # fmt: skip
_PERSONAL_WHOLE = frozenset({"surname", "forename", "firstname", "lastname", "fullname", "nickname"})


def unique_properties(operation: Operation, is_refused: bool = False) -> frozenset[str]:
    """The properties whose values had better differ from call to call: those that accounts go by; where a
    conflict is documented, or a call `is_refused` for one, codes, too. What a thing is called counts when
    nothing else tells it apart, or nothing else helped; names of people only when there is nothing else.
    """
    if operation.method == "get" or operation.request_body is None:
        return frozenset()
    names = {each for body in operation.request_body.content.values() for each in _names(body.translated)}
    accounts = _ending(names, _ACCOUNTS, frozenset())
    if "409" not in operation.responses and not is_refused:
        return frozenset(accounts)
    codes = _ending(names, _CODES, _SHARED)
    telling = accounts | {each for each in codes if not _is_reference(each)}
    titles = _ending(names, _TITLES, _PERSONAL) - _PERSONAL_WHOLE
    if not telling or is_refused:
        telling |= titles
    return frozenset(telling or _ending(names, _TITLES, frozenset()))


def _ending(names: Iterable[str], last: frozenset[str], but: frozenset[str]) -> set[str]:
    """The names that end in one of these words, but for those that it stands in another sense in."""
    spelt = {each: words(each) for each in names}
    return {each for each, parts in spelt.items() if parts and parts[-1] in last and not but & {*parts[:-1]}}


def _is_reference(name: str) -> bool:
    """Whether a name is that of something else's identifier, as `author_id`."""
    parts = words(name)
    return len(parts) > 1 and parts[-1] == "id"


def _names(node: Json) -> Iterator[str]:
    """The names of all properties that a schema speaks of, however deep."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending.extend(each)
        elif isinstance(each, dict):
            properties = each.get("properties")
            yield from properties if isinstance(properties, dict) else ()
            pending.extend(each.values())
