"""The pages that follow those that answers have shown.

A cursor is never made up: the answer with a page says where the next one begins, in a link (RFC 8288), in a
property such as `next_cursor`, or by how much there is in all.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import parse_qsl, urlsplit

from load.journeys.entities import Entity
from load.journeys.step import Step
from load.planning.cursors import cursor_names
from load.planning.identifiers import guess_items
from load.planning.names import words
from load.planning.plan import Cursor, Plan, Slot
from openapi.contract import Json
from openapi.expressions import Exchange
from openapi.operations import Operation

# How many pages of an operation wait to be read, and how often one is read.
_PAGES_KEPT = 10
_PAGES_READ = 0.5
_NEXT_LINK = re.compile(r"<([^>]*)>[^,]*?;\s*rel=\"?[^\",;]*\bnext\b", re.IGNORECASE)
# Where answers say what comes next: at the top, or in objects of these names.
_HOLDERS = frozenset(
    {"meta", "metadata", "pagination", "paging", "page", "pageinfo", "cursors", "links", "responsemetadata"}
)
_LINKS = ("next", "nexturl", "nextlink", "nextpageurl", "odatanextlink", "nexthref")
_PAGES = ("page", "pagenumber", "pageno", "pageindex")
_OFFSETS = ("offset", "skip", "startindex", "start")
_LIMITS = ("limit", "perpage", "pagesize", "size", "count", "pagelimit", "maxresults", "top")
_MORE = ("hasmore", "hasnext", "hasnextpage", "more")
_PAGE_COUNTS = ("totalpages", "pagecount", "pages", "lastpage", "numpages")
_TOTALS = ("total", "totalcount", "totalitems", "totalresults", "totalelements", "count")


@dataclass(frozen=True)
class Page:
    """A page that an answer has announced: the values of the call that reads it, and the entities that the
    call for the page before it used; `entity` is the one that its path addresses.
    """

    values: Mapping[Slot, Json]
    entity: Entity | None
    leases: tuple[Entity, ...]


class NextPages:
    """The next pages of lists that one process knows, by the label of the operation that reads them."""

    def __init__(self, plan: Plan, operations: Mapping[str, Operation]) -> None:
        linked = {
            value.consumer
            for values in plan.linked_values.values()
            for value in values
            if value.slot.location == "query"
        }
        self._pages = {
            label: deque[Page](maxlen=_PAGES_KEPT)
            for label, operation in operations.items()
            # Links of the document say it better.
            if (label not in linked or any(cursor.required for cursor in plan.cursors.get(label, ())))
            and operation.method == "get"
            and _is_paged(operation, plan)
        }
        self._operations = operations
        self._cursors = plan.cursors
        self._consumers: dict[str, list[tuple[str, Cursor]]] = {}
        for label, cursors in plan.cursors.items():
            for cursor in cursors:
                for source in cursor.sources:
                    self._consumers.setdefault(source, []).append((label, cursor))

    def are_wanted_from(self, label: str) -> bool:
        """Whether the answers of an operation may announce pages that are not known yet."""
        pages = self._pages.get(label)
        if pages is not None and len(pages) < _PAGES_KEPT:
            return True
        consumers = self._consumers.get(label)
        return consumers is not None and any(not self._pages.get(other) for other, _ in consumers)

    def take(self, label: str, random: Random, is_required: bool) -> Page | None:
        """A next page of a list, for some of its calls, or for each if a cursor is required; None when none
        is known.
        """
        pages = self._pages.get(label)
        while pages and (is_required or random.random() < _PAGES_READ):
            page = pages.popleft()
            if all(entity.is_known for entity in page.leases):
                for entity in page.leases:
                    entity.use_count += 1
                return page
        return None

    def record(self, step: Step, exchange: Exchange) -> None:
        """Remember the page that an answer announces."""
        call = step.call
        label = call.operation.label
        if label not in self._pages and label not in self._consumers:
            return
        path = {Slot("path", name): value for name, value in call.path.items()}
        if label in self._pages:
            parameters = [
                parameter.name for parameter in call.operation.parameters if parameter.location == "query"
            ]
            cursors = [cursor.slot.name for cursor in self._cursors.get(label, ())]
            if following := _following(exchange, parameters, cursors):
                query = {Slot("query", name): value for name, value in {**call.query, **following}.items()}
                page = Page({**call.fields, **path, **query}, step.entity, step.leases)
                self._pages[label].append(page)
        for other, cursor in self._consumers.get(label, ()):
            value = _next_cursor(exchange.response_body, cursor.slot.name)
            if value is not None and other in self._pages:
                names = self._operations[other].path_names
                values = {slot: value for slot, value in path.items() if slot.name in names}
                self._pages[other].append(Page({**values, cursor.slot: value}, step.entity, step.leases))


def _is_paged(operation: Operation, plan: Plan) -> bool:
    """Whether an operation has a parameter that says which page of a list it reads."""
    plain = {
        "".join(words(parameter.name)) for parameter in operation.parameters if parameter.location == "query"
    }
    return bool(plan.cursors.get(operation.label)) or bool(plain & {*_PAGES, *_OFFSETS, *_LIMITS, "after"})


def _following(exchange: Exchange, parameters: list[str], cursors: list[str]) -> dict[str, Json]:
    """The values of the query that reads the next page, as far as they differ; none without such a page."""
    body = exchange.response_body
    headers = exchange.response_headers
    links = [*_NEXT_LINK.findall(headers.get("link", "")), headers.get("next-page", ""), *_links_in(body)]
    for link in links:
        query = {name: value for name, value in parse_qsl(urlsplit(link).query) if name in parameters}
        if any(str(exchange.query.get(name)) != value for name, value in query.items()):
            return query
    for cursor in cursors:
        value = _next_cursor(body, cursor)
        if value is not None and value != exchange.query.get(cursor):
            return {cursor: value}
    return _next_number(exchange, parameters)


def _next_cursor(body: Json, cursor: str) -> Json | None:
    """The next value of a cursor that a body shows; None when it shows none."""
    found = _facts(body)
    values = (found.get(name) for name in cursor_names(cursor))
    return next(
        (value for value in values if isinstance(value, (str, int)) and value not in ("", True, False)), None
    )


def _links_in(body: Json) -> Iterator[str]:
    """The URLs of the next page that a body shows."""
    found = _facts(body)
    for name in _LINKS:
        link = found.get(name)
        link = link.get("href") if isinstance(link, dict) else link
        if isinstance(link, str) and "?" in link:
            yield link


def _next_number(exchange: Exchange, parameters: list[str]) -> dict[str, Json]:
    """The number of the next page, or the offset at which it begins, where an answer shows that there is more
    to come.
    """
    by_name = {"".join(words(name)): name for name in parameters}
    items, found = guess_items(exchange.response_body), _facts(exchange.response_body)
    limit = _number(exchange.query, by_name, _LIMITS)
    size = limit or len(items)
    for names, first, step in ((_OFFSETS, 0, len(items)), (_PAGES, 1, 1)):
        name = next((by_name[plain] for plain in names if plain in by_name), None)
        if name is None or not items:
            continue
        current = exchange.query.get(name, first)
        if not isinstance(current, int):
            continue
        seen = current + len(items) if step != 1 or names is _OFFSETS else current * size
        if _has_more(found, seen, current if names is _PAGES else None, full=len(items) == limit):
            return {name: current + step}
    return {}


def _has_more(found: Mapping[str, Json], seen: int, page: int | None, full: bool) -> bool:
    """Whether there is more than what was seen, by what an answer says; else whether the page was full."""
    more = next((found[name] for name in _MORE if isinstance(found.get(name), bool)), None)
    if more is not None:
        return bool(more)
    if page is not None and (pages := _number(found, {name: name for name in found}, _PAGE_COUNTS)):
        return page < pages
    total = _number(found, {name: name for name in found}, _TOTALS)
    return total > seen if total is not None else full


def _number(values: Mapping[str, Json], by_name: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    """The number that has the first of these names; None when there is none."""
    numbers = (values.get(by_name[name]) for name in names if name in by_name)
    return next((number for number in numbers if type(number) is int), None)


def _facts(body: Json) -> dict[str, Json]:
    """What an answer says apart from the entities of a list, by names without separators."""
    facts: dict[str, Json] = {}
    pending = [body] if isinstance(body, dict) else []
    while pending:
        for name, value in pending.pop().items():
            plain = "".join(words(name))
            facts.setdefault(plain, value)
            if isinstance(value, dict) and plain in _HOLDERS:
                pending.append(value)
    return facts
