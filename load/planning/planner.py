"""Makes the plan of a document: from its links first, then from paths, names and schemas."""

from collections.abc import Mapping, Sequence

from load.planning.collection_producers import CollectionProducers
from load.planning.indirect_producers import IndirectProducers
from load.planning.links import LinkReader
from load.planning.needs import Bound, needs_of, nothing_bound
from load.planning.operation_index import OperationIndex
from load.planning.plan import Cursor, LinkedValue, Plan
from load.planning.producers import Producers
from load.planning.tables import add_keys, referenced_tables, unaddressed_rows
from openapi.operations import Operation


def plan(operations: Sequence[Operation], bound: Bound = nothing_bound) -> Plan:
    """The plan of these operations, as if the document had no others. `bound` are the slots that always get
    values of the user's.
    """
    index, producers = OperationIndex(operations), Producers()
    links = LinkReader(index, producers)
    for operation in index.operations.values():
        links.read(operation)
    collections = CollectionProducers(index, producers)
    tables = referenced_tables(index.operations)
    unaddressed = dict.fromkeys([*index.unaddressed(), *unaddressed_rows(index, tables)])
    for resource in [*index.resources, *unaddressed]:
        collections.infer(resource)
    variants = _infer_indirect(index, producers)
    add_keys(index.operations, producers, tables)
    own_names = {resource: index.identifier_names(resource) for resource in index.resources}
    needs = needs_of(index.operations, producers.by_label, index.resources, own_names, variants, bound)
    return Plan(
        needs=needs.entities,
        producers={
            label: tuple(found) for label, found in producers.by_label.items() if label not in needs.uncovered
        },
        linked_values={label: tuple(values) for label, values in links.linked_values.items()},
        empty_slots=needs.empty_slots,
        guessed_parameters=needs.guessed_parameters,
        uncovered=needs.uncovered,
        made_up_slots=needs.made_up_slots,
        cursors=_not_linked(needs.cursors, links.linked_values),
    )


def _not_linked(
    cursors: Mapping[str, tuple[Cursor, ...]], linked_values: Mapping[str, Sequence[LinkedValue]]
) -> dict[str, tuple[Cursor, ...]]:
    """The cursors without those whose values links of the document give."""
    linked = {(value.consumer, value.slot) for values in linked_values.values() for value in values}
    return {
        label: tuple(cursor for cursor in found if cursor.required or (label, cursor.slot) not in linked)
        for label, found in cursors.items()
    }


def _infer_indirect(index: OperationIndex, producers: Producers) -> dict[tuple[str, str], str]:
    """Add producers apart from collections. Returns the variants of resources, by resource and parameter."""
    indirect = IndirectProducers(index, producers)
    for resource in index.resources:
        if not producers.of(resource):
            indirect.add_by_attribute(resource)
            indirect.add_from_items(resource)
    for resource in index.resources:
        if not any(producer.creates for producer in producers.of(resource)):
            indirect.add_from_namesakes(resource)
        if not producers.of(resource):
            indirect.add_by_account(resource)
    for resource in index.resources:
        indirect.add_relations(resource)
        indirect.add_possible_creations(resource)
    return dict(indirect.add_variants())
