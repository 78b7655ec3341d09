"""The options of a run, the same for every command that takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from load.errors import LoadError
from load.measurements.workload import Workload
from load.options.credentials import Credentials, credentials
from load.options.scenario import Scenario
from load.options.scenario_options import rate_stages, with_scenario
from load.options.selection import Selection
from load.options.tls import SYSTEM_TLS, Tls, read_tls
from load.options.values import Values, read_values
from load.options.workload import ANSWER_TIMEOUT_S, seconds, workload
from openapi.security import SecurityScheme

# How long (s) replicas and caches may show an old state before it counts as a loss.
CONSISTENCY_S = 5


@dataclass(frozen=True)
class Options:
    """What the user of the command wants.

    Larger than usual: it has one field for each option, or group of options that belong together.

    `seed` is what generated values follow; None for other values in each run. `consistency` is how long (s)
    the service may show an old state before it counts as a loss, `timeout` how long (s) a call may take as a
    whole. `hooks` is the path of a file of Python with checks and changes of the user's own, `values` are
    those that the scenario gives to parameters and properties. `overlays` are the paths of what was applied
    to the document.
    """

    scenario: Scenario
    selection: Selection = field(default_factory=Selection)
    credentials: Credentials = field(default_factory=Credentials)
    workload: Workload = field(default_factory=Workload)
    objectives: tuple[str, ...] = ()
    consistency: int = CONSISTENCY_S
    database_url: str = field(default="", repr=False)
    timeout: float = ANSWER_TIMEOUT_S
    fail_fast: bool = False
    label: str = ""
    commit: str = ""
    seed: int | None = None
    hooks: str = ""
    values: Values = field(default_factory=Values)
    overlays: tuple[str, ...] = ()
    tls: Tls = SYSTEM_TLS

    def seed_of(self, number: int) -> int | None:
        """The seed of one of several processes, whose numbers begin with 0."""
        if self.seed is None or number == 0:
            return self.seed
        return Random(f"{self.seed}, process {number}").getrandbits(64)


@dataclass(frozen=True)
class Option:
    """An option of the command line. A secret can also be given in the environment, in `variable`."""

    name: str
    help: str
    is_flag: bool = False
    multiple: bool = False
    variable: str | None = None

    @property
    def key(self) -> str:
        """The name of its value among the given ones."""
        return self.name.removeprefix("--").replace("-", "_")


SHOW_PLAN = (
    "Print which operations are called and where their values come from, and which are not called and why; "
    "then exit."
)
OPTIONS = (
    Option("--include", "Call only operations with this id, tag, path, method or 'METHOD /path'; * matches "
           "anything. May be given more than once.", multiple=True),
    Option("--exclude", "Do not call operations with this id, tag, path or method. May be given more than "
           "once.", multiple=True),
    Option("--read-only", "Call no operation that changes anything.", is_flag=True),
    Option("--allow-destructive", "Also change and delete what this run did not create.", is_flag=True),
    Option("--header", "Send this header field with every call: 'Name: value'. May be given more than once.",
           multiple=True, variable="CONTRACT_HEADER"),
    Option("--bearer", "Token for security schemes with bearer tokens, OAuth 2.0 or OpenID Connect.",
           variable="CONTRACT_BEARER"),
    Option("--api-key", "API key, or scheme=key if the document has several. May be given more than once.",
           multiple=True, variable="CONTRACT_API_KEY"),
    Option("--rate", "Open workload: this many calls per second are due by the clock, whether or not the "
           "service keeps up, over as many connections as are needed. Without it, each user waits for an "
           "answer before the next call."),
    Option("--arrivals", "How the calls of --rate are spread: constant or poisson.  [default: constant]"),
    Option("--warm-up", "How much of the start to leave out of the figures, such as 10s."),
    Option("--timeout", "How long a call may take, from connecting to the end of its answer, such as 90s.  "
           f"[default: {ANSWER_TIMEOUT_S:.0f}s]"),
    Option("--objective", "What the service must achieve: 'get_student p95 < 50ms', 'error rate < 0.1%', "
           "'rate > 500/s', 'late < 1s'. May be given more than once.", multiple=True),
    Option("--consistency", "How long the service may take to show what it has acknowledged, such as 5s; "
           "what shows within that time is late, not lost.  [default: 5s]"),
    Option("--fail-fast", "End the run at the first fault that makes it FAILED whatever follows.",
           is_flag=True),
    Option("--database-url", "PostgreSQL of the service, as postgresql://user:password@host:5432/name, to "
           "observe it during the load.", variable="CONTRACT_DATABASE_URL"),
    Option("--label", "What to call this run in its report and its results, such as 'after the index'."),
    Option("--commit", "The revision of the service under load, for the report and the results."),
    Option("--cacert", "PEM file with authorities to trust, beside those of the system."),
    Option("--cert", "PEM file with a certificate of your own, for services that ask for one."),
    Option("--key", "PEM file with the key of --cert, if it is not in the same one."),
    Option("--insecure", "Trust every certificate.", is_flag=True),
    Option("--overlay", "OpenAPI overlay to apply to the document first: links, examples or objectives, for "
           "a document that is not yours. May be given more than once.", multiple=True),
    Option("--allow-remote-refs", "Read what the document refers to at other hosts, too.", is_flag=True),
    Option("--seed", "A whole number: generated values are the same in each run with it, but for those that "
           "have to be unique: UUIDs, and tokens in names and addresses."),
    Option("--hooks", "Python file with checks of your own, changes to requests, reactions to answers and "
           "values, for what a document cannot say."),
    Option("--basic", "user:password for basic authentication.", variable="CONTRACT_BASIC"),
)  # fmt: skip


def read_options(
    scenario: Scenario, given: Mapping[str, Any], schemes: Mapping[str, SecurityScheme], warm_up: int = 0
) -> Options:
    """The options of the given values and of a scenario, by default with this warm-up (s).

    Raises LoadError on an invalid value.
    """
    given = with_scenario(given, scenario)
    return Options(
        scenario,
        Selection(
            include=tuple(given.get("include") or ()),
            exclude=tuple(given.get("exclude") or ()),
            read_only=bool(given.get("read_only")),
            allow_destructive=bool(given.get("allow_destructive")),
        ),
        credentials(
            tuple(given.get("header") or ()),
            given.get("bearer") or "",
            tuple(given.get("api_key") or ()),
            given.get("basic") or "",
            schemes,
        ),
        workload(given, warm_up, rate_stages(scenario)),
        tuple(given.get("objective") or ()),
        _consistency(given.get("consistency")),
        given.get("database_url") or "",
        seconds(given["timeout"], of="--timeout ") if given.get("timeout") else ANSWER_TIMEOUT_S,
        bool(given.get("fail_fast")),
        given.get("label") or "",
        given.get("commit") or "",
        _seed(given.get("seed")),
        given.get("hooks") or "",
        read_values(f"scenario {scenario.name}", scenario.values),
        tuple(given.get("overlay") or ()),
        _tls(given),
    )


def _tls(given: Mapping[str, Any]) -> Tls:
    cacert, cert, key = (given.get(name) or "" for name in ("cacert", "cert", "key"))
    return read_tls(cacert, cert, key, bool(given.get("insecure")))


def _seed(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal():
        raise LoadError(f"--seed takes a whole number, such as 7, not {text!r}")
    return int(text)


def _consistency(text: str | None) -> int:
    return CONSISTENCY_S if text is None else seconds(text, at_least=0, of="--consistency ")
