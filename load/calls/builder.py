"""Builds the calls of an operation."""

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from load.calls.body_builder import BodyBuilder
from load.calls.call import NO_FIELDS, Call
from load.calls.learning import CompileTime, Learning
from load.calls.mends import Lessons, Mends
from load.calls.parameter_values import ParameterValues, header_fields, written
from load.calls.repetition import Repetition
from load.calls.slot_rules import SlotRules
from load.calls.variants import USUAL, Variant, Variation
from load.options.credentials import Secret
from load.planning.plan import Slot
from openapi.contract import Json
from openapi.operations import Operation
from openapi.payloads import PayloadFactory

if TYPE_CHECKING:
    # It imports what sends calls, which a plan needs nothing of.
    from load.calls.connection import Reply

# The share of calls in which an optional parameter is sent: usually, and by the way in which a call is built.
OPTIONAL_PARAMETER = 0.3
_OPTIONAL_PARAMETERS = dict.fromkeys(Variant, OPTIONAL_PARAMETER) | {
    Variant.MINIMAL: 0.0,
    Variant.EXAMPLE: 0.0,
    Variant.FULL: 1.0,
}
_ANY_SLOT = SlotRules()


class CallBuilder:
    """Builds the calls of one operation, each with values of its own, and with the credentials in `secret`.

    Raises Unbuildable when no valid call can be made.
    """

    def __init__(
        self,
        operation: Operation,
        payloads: PayloadFactory,
        random: Random,
        secret: Secret,
        rules: SlotRules = _ANY_SLOT,
        compile_time: CompileTime | None = None,
    ) -> None:
        self.operation = operation
        self._secret = secret
        self._headers: Mapping[str, str] = {"Accept": _accepted(operation)}
        self._parameters = ParameterValues(operation, rules, payloads, random)
        self._bodies = BodyBuilder(operation, rules, payloads, random, self._headers)
        parameters = [Variant.MINIMAL, Variant.FULL] if self._parameters.are_optional else []
        self._variation = Variation([*parameters, *self._bodies.variants], random)
        self._learning = Learning(
            self._variation, Mends(operation), self._parameters, self._bodies, compile_time or CompileTime()
        )

    @property
    def omitted(self) -> list[str]:
        """The optional parameters and bodies that are never sent, and why."""
        return [*self._parameters.omitted, *self._bodies.omitted]

    @property
    def leaves_out_body(self) -> bool:
        """Whether some calls are made without the body, which is optional."""
        return self._variation.leaves_out_body

    def learn(self, call: Call, reply: "Reply") -> Lessons:
        """Learn from the answer to a call how to build the next ones. Returns what is new."""
        return self._learning.take(call.variant, reply)

    def make_distinct(self) -> None:
        """From now on, give what each call creates a name of its own, as the service has refused a call as a
        conflict.
        """
        self._bodies.make_distinct()

    def build(
        self, given: Mapping[Slot, Json], bare: bool = False, repetition: Repetition | None = None
    ) -> Call:
        """A call with the given values in their slots. A bare one has no optional parameters. It repeats the
        payload of an earlier call if asked to, and if the result is valid.
        """
        parameters, variant = self._parameters, USUAL if bare else self._variation.choose()
        if repetition is not None:
            variant = self._variation.for_repetition(variant, repetition.sent is None)
        share = 0.0 if bare else _OPTIONAL_PARAMETERS[variant]
        chosen = parameters.choose(given, share, variant)
        path = {parameter.name: value for parameter, value in chosen if parameter.location == "path"}
        target = self.operation.url(path)
        query: dict[str, Json] = {}
        if "query" in parameters.locations and (text := "&".join(written(chosen, "query"))):
            target = f"{target}{'&' if '?' in target else '?'}{text}"
            query = {parameter.name: value for parameter, value in chosen if parameter.location == "query"}
        body = self._bodies.build(given, repetition, variant)
        payload, content, headers = body or (None, b"", self._headers)
        fields = NO_FIELDS
        if "header" in parameters.locations or "cookie" in parameters.locations:
            headers = {**headers, **header_fields(chosen)}
            sent = {Slot(parameter.location, parameter.name): value for parameter, value in chosen}
            fields = {slot: sent.get(slot) for slot in parameters.lasting}
        return Call(
            operation=self.operation,
            target=target,
            headers=headers,
            body=content,
            path=path,
            query=query,
            payload=payload,
            secret=self._secret,
            fields=fields,
            variant=variant,
        )


def _accepted(operation: Operation) -> str:
    names = sorted({name for response in operation.responses.values() for name in response.content})
    return ", ".join(names) or "*/*"
