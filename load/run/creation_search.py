"""At the end of a run, looks whether what was sent more than once under a key is there once."""

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from random import Random

import msgspec

from load.calls.sending import exchange_of, send
from load.journeys.entities import Values
from load.journeys.next_pages import NextPages
from load.journeys.step import Step
from load.ledger.keyed_creations import KeyedCreation, ShownCreations
from load.planning.plan import Slot
from load.planning.producers import Producer
from load.run.session import Session
from openapi.contract import Json
from openapi.expressions import UNRESOLVABLE, Exchange, evaluate

SEARCHED_S = 15.0
_READ = "to see whether what was sent again is there once"
_SENT_AGAIN = "creations were sent again under their Idempotency-Key"
_ONCE = f"{_SENT_AGAIN}, and no list shows any of them twice"
_UNKNOWN = f"{_SENT_AGAIN}; whether they are there once is unknown"


class CreationSearch:
    """Reads the lists of what a session has created, from the first page to the last, for at most so long as
    `SEARCHED_S`.
    """

    def __init__(self, session: Session, host: str) -> None:
        self._session, self._host = session, host
        self._deadline = session.results.elapsed + SEARCHED_S
        self._random = Random()

    def run(self) -> None:
        """Look for all creations that were sent again, and record those that are there twice."""
        session, by_label = self._session, defaultdict[str, list[KeyedCreation]](list)
        for creation in session.keyed_creations:
            by_label[creation.label].append(creation)
        for label, creations in by_label.items():
            shown, known, lists = ShownCreations(creations), set[Values](), self._lists(label)
            for listing in lists:
                entities = session.knowledge.pools[listing.resource].entities
                known |= {values for values, entity in entities.items() if entity.is_own}
            read = [self._search(listing, shown) for listing in lists]
            is_complete = bool(read) and all(read)
            twice, doubtful = 0, 0
            for creation, finding in shown.twice(known):
                is_proven = self._is_unchanged(creation)
                twice, doubtful = twice + is_proven, doubtful + (not is_proven)
                if is_proven:
                    shown_by = msgspec.structs.replace(finding, sample=creation.call.as_curl(self._host))
                    session.results.operations[label].findings.record([shown_by], session.results.mask)
            once = shown.findable - twice - doubtful if is_complete else 0
            for text, count in ((_ONCE, once), (_UNKNOWN, len(creations) - once - twice)):
                if count:
                    session.results.account.note(text, count)

    def _lists(self, label: str) -> list[Producer]:
        """The lists of what only one operation creates, which can be read without anything else."""
        compiled = self._session.compiled
        plan, index = compiled.plan, compiled.index
        resources = index.created_by.get(label, frozenset())
        created = {resource for resource in resources if index.creators_of[resource] == [label]}
        return [
            producer
            for reading, producers in plan.producers.items()
            if reading in compiled.builders and compiled.operations[reading].method == "get"
            if not any(need.required for need in plan.needs[reading])
            for producer in producers
            if producer.resource in created & self._session.knowledge.pools.keys()
            if producer.list_pointer is not None and not producer.creates and not producer.alias_of
        ]

    def _is_unchanged(self, creation: KeyedCreation) -> bool:
        """Whether nothing but its deletion has happened to what was created: a change may have made another
        entity with the same values.
        """
        creations = self._session.ledger.creations
        return all(
            creations.is_unchanged(resource, values, creation.label)
            for resource in self._session.compiled.index.created_by.get(creation.label, ())
            for values in creation.acknowledged
        )

    def _search(self, listing: Producer, shown: ShownCreations) -> bool:
        """Read the pages of a list; gives whether that was all of it."""
        session, connection = self._session, self._session.connection(self._host)
        builder, pages = session.compiled.builders[listing.label], self._pages()
        values: Mapping[Slot, Json] | None = {}
        while values is not None and session.results.elapsed < self._deadline:
            step = Step(builder.build(values, bare=True), None)
            reply, _ = send(connection, step.call)
            session.results.side_calls[_READ] += 1
            if reply is None or reply.status != HTTPStatus.OK:
                break
            exchange = exchange_of(step.call, reply)
            for address, item in listing.items(exchange):
                shown.add(address, item)
            values = self._linked(listing.label, exchange) or self._following(pages, step, exchange)
        connection.close()
        return values is None

    def _pages(self) -> NextPages:
        compiled = self._session.compiled
        return NextPages(compiled.plan, compiled.operations)

    def _linked(self, label: str, exchange: Exchange) -> Mapping[Slot, Json]:
        """The values with which a link of the document leads to the next page."""
        linked = self._session.compiled.plan.linked_values.get(label, ())
        values = {link.slot: evaluate(link.expression, exchange) for link in linked if link.consumer == label}
        return {slot: value for slot, value in values.items() if value not in (UNRESOLVABLE, None)}

    def _following(self, pages: NextPages, step: Step, exchange: Exchange) -> Mapping[Slot, Json] | None:
        """The values of the call that reads the next page; None after the last one."""
        pages.record(step, exchange)
        page = pages.take(step.call.operation.label, self._random, is_required=True)
        return page.values if page is not None else None
