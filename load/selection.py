"""Which operations a run calls, and on whose data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from load.errors import LoadError
from load.identifiers import words
from openapi.contract import Json
from openapi.operations import Operation

SAFE = ("get", "head", "options", "trace")
_REPLACING = ("put", "patch", "delete")
_DESTRUCTIVE = (
    "reset", "shutdown", "purge", "wipe", "truncate", "destroy", "terminate", "kill", "drop", "flush",
    "erase", "clear", "uninstall", "delete", "remove", "prune", "restart", "reboot", "halt", "quit", "exit",
    "logout", "signout", "revoke", "deletion", "deletions", "removal", "removals", "erasure", "revocation",
    "revocations", "truncation",
)  # fmt: skip
# What a POST of such a name makes, or lets in.
_HARMLESS = frozenset({
    "create", "add", "new", "register", "signup", "import", "upload", "insert", "submit",
    "login", "signin", "logon", "token", "session", "auth", "authenticate",
})  # fmt: skip
# Only asking after these does no harm.
_DISABLING = ("maintenance", "offline", "lockdown")
# What a POST of such a name does to what is there, or to what its body speaks of.
_CHANGING = frozenset({
    "update", "edit", "modify", "patch", "replace", "rename", "move", "set", "configure", "assign",
    "unassign",
    "transfer", "merge", "archive", "disable", "deactivate", "suspend", "block", "ban", "lock", "close",
    "cancel", "rotate", "regenerate", "overwrite", "rollback", "restore", "migrate", "sync",
})  # fmt: skip
# The same at the end of a name may be what something is made to be.
_ELSE_TOO = frozenset({"read", "list", "test", "check", "match", "report", "print", "get", "dry"})
# Flags by which a call does nothing but say what it would do.
_PRETENDING = frozenset(
    {"dry run", "dryrun", "validate only", "check only", "test mode", "preview", "simulate", "simulation",
     "noop", "no op", "what if"}
)  # fmt: skip
# What a POST of such a name asks for; it makes and changes nothing.
_LOOKING = frozenset({
    "search", "filter", "query", "find", "lookup", "count", "list", "get", "read", "fetch", "validate",
    "check",
    "verify", "preview", "estimate", "calculate", "compare", "match", "matches", "misses", "suggest",
    "suggestions",
    "autocomplete", "paginate", "history", "stats", "statistics", "aggregate", "explain", "render", "lookups",
    "analyze", "evaluate", "test", "dry", "export", "report", "download", "print",
})  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """What to call: `include` and `exclude` match ids of operations, tags, paths, methods, or method and
    path together; * stands for anything. Nothing in `include` is everything.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    read_only: bool = False
    allow_destructive: bool = False

    def refusal(self, operation: Operation) -> str:
        """Why an operation is not to be called; empty when it may be."""
        if self.include and not any(matches(each, operation) for each in self.include):
            return "not among those of --include"
        excluded = next((each for each in self.exclude if matches(each, operation)), None)
        if excluded:
            return f"--exclude {excluded}"
        if self.read_only and operation.method not in SAFE:
            return "--read-only"
        if self.allow_destructive or (operation.method not in SAFE and "{" in operation.path):
            # Whether what its path leads to is of this run, the plan tells.
            return ""
        return _foreign(destruction(operation))

    def refusal_of_plan(
        self, operation: Operation, makes: bool, owns: bool, is_single: bool, is_action: bool
    ) -> str:
        """Why an operation is not to be called, by what the plan knows: whether it makes things, whether its
        path leads to things that this run makes, and whether its path is that of a single thing, as a
        setting is, or of an action on all that a shorter path leads to. Empty when it may be called.
        """
        if self.allow_destructive or operation.method in SAFE or owns:
            return ""
        if operation.method in _REPLACING:
            return (
                "" if makes else _foreign("deletes data" if operation.method == "delete" else "changes data")
            )
        named = destruction(operation)
        if named or makes:
            return _foreign(named)
        if is_single:
            return _foreign("changes data")
        if is_action and not looks_only(operation) and not _HARMLESS & {*_verbs(operation)}:
            return _foreign("acts on data")
        verb = next((each for each in _verbs(operation) if each in _CHANGING), "")
        return _foreign(f"is named {verb!r}, which changes data" if verb else "")

    def check(self, operations: Sequence[Operation]) -> None:
        """Raises LoadError when a filter matches nothing, which is a slip of the pen."""
        for option, wanted in (("--include", self.include), ("--exclude", self.exclude)):
            for each in wanted:
                if not any(matches(each, operation) for operation in operations):
                    known = "no operation has this id, tag, path or method"
                    raise LoadError(f"{option} {each}: {known}; --show-plan lists them")


def matches(wanted: str, operation: Operation) -> bool:
    """Whether an operation is meant; methods in any case, everything else exactly or with *."""
    names = (operation.operation_id, operation.path, operation.label, *operation.tags)
    pattern = re.sub(r"([\[\]])", r"[\1]", wanted)
    return wanted.lower() == operation.method or any(fnmatchcase(each, pattern) for each in names)


def looks_only(operation: Operation) -> bool:
    """Whether a POST only asks for something, by its name, as a search does."""
    if operation.method != "post" or "201" in operation.responses:
        return False
    literals = [part for part in operation.path.split("/") if part and "{" not in part]
    last = words(literals[-1]) if literals else []
    first = {*words(operation.operation_id)[:1], *last[:1]}
    return bool(_LOOKING & first) or bool(_LOOKING - _ELSE_TOO & {*last[-1:]})


def destructive_values(name: str, facts: Mapping[str, Json]) -> list[Json]:
    """The values of a property or parameter that ask for a deletion or the like: `delete` among the values
    of an action, true for a flag called so. `facts` are the keywords of its schema.
    """
    found = [
        each
        for each in facts.get("enum", ())
        if isinstance(each, str) and any(word in _DESTRUCTIVE for word in words(each))
    ]
    is_flag = facts.get("type") in ("boolean", ["boolean", "null"])
    bars = any(word in _DESTRUCTIVE for word in words(name)) or pretends(name)
    return [True] if is_flag and bars else found


def pretends(name: str) -> bool:
    """Whether a parameter or property of this name asks for nothing to be done."""
    return " ".join(words(name)) in _PRETENDING


def _foreign(reason: str) -> str:
    return f"{reason} that this run did not create; --allow-destructive includes it" if reason else ""


def _verbs(operation: Operation) -> list[str]:
    """The words that say what a POST does: the first of its id, and those that its path ends with."""
    literals = [part for part in operation.path.split("/") if part and "{" not in part]
    return [*words(operation.operation_id)[:1], *(words(literals[-1]) if literals else ())]


def destruction(operation: Operation) -> str:
    """How an operation destroys data, by its method or its name; empty when it does not seem to."""
    if operation.method == "delete":
        return "deletes data"
    literals = [part for part in operation.path.split("/") if "{" not in part]
    names = [each for text in (operation.operation_id, *literals[-1:]) for each in words(text)]
    telling = _DESTRUCTIVE if operation.method in SAFE else (*_DESTRUCTIVE, *_DISABLING)
    named = next((each for each in names if each in telling), "")
    return f"is named {named!r}, which may destroy data" if named else ""
