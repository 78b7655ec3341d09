"""What happens to an entity together with its parent, or with another that it is part of."""

from dataclasses import replace
from itertools import count

from contract_tests.support.path_items import ID, TEXT, an_object, does, on
from contract_tests.support.shop import READ, Shop
from contract_tests.support.simulation import simulated
from load.journeys.entities import Entity, EntityPool, Origin
from load.journeys.step import Step
from load.ledger.answer import Answer
from load.ledger.writes import has_intact_parents
from load.measurements.losses import Absence
from load.planning.plan import Slot


def test_children_are_gone_with_their_parent() -> None:
    shop = Shop()
    entity = shop.create(1)
    (part,) = shop.call("POST /things/{id}/parts", entity, 2.0, 2.1, 201, {"id": 7})
    part.pool.resolved_by.add(READ)
    assert shop.absence(part, 20.0) is Absence.LOST
    entity.pool.remove(entity)
    assert shop.absence(part, 20.0) is Absence.UNKNOWN


def test_creating_a_child_does_not_explain_an_absent_parent() -> None:
    shop = Shop()
    entity = shop.create(1)
    shop.call("POST /things/{id}/parts", entity, 2.0, 2.1, 201, {"id": 7})
    assert shop.absence(entity, 20.0) is Absence.LOST


def test_children_of_different_parents_may_share_an_identifier() -> None:
    shop = Shop()
    one, other = shop.create(1), shop.create(2)
    parts = [
        shop.call("POST /things/{id}/parts", entity, 2.0, 2.1, 201, {"id": 7})[0] for entity in (one, other)
    ]
    shop.call("DELETE /things/{id}/parts/{part_id}", parts[0], 3.0, 3.1, 204)
    read = "GET /things/{id}/parts/{part_id}"
    parts[1].pool.resolved_by.add(read)
    assert shop.reconciliation.absences.judge(parts[1], read, 404, 20.0, 20.1)[0] is Absence.LOST


def test_deleting_a_chosen_container_explains_an_absence() -> None:
    shop = Shop()
    entity, home = shop.create(1), EntityPool("/lists/{}")
    other = home.add((5,), is_own=True)
    entity.origin = replace(entity.origin, assigned=((home, (5,)),))
    assert shop.absence(entity, 20.0) is Absence.LOST
    home.remove(other)
    assert shop.absence(entity, 20.0) is Absence.UNKNOWN


def test_an_entity_goes_with_the_one_it_was_put_into() -> None:
    boxes = on("/boxes", post=does(an_object(id=ID), an_object(label=TEXT), "201"))
    box_paths = on("/boxes/{id}", "id", get=does(an_object(id=ID)), delete=does(status="204"))
    items = on("/boxes/{id}/items", "id", post=does(None, an_object(thing_id=ID), "204"))
    shop = Shop(5.0, (), False, boxes, box_paths, items)
    entity = shop.create(1)
    (box,) = shop.call("POST /boxes", None, 1.0, 1.1, 201, {"id": 9})
    builder = shop.simulation.compiled.builders["POST /boxes/{id}/items"]
    call = builder.build({Slot("path", "id"): 9, Slot("body", "/thing_id"): 1})
    step = Step(call, box, (box, entity))
    shop.ledger.record_answer(shop.ledger.record_call(step, 2.0), Answer(204, None, 2.0, 2.1))
    shop.show(entity, 3.0, 2)
    box.pool.remove(box)
    shop.call("DELETE /boxes/{id}", box, 4.0, 4.1, 204)
    assert shop.absence(entity, 20.0) is Absence.EXPLAINED


def test_an_entity_with_a_new_parent_may_have_moved() -> None:
    card = an_object(id=ID, board_id=ID, title=TEXT)
    change = {"type": "object", "properties": {"board_id": ID, "title": TEXT}}
    boards = on("/boards", post=does(an_object(id=ID), an_object(label=TEXT), "201"))
    boards |= on("/boards/{id}", "id", get=does(an_object(id=ID)))
    cards = on("/boards/{board_id}/cards", "board_id", post=does(card, an_object(title=TEXT), "201"))
    one = on("/boards/{board_id}/cards/{id}", "board_id", "id", get=does(card), patch=does(card, change))
    for board_id, absence in ((6, Absence.EXPLAINED), (5, Absence.LOST)):
        shop = Shop(5.0, (), False, boards, cards, one)
        (board,) = shop.call("POST /boards", None, 1.0, 1.1, 201, {"id": 5})
        builders = shop.simulation.compiled.builders
        call = builders["POST /boards/{board_id}/cards"].build({Slot("path", "board_id"): 5})
        card = Entity(EntityPool("/boards/{}/cards/{}"), (5, 1), is_own=True, origin=Origin((board,)))
        shop.ledger.creations.add([card], Step(call, board, (board,)), [], Answer(201, {"id": 1}, 1.2, 1.3))
        path = {Slot("path", "board_id"): 5, Slot("path", "id"): 1}
        call = builders["PATCH /boards/{board_id}/cards/{id}"].build(path)
        payload = {"board_id": board_id, "title": "a title of its own"}
        step = Step(replace(call, payload=payload), card, (card,))
        shop.ledger.record_answer(shop.ledger.record_call(step, 2.0), Answer(200, None, 2.0, 2.1))
        reading = "GET /boards/{board_id}/cards/{id}"
        card.pool.resolved_by.add(reading)
        assert shop.reconciliation.absences.judge(card, reading, 404, 20.0, 20.1)[0] is absence


def test_an_entity_is_a_parent_once_however_often_a_creation_refers_to_it() -> None:
    node = an_object(first_node_id=ID, second_node_id=ID)
    paths = on("/nodes", post=does(an_object(id=ID), {**node, "required": []}, "201"))
    paths |= on("/nodes/{id}", "id", get=does(an_object(id=ID)))
    numbers = count()
    simulation = simulated(paths, lambda step: (201, {"id": next(numbers)}))
    nodes = simulation.knowledge.pools["/nodes/{}"].entities.values()
    assert max(len(entity.parents) for entity in nodes) > 1
    assert all(len({*entity.parents}) == len(entity.parents) for entity in nodes)
    assert all(entity.use_count == sum(entity in other.parents for other in nodes) for entity in nodes)


def test_ancestors_are_looked_at_once() -> None:
    pool = EntityPool("/nodes/{}")
    generations = [pool.add((0,), is_own=True)]
    for number in range(1, 80):
        generations.append(pool.add((number,), is_own=True, origin=Origin((*generations[-2:],))))
    assert has_intact_parents(generations[-1])
    pool.remove(generations[0])
    assert not has_intact_parents(generations[-1])
