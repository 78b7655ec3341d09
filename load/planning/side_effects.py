"""What a call of an operation does to data, as far as its method and names tell."""

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
# Only asking after these does no harm.
_DISABLING = ("maintenance", "offline", "lockdown")
# The same at the end of a name may be what something is made to be.
_ELSE_TOO = frozenset({"read", "list", "test", "check", "match", "report", "print", "get", "dry"})
# Flags by which a call does nothing but say what it would do.
_PRETENDING = frozenset(
    {"dry run", "dryrun", "validate only", "check only", "test mode", "preview", "simulate", "simulation",
     "noop", "no op", "what if"}
)  # fmt: skip
# Flags that one thing has at a time: who gets it takes it from another.
_EXCLUSIVE = frozenset({"default", "primary", "latest", "main"})
_SETTING = frozenset({"is", "make", "set", "as", "mark", "use"})
# What a POST of such a name asks for; it makes and changes nothing.
_LOOKING = frozenset({
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


# What makes a thing of such a name does something to what it refers to, as a cancellation does to a booking.
_ACTING = frozenset({
    "cancellation", "refund", "transfer", "payment", "charge", "capture", "reversal", "chargeback",
    "withdrawal", "deposit", "debit", "payout", "settlement", "redemption", "ban", "block", "suspension",
    "deactivation", "termination", "closure", "archival", "lock", "merge", "merger", "move", "return",
    "approval", "rejection", "transition", "reset", "rollback", "restoration", "promotion", "demotion",
    "assignment", "reassignment", "unassignment", "expulsion", "eviction", "replacement", "adjustment",
    "correction", "conversion", "migration", "rotation", "disposal", "recall", "void",
    "cancelation", "renewal", "upgrade", "downgrade", "takeover", "handover", "freeze", "checkout",
    "unsubscription", "invalidation", "dissolution",
})  # fmt: skip
# What a call of such a name makes of a change that was only kept until then.
_PUBLISHING = frozenset({"publish", "release", "deploy", "promote", "commit", "approve", "apply"})


def publishes(operation: Operation) -> bool:
    """Whether a call makes earlier changes to a thing show, by its name."""
    return operation.method in ("post", "put") and bool(_PUBLISHING & {*verbs(operation)})


def acts(operation: Operation) -> bool:
    """Whether what a call makes does something to what it refers to, by its name."""
    return bool(_ACTING & {singular(each) for each in verbs(operation)})


def only_reads(operation: Operation) -> bool:
    """Whether a POST only asks for something, by its name, as a search does."""
    if operation.method != "post" or "201" in operation.responses:
        return False
    literals = [part for part in operation.path.split("/") if part and "{" not in part]
    last = words(literals[-1]) if literals else []
    first = {*words(operation.operation_id)[:1], *last[:1]}
    return bool(_LOOKING & first) or bool(_LOOKING - _ELSE_TOO & {*last[-1:]})


def destructive_values(name: str, facts: Mapping[str, Json]) -> list[Json]:
    """The values of a property or parameter that ask for a deletion or the like: `delete` among the values
    of an action, true for a flag called so, or for one that another thing loses by it, such as `is_default`.
    `facts` are the keywords of its schema.
    """
    found = [
        each
        for each in facts.get("enum", ())
        if isinstance(each, str) and any(word in _DESTRUCTIVE for word in words(each))
    ]
    is_flag = facts.get("type") in ("boolean", ["boolean", "null"])
    is_exclusive = bool(_EXCLUSIVE & {*words(name)}) and {*words(name)} <= _EXCLUSIVE | _SETTING
    bars = any(word in _DESTRUCTIVE for word in words(name)) or is_dry_run_flag(name) or is_exclusive
    return [True] if is_flag and bars else found


def is_dry_run_flag(name: str) -> bool:
    """Whether a parameter or property of this name asks for nothing to be done."""
    return " ".join(words(name)) in _PRETENDING


def destruction(operation: Operation) -> str:
    """How an operation destroys data, by its method or its name; empty when it does not seem to."""
    if operation.method == "delete":
        return "deletes data"
    literals = [part for part in operation.path.split("/") if "{" not in part]
    names = [each for text in (operation.operation_id, *literals[-1:]) for each in words(text)]
    telling = _DESTRUCTIVE if operation.method in SAFE else (*_DESTRUCTIVE, *_DISABLING)
    named = next((each for each in names if each in telling), "")
    return f"is named {named!r}, which may destroy data" if named else ""


def verbs(operation: Operation) -> list[str]:
    """The words that say what a POST does: the first of its id, and those that its path ends with."""
    literals = [part for part in operation.path.split("/") if part and "{" not in part]
    return [*words(operation.operation_id)[:1], *(words(literals[-1]) if literals else ())]
