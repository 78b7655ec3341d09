"""Entities that a service has accepted (202) and may create later: looked for until they are there."""

from http import HTTPStatus

import gevent
from gevent.pool import Group

from load.calls.sending import send
from load.journeys.entities import Entity
from load.journeys.step import Step
from load.run.session import Session
from openapi.expressions import Exchange

SEARCHES_AT_MOST = 20
# The pauses between two looks at an entity: the first, and the longest.
SOON_S, LATER_S = 0.05, 1.0


class AcceptedEntities:
    """Looks for the entities whose creation by one user a service has accepted (202)."""

    def __init__(self, session: Session, host: str) -> None:
        self._session, self._host = session, host
        self._searches = Group()

    def join(self) -> None:
        """Wait until none is looked for any more."""
        self._searches.join()

    def search(self, step: Step, exchange: Exchange) -> None:
        """Look for what was accepted until it is there or the run ends, unless too many are looked for."""
        for entity in self._session.knowledge.accepted_entities(step, exchange):
            if len(self._searches) < SEARCHES_AT_MOST:
                self._searches.spawn(self._look_for, step.call.operation.label, entity)

    def _look_for(self, label: str, entity: Entity) -> None:
        session, pause_s = self._session, SOON_S
        connection = session.connection(self._host)
        reading = session.compiled.reads.step(entity)
        while session.results.clock.ended is None:
            gevent.sleep(pause_s)
            pause_s = min(2 * pause_s, LATER_S)
            reply, _ = send(connection, reading.call)
            session.results.side_calls["to see whether what was accepted is there"] += 1
            if reply is not None and HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
                accepted = session.knowledge.add_accepted(entity)
                session.ledger.creations.add_accepted(accepted, label, session.results.elapsed)
                break
        else:
            session.results.account.note(
                f"{label} had accepted entities (202) that were not there when the run ended", 1
            )
        connection.close()
