"""A scenario: which calls are made how often, by how many users or at which rates, and what must hold."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from load.options.workload import seconds
from openapi.contract import JsonObject

DEFAULT_SCENARIO = "mixed"
# Larger numbers are slips of the pen, as is infinity.
_MOST = 1_000_000_000
_TIME = r"^\s*(?=\d)(\d+h)?(\d+m)?(\d+s?)?\s*$"
# The same, but not 0.
_LENGTH = r"^\s*(?=[\dhms]*[1-9])(\d+h)?(\d+m)?(\d+s?)?\s*$"

Weight = Annotated[float, Meta(ge=0, le=_MOST)]
Rate = Annotated[float, Meta(ge=0, le=_MOST)]
Pause = Annotated[float, Meta(ge=0, le=86_400)]
# Whole seconds, or a time as options of the command line take it.
Length = Annotated[int, Meta(ge=1, le=_MOST)] | Annotated[str, Meta(pattern=_LENGTH)]
Time = Annotated[int, Meta(ge=0, le=_MOST)] | Annotated[str, Meta(pattern=_TIME)]
Texts = tuple[Annotated[str, Meta(min_length=1)], ...]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mapping of the file; keys that it does not know are refused."""


class ThinkTime(Part, frozen=True, kw_only=True):
    """How long a user thinks (s): anything between two times, each as likely, or exponentially distributed
    around a mean.
    """

    between: Annotated[
        tuple[Pause, Pause] | None,
        Meta(description="The shortest and the longest time (s).", examples=[[0.5, 2]]),
    ] = None
    exponential: Annotated[
        Annotated[float, Meta(gt=0, le=86_400)] | None, Meta(description="The mean (s).", examples=[1.0])
    ] = None

    def __post_init__(self) -> None:
        if (self.between is None) == (self.exponential is None):
            raise ValueError("give either `between` or `exponential`")
        if self.between and self.between[0] > self.between[1]:
            raise ValueError("the first time of `between` is longer than the second")


Thinking = Pause | ThinkTime


class Ramp(Part, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """A rate that changes evenly over a stage (calls/s)."""

    first: Annotated[Rate, Meta(description="The rate at the beginning of the stage (calls/s).")]
    last: Annotated[Rate, Meta(description="The rate at its end (calls/s).")]


class Stage(Part, frozen=True, kw_only=True):
    """A part of the run: a number of users, or a rate of calls, for a time."""

    users: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)] | None,
        Meta(description="How many users call, each waiting for an answer before the next call."),
    ] = None
    spawn_rate: Annotated[
        Annotated[float, Meta(gt=0, le=_MOST)] | None,
        Meta(description="Users to start or stop per second; all at once by default."),
    ] = None
    rate: Annotated[
        Rate | Ramp | None,
        Meta(description="Calls that are due per second, whether or not the service keeps up: a number, or "
             "{from: 10, to: 100} for one that changes evenly."),
    ] = None  # fmt: skip
    seconds: Annotated[
        Annotated[float, Meta(gt=0, le=_MOST)] | Annotated[str, Meta(pattern=_LENGTH)],
        Meta(description="How long the stage takes, such as 20, 30s or 2m.", examples=[20, "2m"]),
    ]

    def __post_init__(self) -> None:
        if (self.users is None) == (self.rate is None):
            raise ValueError("a stage has either `users` or a `rate`")
        if self.rate is not None and self.spawn_rate is not None:
            raise ValueError("`spawn_rate` is for stages of `users`; a `rate` has as many as it needs")
        if isinstance(self.seconds, str):
            msgspec.structs.force_setattr(self, "seconds", float(seconds(self.seconds)))

    @property
    def length_s(self) -> float:
        """How long the stage takes (s)."""
        return float(self.seconds)


