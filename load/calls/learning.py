"""What is learned of an operation from the answers to its calls."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from load.calls.body_builder import BodyBuilder
from load.calls.mends import FIELDS_AT_MOST, NOTHING, Lessons, Mends
from load.calls.parameter_values import ParameterValues
from load.calls.variants import MENDED_VARIANTS, PATIENCE, Variant, Variation
from openapi import lenient_json
from openapi.contract import ContractError
from openapi.payloads import Unbuildable

# The answers that say nothing of what was sent: about credentials, timing, or what the path leads to.
_OTHER_REASONS = frozenset({401, 407, 408, 429, 503})
_NOT_ABOUT_FIELDS = _OTHER_REASONS | {403, 404, 405, 409, 410}
# How many refusals of an operation are read, how often its bodies are compiled anew, and for how long (s) at
# most: all users of a process wait meanwhile.
_READ_AT_MOST, _COMPILED_AT_MOST, _COMPILED_WITHIN_S = 20, 3, 0.15
_READ_BYTES = 65_536

# What a plan says of all operations.
VARIED = (
    f"where {PATIENCE} calls were refused and none succeeded, calls are made in other ways, too: with "
    f"nothing optional, with everything, with the document's examples, and as the answers ask for up to "
    f"{FIELDS_AT_MOST} fields"
)

if TYPE_CHECKING:
    # It imports what sends calls, which a plan needs nothing of.
    from load.calls.connection import Reply


@dataclass
class CompileTime:
    """The time (s, of the processor) that is left for compiling during a run, for all operations of a
    process.
    """

    left_s: float = 3.0

    def spend(self, work: Callable[[], None]) -> float:
        """Do some work. Gives the time (s) that it took."""
        began = time.thread_time()
        work()
        spent_s = time.thread_time() - began
        self.left_s -= spent_s
        return spent_s


class Learning:
    """Learns from answers how the calls of one operation are best built."""

    def __init__(
        self,
        variation: Variation,
        mends: Mends,
        parameters: ParameterValues,
        bodies: BodyBuilder,
        compile_time: CompileTime,
    ) -> None:
        self._variation, self._mends = variation, mends
        self._parameters, self._bodies = parameters, bodies
        self._compile_time = compile_time
        self._read = self._compiled = 0
        self._compiled_s = 0.0

    def take(self, variant: Variant, reply: "Reply") -> Lessons:
        """Learn from the answer to a call that was built in some way. Returns what is new."""
        status = reply.status
        if status in _OTHER_REASONS:
            return NOTHING
        if self._variation.record(variant, status < 400):
            return {"calls": f"succeed {variant}, and were refused as usual"}
        if status < 400 or not self._variation.is_varied:
            return NOTHING
        if status >= 500 or status in _NOT_ABOUT_FIELDS or len(reply.body) > _READ_BYTES:
            return NOTHING
        return self._take_fields(variant, reply)

    def _take_fields(self, variant: Variant, reply: "Reply") -> Lessons:
        if self._read >= _READ_AT_MOST or self._compiled >= _COMPILED_AT_MOST:
            return NOTHING
        if self._compile_time.left_s <= 0 or self._compiled_s > _COMPILED_WITHIN_S:
            return NOTHING
        self._read += 1
        with suppress(ValueError):
            lessons = self._mends.learn(lenient_json.loads(reply.body), variant in MENDED_VARIANTS)
            if lessons:
                self._compiled += 1
                self._compiled_s += self._compile_time.spend(self._mend)
            return lessons
        return NOTHING

    def _mend(self) -> None:
        self._parameters.mend(self._mends.parameters)
        with suppress(Unbuildable, ContractError):
            self._bodies.mend(self._mends.body_rules)
        self._variation.mend()
