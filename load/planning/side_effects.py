"""What a call does to data, by the method and the name of its operation."""

from collections.abc import Mapping

from load.planning.names import singular, words
from openapi.contract import Json
from openapi.operations import Operation

SAFE = ("get", "head", "options", "trace")
REPLACING = ("put", "patch", "delete")
_DESTRUCTIVE = (
    "reset", "shutdown", "purge", "wipe", "truncate", "destroy", "terminate", "kill", "drop", "flush",
    "erase", "clear", "uninstall", "delete", "remove", "prune", "restart", "reboot", "halt", "quit", "exit",
    "logout", "signout", "revoke", "deletion", "deletions", "removal", "removals", "erasure", "revocation",
    "revocations", "truncation",
)  # fmt: skip
# These disable a service, unless they are only read.
_DISABLING = ("maintenance", "offline", "lockdown")
# At the end of a path, these may also be what a call creates or changes.
_AMBIGUOUS_ENDS = frozenset({"read", "list", "test", "check", "match", "report", "print", "get", "dry"})
# Names of booleans that make a call only report what it would do.
_DRY_RUN_FLAGS = frozenset(
    {"dry run", "dryrun", "validate only", "check only", "test mode", "preview", "simulate", "simulation",
     "noop", "no op", "what if"}
)  # fmt: skip
# Names of booleans that are true for one entity at a time: setting one resets it for another entity.
_EXCLUSIVE = frozenset({"default", "primary", "latest", "main"})
# Names of booleans that make a call reach beyond what it names, or replace what is there already.
_OVERRIDING = frozenset({
    "all", "everything", "force", "forced", "overwrite", "override", "replace", "replace existing", "cascade",
    "confirm", "confirmed",
})  # fmt: skip
_FLAG_PREFIXES = frozenset({"is", "make", "set", "as", "mark", "use"})
# Names of a POST that only reads.
_READING = frozenset({
    "search", "filter", "query", "find", "lookup", "count", "list", "get", "read", "fetch", "validate",
    "check",
    "verify", "preview", "estimate", "calculate", "compare", "match", "matches", "misses", "suggest",
    "suggestions",
    "autocomplete", "paginate", "history", "stats", "statistics", "aggregate", "explain", "render", "lookups",
    "analyze", "evaluate", "test", "dry", "export", "report", "download", "print", "predict", "prediction",
    "predictions", "infer", "inference", "classify", "classification", "detect", "recognize", "embed",
    "embedding", "embeddings", "rerank", "completion", "completions", "chat", "translate", "translation",
    "transcribe", "transcription", "summarize", "tokenize", "detokenize", "parse",
    "encode", "decode", "hash", "lint", "diff", "score", "recommend", "recommendations", "solve",
    "simulate", "quote", "echo", "ping", "introspect", "browse", "graphql", "similar", "nearest", "batchget",
    "mget", "msearch", "exists", "geocode", "distance",
})  # fmt: skip
# The summary of a POST that only reads begins with one of these, and says nothing more than that.
_SAID_TO_READ = frozenset({
    "find", "search", "query", "retrieve", "list", "lookup", "count", "calculate", "compute", "estimate",
    "validate", "preview", "compare", "suggest",
})  # fmt: skip
_CONJUNCTIONS = frozenset({"and", "or", "then"})
# Creating an entity of such a name changes the entity that it refers to, as a cancellation changes a booking.
_ACTIONS = frozenset({
    "cancellation", "refund", "transfer", "payment", "charge", "capture", "reversal", "chargeback",
    "withdrawal", "deposit", "debit", "payout", "settlement", "redemption", "ban", "block", "suspension",
    "deactivation", "termination", "closure", "archival", "lock", "merge", "merger", "move", "return",
    "approval", "rejection", "transition", "reset", "rollback", "restoration", "promotion", "demotion",
    "assignment", "reassignment", "unassignment", "expulsion", "eviction", "replacement", "adjustment",
    "correction", "conversion", "migration", "rotation", "disposal", "recall", "void",
    "cancelation", "renewal", "upgrade", "downgrade", "takeover", "handover", "freeze", "checkout",
    "unsubscription", "invalidation", "dissolution",
})  # fmt: skip
# Names of a call that makes earlier changes visible.
_PUBLISHING = frozenset({"publish", "release", "deploy", "promote", "commit", "approve", "apply"})


def publishes(operation: Operation) -> bool:
    """Whether a call makes earlier changes to an entity visible, by its name."""
    return operation.method in ("post", "put") and bool(_PUBLISHING & {*action_words(operation)})


def acts_on_reference(operation: Operation) -> bool:
    """Whether what a call creates changes an entity that it refers to, by its name."""
    return bool(_ACTIONS & {singular(word) for word in action_words(operation)})


def only_reads(operation: Operation) -> bool:
    """Whether a POST only reads, by its name or its summary, as a search does."""
    if operation.method != "post" or "201" in operation.responses:
        return False
    segments = _literal_segments(operation)
    last = words(segments[-1]) if segments else []
    first = {*words(operation.operation_id)[:1], *last[:1]}
    if _READING & first or _READING - _AMBIGUOUS_ENDS & {*last[-1:]}:
        return True
    said = words(operation.summary)
    return bool(_SAID_TO_READ & {*said[:1]}) and not _CONJUNCTIONS & {*said}


def destructive_values(name: str, facts: Mapping[str, Json]) -> list[Json]:
    """The values of a property or parameter that ask for a deletion or the like, by its name and its schema's
    keywords: `delete` in an enumeration of actions, true for a boolean of such a name, or true for a boolean
    that another entity loses by it, such as `is_default`, or that reaches beyond it, such as `force`.
    """
    if facts.get("type") in ("boolean", ["boolean", "null"]) and _is_destructive_flag(name):
        return [True]
    return [
        value for value in facts.get("enum", ()) if isinstance(value, str) and _has_destructive_word(value)
    ]


def is_dry_run_flag(name: str) -> bool:
    """Whether a parameter or property of this name makes a call do nothing."""
    return " ".join(words(name)) in _DRY_RUN_FLAGS


def destruction(operation: Operation) -> str:
    """How an operation destroys data, by its method or its name; empty when it does not seem to."""
    if operation.method == "delete":
        return "deletes data"
    segments = [segment for segment in operation.path.split("/") if "{" not in segment]
    texts = (operation.operation_id, *segments[-1:])
    destructive = _DESTRUCTIVE if operation.method in SAFE else (*_DESTRUCTIVE, *_DISABLING)
    named = next(
        (word for text in texts for word in words(text) if {word, singular(word)} & {*destructive}), ""
    )
    return f"is named {named!r}, which may destroy data" if named else ""


def action_words(operation: Operation) -> list[str]:
    """The words that say what a POST does: the first of its id, and those of the last segment of its path."""
    segments = _literal_segments(operation)
    return [*words(operation.operation_id)[:1], *(words(segments[-1]) if segments else ())]


def _is_destructive_flag(name: str) -> bool:
    parts = {*words(name)}
    is_exclusive = bool(_EXCLUSIVE & parts) and parts <= _EXCLUSIVE | _FLAG_PREFIXES
    is_overriding = " ".join(words(name)) in _OVERRIDING
    return _has_destructive_word(name) or is_dry_run_flag(name) or is_exclusive or is_overriding


def _has_destructive_word(text: str) -> bool:
    return any(word in _DESTRUCTIVE for word in words(text))


def _literal_segments(operation: Operation) -> list[str]:
    """The segments of a path that are not parameters."""
    return [segment for segment in operation.path.split("/") if segment and "{" not in segment]