class Scenario(Part, frozen=True, kw_only=True):
    """What a run does. What the command line says wins over this file; what can be given more than once
    (include, exclude, objectives and headers) adds up.

    Larger than usual: it has one field per key of the file.
    """

    name: Annotated[
        str, Meta(description="What reports call it; the name of the file by default.", examples=["evening"])
    ] = ""
    description: Annotated[
        str, Meta(description="What it is for, for people.", examples=["A busy evening."])
    ] = ""
    weights: Annotated[
        dict[str, Weight],
        Meta(
            description="How often operations are called, in proportion to each other. A key is a kind "
            "(read, list, create, replace, delete, other), a method, a tag, a path, an operationId or "
            "'METHOD /path'; * matches anything. An operation's own weight is its own; any other is shared "
            "equally by the operations that no more specific key names. 0 is never called.",
            examples=[{"read": 40, "list": 20, "create": 5}],
        ),
    ] = msgspec.field(default_factory=dict)
    wait: Annotated[
        Thinking,
        Meta(
            description="How long a user thinks, from an answer to the next call (s): a number, {between: "
            "[0.5, 2]} or {exponential: 1.0}, which is the mean.",
            examples=[0.5, {"between": [0.5, 2]}, {"exponential": 1.0}],
        ),
    ] = 0.0
    wait_after: Annotated[
        dict[str, Thinking],
        Meta(
            description="How long a user thinks after some operations, instead of `wait`; the keys are those "
            "of weights.",
            examples=[{"create": 2, "read": {"exponential": 0.5}}],
        ),
    ] = msgspec.field(default_factory=dict)
    stages: Annotated[
        tuple[Stage, ...],
        Meta(
            description="What the run does one after another: stages of users, or stages of rates; they "
            "include the warm-up.",
            examples=[[{"rate": {"from": 10, "to": 100}, "seconds": "1m"}, {"rate": 100, "seconds": "2m"}]],
        ),
    ] = ()
    users: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)] | None,
        Meta(description="Number of concurrent users, where there are no stages and no rate.", examples=[20]),
    ] = None
    spawn_rate: Annotated[
        Annotated[float, Meta(gt=0, le=_MOST)] | None,
        Meta(description="Users to start per second.", examples=[5]),
    ] = None
    run_time: Annotated[
        Length | None, Meta(description="How long to run after the warm-up.", examples=["5m"])
    ] = None
    rate: Annotated[
        Annotated[float, Meta(gt=0, le=_MOST)] | None,
        Meta(description="Calls that are due per second, as with --rate.", examples=[100]),
    ] = None
    arrivals: Annotated[
        Literal["constant", "poisson"] | None,
        Meta(description="How the calls of a rate are spread.", examples=["poisson"]),
    ] = None
    warm_up: Annotated[
        Time | None, Meta(description="How much of the start to leave out of the figures.", examples=["10s"])
    ] = None
    timeout: Annotated[Length | None, Meta(description="How long a call may take.", examples=["90s"])] = None
    consistency: Annotated[
        Time | None,
        Meta(description="How long the service may take to show what it has acknowledged.", examples=["5s"]),
    ] = None
    include: Annotated[
        Texts,
        Meta(description="Call only these operations, as with --include.", examples=[["GET *", "POST *"]]),
    ] = ()
    exclude: Annotated[Texts, Meta(description="Do not call these operations.", examples=[["DELETE *"]])] = ()
    read_only: Annotated[
        bool, Meta(description="Call no operation that changes anything.", examples=[True])
    ] = False
    objectives: Annotated[
        Texts,
        Meta(description="What the service must achieve, as with --objective.", examples=[["p95 < 50ms"]]),
    ] = ()
    values: Annotated[
        dict[str, dict[str, Any]],
        Meta(
            description="Values of parameters and properties, by the operations that have them (the keys are "
            "those of weights) and the place in their calls: 'body /customer/id' (a JSON pointer), 'query "
            "limit', 'header X-Tenant', 'cookie lang' or 'path id'. A value is fixed, or {from: users.csv, "
            "column: id}: a column of a CSV file with a line of names, or of a JSON list of objects, beside "
            "this file. Each call takes the next row.",
            examples=[{"create_order": {"body /customer": {"from": "users.csv", "column": "id"}}}],
        ),
    ] = msgspec.field(default_factory=dict)
    headers: Annotated[
        dict[str, str],
        Meta(
            description="Header fields to send with every call. ${NAME} in a value is taken from the "
            "environment. The values are never shown.",
            examples=[{"X-Tenant": "${TENANT}"}],
        ),
    ] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = {stage.users is None for stage in self.stages}
        if len(kinds) > 1:
            raise ValueError("stages of `users` and of `rate` cannot be mixed in one scenario")
        alone = [key for key in _ALONE if getattr(self, key) is not None]
        if self.stages and alone:
            raise ValueError(
                f"`{alone[0]}` and `stages` exclude each other: stages say how much for how long"
            )
        if self.stages and not any(stage.users or stage.rate for stage in self.stages):
            raise ValueError("no stage has a `rate` above 0, so there is nothing to do")
        if self.rate is not None and (self.users is not None or self.spawn_rate is not None):
            raise ValueError("`users` and `rate` exclude each other: a rate has as many as it needs")

    def __repr__(self) -> str:
        # Header fields may hold secrets.
        return f"Scenario({self.name!r})"

    @property
    def length_s(self) -> float | None:
        """How long (s) all stages take; None without stages."""
        return sum(stage.length_s for stage in self.stages) or None

    @property
    def has_user_stages(self) -> bool:
        """Whether stages set the number of users."""
        return any(stage.users is not None for stage in self.stages)


_ALONE = ("users", "spawn_rate", "run_time", "rate")
# What `__post_init__` checks, as JSON Schema, by the name of the part.
STRUCTURE: dict[str, JsonObject] = {
    "ThinkTime": {"minProperties": 1, "maxProperties": 1},
    "Stage": {
        "oneOf": [{"required": ["users"]}, {"required": ["rate"], "not": {"required": ["spawn_rate"]}}]
    },
    "Scenario": {
        "allOf": [
            *({"not": {"required": ["stages", key]}} for key in _ALONE),
            {"not": {"required": ["rate", "users"]}},
            {"not": {"required": ["rate", "spawn_rate"]}},
            {
                "properties": {
                    "stages": {
                        "minItems": 1,
                        "anyOf": [{"items": {"required": [kind]}} for kind in ("users", "rate")],
                    }
                }
            },
        ]
    },
}
