"""Which operations a run calls, and on whose data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from load.errors import LoadError
from load.identifiers import words
from openapi.operations import Operation

SAFE = ("get", "head", "options", "trace")
_DESTRUCTIVE = (
    "reset", "shutdown", "purge", "wipe", "truncate", "destroy", "terminate", "kill", "drop", "flush",
    "erase", "clear", "uninstall", "delete", "remove", "prune", "restart", "reboot", "halt", "quit", "exit",
    "logout", "signout", "revoke",
)  # fmt: skip
# Only asking after these does no harm.
_DISABLING = ("maintenance", "offline", "lockdown")


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
        if self.allow_destructive or "{" in operation.path:
            return ""
        reason = destruction(operation)
        return f"{reason} that this run did not create; --allow-destructive includes it" if reason else ""

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


def destruction(operation: Operation) -> str:
    """How an operation destroys data, by its method or its name; empty when it does not seem to."""
    if operation.method == "delete":
        return "deletes data"
    literals = [part for part in operation.path.split("/") if "{" not in part]
    names = [each for text in (operation.operation_id, *literals[-1:]) for each in words(text)]
    telling = _DESTRUCTIVE if operation.method in SAFE else (*_DESTRUCTIVE, *_DISABLING)
    named = next((each for each in names if each in telling), "")
    return f"is named {named!r}, which may destroy data" if named else ""
