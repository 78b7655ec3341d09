"""A shop: its document, and a ledger that follows the calls to it."""

from typing import Any

from contract_tests.support.documents import contract
from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.simulation import Simulation
from load.journeys.entities import Entity
from load.journeys.step import Step
from load.ledger.addresses import Addresses
from load.ledger.answer import Answer
from load.ledger.ledger import Ledger
from load.ledger.properties import Properties
from load.ledger.reconciliation import Reconciliation
from load.ledger.writes import without_deprecated
from load.measurements.ledger_account import Account
from load.measurements.losses import Absence
from openapi.expressions import Exchange
from openapi.operation_reader import read_operations

STATE = {"enum": ["open", "done"]}
NAMED = an_object(id=ID, name=TEXT, price={"type": "number"}, state=STATE)
FORMER = {"type": "integer", "deprecated": True}
DATED = {**NAMED, "properties": {**NAMED["properties"], "former": FORMER}}
SHOP = (
    on("/things", post=does(DATED, DATED, "201")),
    on("/things/{id}", "id", get=does(DATED), put=does(NAMED, NAMED), delete=does(status="204")),
    on("/things/{id}/parts", "id", post=does(an_object(id=ID), an_object(name=TEXT), "201")),
    on("/things/{id}/parts/{part_id}", "id", "part_id", get=does(an_object(id=ID)), delete=does()),
    on("/things/{id}/close", "id", post=does()),
)
READ = "GET /things/{id}"
SHOWN = {"id": 1, "name": "thing 1", "price": 2.5, "state": "open"}


class Shop:
    """A ledger that follows the calls to a shop, which are made at the times (s) that a test gives."""

    def __init__(
        self,
        consistency: float = 5.0,
        optional: tuple[str, ...] = (),
        independent: bool = False,
        *more: Any,
    ) -> None:
        paths = {path: item for path_item in (*SHOP, *more) for path, item in path_item.items()}
        shop_operations = read_operations(contract(paths))
        self.simulation = Simulation(shop_operations)
        documented = self.simulation.compiled.reads.comparable_properties
        readable = {path: names.union(optional) for path, names in documented.items()}
        addresses = Addresses(self.simulation.compiled.index.created_by)
        alone = frozenset(readable) if independent else frozenset[str]()
        published = self.simulation.compiled.indirect_changes.publishing
        self.properties = Properties(readable, addresses, consistency, alone, published)
        self.ledger = Ledger(addresses, self.properties, consistency, lambda _: True)
        self.reconciliation = Reconciliation(readable, addresses, self.properties, consistency)

    def step(self, label: str, entity: Entity | None = None) -> Step:
        builder = self.simulation.compiled.builders[label]
        bound = {}
        for need in self.simulation.compiled.plan.needs[label] if entity else ():
            bound = {slot: entity.values[index] for slot, index in need.slots if entity}
        return Step(builder.build(bound), entity, (entity,) if entity else ())

    def call(
        self,
        label: str,
        entity: Entity | None,
        sent: float,
        at: float,
        status: int,
        body: Any = None,
        **written: Any,
    ) -> list[Entity]:
        """A call that was sent and answered at these times, with what was shown, which is what was `written`
        but for these properties; gives what it made.
        """
        step = self.step(label, entity)
        if isinstance(step.call.payload, dict) and isinstance(body, dict):
            step.call.payload.update(
                {name: body.get(name, value) for name, value in step.call.payload.items()} | written
            )
        changes = self.ledger.record_call(step, sent)
        body = without_deprecated(step.call.operation, body)
        answer = Answer(status, body, sent, at, clock=1_000.0)
        self.ledger.record_answer(changes, answer)
        call = step.call
        exchange = Exchange("", call.target, call.path, call.query, {}, call.payload, status, {}, body)
        made = self.simulation.journeys.complete(step, exchange, 200 <= status < 300)
        self.ledger.creations.add(made, step, changes, answer)
        return made

    def create(self, number: int, at: float = 1.0, **more: Any) -> Entity:
        body = {**SHOWN, "id": number, "name": f"thing {number}", **more}
        (entity,) = self.call("POST /things", None, at, at + 0.1, 201, body)
        entity.pool.resolved_by.add(READ)
        return entity

    def absence(self, entity: Entity, at: float, status: int = 404) -> Absence:
        return self.reconciliation.absences.judge(entity, READ, status, at, at + 0.1)[0]

    def settled(self) -> Account:
        account = self.reconciliation.report()
        self.ledger.report(account)
        return account

    def read_back(self, entity: Entity, at: float, status: int, body: Any = None) -> Account | None:
        step = self.step(READ, entity)
        (record,) = (record for record in self.reconciliation.records if record.entity is entity)
        return self.reconciliation.read_back(record, step, status, body, (at, at + 0.1))

    def replace(self, entity: Entity, at: float = 2.0, **body: Any) -> None:
        """An entity is replaced, at this time (s)."""
        answer = {"id": entity.values[0], "name": "renamed", "price": 7.5, "state": "done", **body}
        self.call("PUT /things/{id}", entity, at, at + 0.1, 200, answer)

    def show(self, entity: Entity, at: float, times: int = 1) -> None:
        """An entity is read at this time (s), and shown as it was created."""
        shown = {**SHOWN, "id": entity.values[0], "name": f"thing {entity.values[0]}"}
        for _ in range(times):
            self.reconciliation.read(self.step(READ, entity), shown, at, at + 0.1)
