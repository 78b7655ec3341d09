"""Compiles constraints on objects."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from random import Random

from openapi.payloads.constraints import Constraints, property_schemas
from openapi.payloads.densities import Densities
from openapi.payloads.derived_schemas import DerivedSchemas
from openapi.payloads.object_generator import ExtraProperties, ObjectGenerator
from openapi.payloads.property_names import PropertyNames, is_map
from openapi.payloads.scalar_compiler import ScalarCompiler
from openapi.payloads.subschema_compiler import SubschemaCompiler
from openapi.payloads.tuning import LARGEST_VALUE
from openapi.payloads.unbuildable import Unbuildable
from openapi.payloads.value_generator import ValueGenerator

_Generators = dict[str, ValueGenerator]
_Dependents = dict[str, list[str]]
_NameCheck = Callable[[str], bool]


class ObjectCompiler:
    """Makes generators of objects, whose `densities` are chosen together. `omitted` are optional properties
    that no value can be generated for, each as its place and the reason.
    """

    def __init__(
        self,
        subschemas: SubschemaCompiler,
        derived: DerivedSchemas,
        scalars: ScalarCompiler,
        names: PropertyNames,
        random: Random,
    ) -> None:
        self._subschemas = subschemas
        self._derived = derived
        self._scalars = scalars
        self._names = names
        self._random = random
        self.densities = Densities(random)
        self.omitted: list[str] = []

    def object(self, constraints: Constraints, place: str, nesting: int) -> ObjectGenerator:
        """A generator of objects. Raises Unbuildable."""
        if constraints.min_properties > LARGEST_VALUE:
            raise Unbuildable(f"{place}: more than {LARGEST_VALUE:,} properties are asked for")
        dependents: _Dependents = {}
        for name, others in constraints.dependent_required:
            dependents.setdefault(name, []).extend(others)
        is_allowed = self._scalars.name_check(constraints)
        required = self._required(constraints, dependents, is_allowed, place, nesting)
        optional = self._optional(constraints, dependents, required, is_allowed, place, nesting)
        if constraints.max_properties is not None and len(required) > constraints.max_properties:
            raise Unbuildable(f"{place}: more properties are required than are allowed")
        extra = self._extra(constraints, {*required, *optional}, is_allowed, place)
        if extra.name is None and len(required) + len(optional) < constraints.min_properties:
            raise Unbuildable(f"{place}: there are not enough properties for minProperties")
        return ObjectGenerator(
            required=required,
            optional=optional,
            extra=extra,
            least=constraints.min_properties,
            most=constraints.max_properties,
            dependents=dependents,
            random=self._random,
            densities=self.densities,
        )

    def _required(
        self,
        constraints: Constraints,
        dependents: _Dependents,
        is_allowed: _NameCheck,
        place: str,
        nesting: int,
    ) -> _Generators:
        generators: _Generators = {}
        pending = deque(constraints.required)
        while pending:
            name = pending.popleft()
            if name not in generators:
                if not is_allowed(name):
                    raise Unbuildable(f"{place}: the name {name!r} is required and not allowed")
                generators[name] = self._property(constraints, name, place, nesting)
                pending.extend(dependents.get(name, ()))
        return generators

    def _optional(
        self,
        constraints: Constraints,
        dependents: _Dependents,
        required: _Generators,
        is_allowed: _NameCheck,
        place: str,
        nesting: int,
    ) -> _Generators:
        generators: _Generators = {}
        described = {name: None for keywords in constraints.object_keywords for name in keywords.properties}
        for name in (*described, *(name for others in dependents.values() for name in others)):
            if name in required or name in generators or not is_allowed(name):
                continue
            if property_schemas(constraints, name) == (False,):
                continue
            try:
                generators[name] = self._property(constraints, name, place, nesting)
            except Unbuildable as reason:
                self.omitted.append(str(reason))
        possible = {*required, *generators}
        for name in [name for name in generators if not _with_dependents(name, dependents) <= possible]:
            del generators[name]
        return generators

    def _property(self, constraints: Constraints, name: str, place: str, nesting: int) -> ValueGenerator:
        """The generator of a property, with the values that examples of the object have for it."""
        schemas = property_schemas(constraints, name)
        objects = [example for example in constraints.examples if isinstance(example, dict)]
        examples = [example[name] for example in objects if name in example]
        if examples and schemas != (False,):
            key = ("examples", repr(examples))
            schemas = (*schemas, self._derived.keep(key, {"examples": examples}))
        return self._subschemas.generator(schemas, name, f"{place}/{name}", nesting + 1)

    def _extra(
        self, constraints: Constraints, taken: set[str], is_allowed: _NameCheck, place: str
    ) -> ExtraProperties:
        """The properties that no schema names. Most names have the same schemas, which are compiled once."""
        unique_names = self._subschemas.unique_names
        known: dict[tuple[int, ...], ValueGenerator | None] = {}

        def generator(name: str) -> ValueGenerator | None:
            schemas = property_schemas(constraints, name)
            if not is_allowed(name) or schemas == (False,):
                return None
            key = tuple(map(id, schemas))
            if key not in known:
                # It is called when values are drawn: another schema may have been compiled since, with other
                # names.
                current, self._subschemas.unique_names = self._subschemas.unique_names, unique_names
                try:
                    known[key] = self._subschemas.generator(schemas, "", f"{place}/*", 0)
                except Unbuildable:
                    known[key] = None
                finally:
                    self._subschemas.unique_names = current
            return known[key]

        draw_name = self._names.generator(constraints, taken, lambda name: generator(name) is not None, place)
        return ExtraProperties(draw_name, generator, draw_name is not None and is_map(constraints))


def _with_dependents(name: str, dependents: Mapping[str, Sequence[str]]) -> set[str]:
    """A property and all others that must be there with it (`dependentRequired`)."""
    names: set[str] = set()
    pending = [name]
    while pending:
        current = pending.pop()
        if current not in names:
            names.add(current)
            pending.extend(dependents.get(current, ()))
    return names
