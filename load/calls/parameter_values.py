"""Chooses the values of an operation's parameters."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice
from random import Random

from load.calls.call import FRAMING
from load.calls.mends import Mend
from load.calls.slot_rules import SlotRules
from load.calls.variants import USUAL, Variant
from load.planning.names import words
from load.planning.plan import Slot
from load.planning.request_fields import IDEMPOTENCY_KEY, IF_MATCH, is_always_sent, is_precondition
from load.planning.schema_properties import outline_of
from load.planning.side_effects import destructive_values, is_dry_run_flag
from openapi.contract import ContractError, Json
from openapi.operations import Operation
from openapi.parameters import Parameter
from openapi.payloads import UNIQUE, PayloadFactory, PayloadGenerator, Unbuildable

# How many values are generated to see whether all of them are the run's own names.
_NAMES_CHECKED = 5
# How many values are generated in search of so many that can be sent.
_DRAWS, _SENDABLE_VALUES = 1_000, 20
# Words in the names of header fields that differ from call to call.
_OF_ONE_CALL = frozenset(
    {"idempotency", "request", "correlation", "trace", "traceparent", "tracestate", "nonce", "timestamp",
     "signature", "digest", "prefer", "range", "date"}
)  # fmt: skip
_PAGES = (["page"], ["page", "number"], ["page", "no"], ["page", "index"])
_FIRST_PAGE = 1

ChosenValues = list[tuple[Parameter, Json]]
# A parameter, the generator of its values if they are not given, and whether it is always sent.
_Filled = tuple[Parameter, Slot, PayloadGenerator | None, bool]


def can_name(operation: Operation, payloads: PayloadFactory) -> bool:
    """Whether the last parameter of a path can be the run's own name for what a call creates, so that nothing
    else can have that name.
    """
    parameter = next(
        parameter for parameter in operation.parameters if parameter.name == operation.path_names[-1]
    )
    try:
        generate = payloads.generator(parameter.schema, parameter.name, (*parameter.rules(), {UNIQUE: True}))
        return all(payloads.is_own(generate()) for _ in range(_NAMES_CHECKED))
    except (Unbuildable, ContractError):
        return False


class ParameterValues:
    """Chooses the values of one operation's parameters for each call.

    `omitted` says which optional parameters are never sent, and why; `lasting` are the slots of header fields
    and cookies, such as a tenant, that need the same value in all calls for an entity. Raises Unbuildable
    when there is no value for a required parameter.
    """

    def __init__(
        self, operation: Operation, rules: SlotRules, payloads: PayloadFactory, random: Random
    ) -> None:
        self.omitted: list[str] = []
        self._random = random
        self._rules = rules
        self._payloads = payloads
        self._parameters: list[_Filled] = []
        for parameter in operation.parameters:
            if parameter.location == "header" and parameter.name.lower() in FRAMING:
                continue
            slot = Slot(parameter.location, parameter.name)
            if slot in rules.replaced:
                continue
            is_sent = parameter.required or is_always_sent(operation, parameter)
            is_generated = self._is_generated(parameter, slot, is_sent)
            generate = self._possible(operation.label, parameter, slot) if is_generated else None
            self._parameters.append((parameter, slot, generate, is_sent))
        self._mended = self._parameters
        self.locations = frozenset(parameter.location for parameter in operation.parameters)
        self.lasting = [slot for parameter, slot, *_ in self._parameters if _is_lasting(parameter)]

    @property
    def are_optional(self) -> bool:
        """Whether some of them may be left out."""
        return any(not parameter.required for parameter, *_ in self._parameters)

    def choose(self, given: Mapping[Slot, Json], optional: float, variant: Variant = USUAL) -> ChosenValues:
        """The parameters of a call with their values: those that are given, and generated ones for the
        required parameters and for a share of the optional ones.
        """
        chosen = []
        is_minimal = variant is not USUAL and variant is Variant.MINIMAL
        for parameter, slot, generate, is_sent in self._parameters if variant is USUAL else self._mended:
            if slot in given:
                value = _converted(given[slot], parameter)
                if not is_sent and (value is None or (is_minimal and parameter.location == "query")):
                    continue
                if parameter.required or parameter.schema.validator.is_valid(value):
                    chosen.append((parameter, value))
            elif generate and (is_sent or self._random.random() < optional):
                chosen.append((parameter, generate()))
        return chosen

    def mend(self, mends: Mapping[Slot, Mend]) -> None:
        """Have all but the usual calls send parameters as the service asks for them. What cannot be generated
        stays as it is.
        """
        self._mended = [
            mended
            for filled in self._parameters
            if (mended := self._as_asked(filled, mends.get(filled[1]))) is not None
        ]

    def _as_asked(self, filled: _Filled, mend: Mend | None) -> _Filled | None:
        parameter, slot, generate, _ = filled
        if mend is None:
            return filled
        if mend.is_left_out:
            return filled if parameter.required else None
        if generate is not None:
            with suppress(Unbuildable, ContractError, ValueError):
                rules = (*parameter.rules(), *self._always(parameter, slot), mend.rule)
                asked = self._payloads.generator(parameter.schema, parameter.name, rules)
                generate = partial(_fitting, parameter, asked, generate) if parameter.may_misfit else asked
        return parameter, slot, generate, parameter.required or mend.is_sent

    def _is_generated(self, parameter: Parameter, slot: Slot, is_sent: bool) -> bool:
        if slot in self._rules.given:
            return False
        is_empty = slot in self._rules.empty or is_dry_run_flag(parameter.name) or is_precondition(parameter)
        return is_sent or not is_empty

    def _possible(self, label: str, parameter: Parameter, slot: Slot) -> PayloadGenerator | None:
        """Generates values that can be sent; None for an optional parameter without any. Raises Unbuildable
        for a required one.
        """
        try:
            return self._sendable(parameter, self._generator(parameter, slot))
        except (Unbuildable, ContractError) as error:
            reason = str(error).removeprefix(f"{parameter.name}: ")
        told = f"{parameter.location} {parameter.name}: {reason}"
        if parameter.required:
            raise Unbuildable(told)
        self.omitted.append(f"{label}: {told}")
        return None

    def _generator(self, parameter: Parameter, slot: Slot) -> PayloadGenerator:
        """Generates values that every service reads in the same way, if the schema has such values."""
        rules = self._always(parameter, slot)
        if usual := _usual_values(parameter):
            with suppress(Unbuildable):
                return self._payloads.generator(parameter.schema, parameter.name, (usual, *rules))
        own = parameter.rules()
        for kept in range(len(own), -1, -1):
            try:
                generate = self._payloads.generator(parameter.schema, parameter.name, (*own[:kept], *rules))
            except Unbuildable as reason:
                refusal = reason
            else:
                return generate
        raise refusal

    def _always(self, parameter: Parameter, slot: Slot) -> tuple[Json, ...]:
        """The schemas that all generated values of a parameter have to match."""
        # A call with an idempotency key that was used before gets the answer of that earlier call.
        is_unique = "idempotency" in words(parameter.name) or slot in self._rules.naming
        facts = outline_of(parameter.schema.node, parameter.schema)
        barred = destructive_values(parameter.name, facts) if self._rules.is_careful else []
        rules: tuple[Json, ...] = ({UNIQUE: True},) if is_unique else ()
        if barred and not is_unique:
            rules = ({"not": {"enum": barred}},)
        if words(parameter.name) in _PAGES and parameter.schema.types <= {"integer", "number"}:
            # There is always a first page; nobody knows of another.
            rules = (*rules, {"maximum": _FIRST_PAGE})
        return rules

    def _sendable(self, parameter: Parameter, generate: PayloadGenerator) -> PayloadGenerator:
        """Generates only values that can be sent as they are. Raises Unbuildable when there are none."""
        if not parameter.may_misfit:
            return generate
        values = (generate() for _ in range(_DRAWS))
        sendable = [*islice((value for value in values if parameter.fits(value)), _SENDABLE_VALUES)]
        if sendable:
            return lambda: value if parameter.fits(value := generate()) else self._random.choice(sendable)
        if parameter.required and parameter.location in ("header", "cookie"):
            return generate
        raise Unbuildable("no value of its schema can be sent there as it is")


def written(chosen: ChosenValues, location: str) -> Iterator[str]:
    """The texts of the chosen values at a location."""
    texts = (parameter.write(value) for parameter, value in chosen if parameter.location == location)
    return (text for text in texts if text)


def header_fields(chosen: ChosenValues) -> dict[str, str]:
    """The header fields of the chosen values, with all cookies in one."""
    fields = {
        parameter.name: parameter.write(value)
        for parameter, value in chosen
        if parameter.location == "header"
    }
    cookies = "; ".join(written(chosen, "cookie"))
    return {**fields, "Cookie": cookies} if cookies else fields


def _usual_values(parameter: Parameter) -> Mapping[str, Json]:
    """The schema of the values that everybody sends in a header field, whatever else the document allows:
    whatever there is, in a change before an ETag is known (RFC 9110, section 13.1.1); and plain keys.
    """
    name = parameter.name.lower() if parameter.location == "header" else ""
    if name == IDEMPOTENCY_KEY:
        return {"pattern": "^[0-9A-Za-z_-]+$"}
    return {"const": "*"} if name == IF_MATCH else {}


def _fitting(parameter: Parameter, asked: PayloadGenerator, usual: PayloadGenerator) -> Json:
    value = asked()
    return value if parameter.fits(value) else usual()


def _is_lasting(parameter: Parameter) -> bool:
    """Whether all calls for an entity need the same value of a header field or cookie, such as a tenant or a
    language, unlike a request id.
    """
    parts = words(parameter.name)
    is_of_one_call = parts[:1] == ["if"] or _OF_ONE_CALL & {*parts}
    return parameter.location in ("header", "cookie") and not is_of_one_call


def _converted(value: Json, parameter: Parameter) -> Json:
    """A value as the type of a parameter: as a number, or in a list, where it accepts nothing else."""
    types = parameter.schema.types
    if types <= {"integer", "number", "null"} and isinstance(value, str) and value.isdecimal():
        return int(value)
    return [value] if types == {"array"} and not isinstance(value, list) else value
