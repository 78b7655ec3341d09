"""Which operations a run calls, and on whose data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from load.errors import LoadError
from load.planning.side_effects import (
    REPLACING,
    SAFE,
    action_words,
    acts_on_reference,
    destruction,
    only_reads,
)
from openapi.operations import Operation

# What a POST of such a name makes, or lets in.
_HARMLESS = frozenset({
    "create", "add", "new", "register", "signup", "import", "upload", "insert", "submit",
    "login", "signin", "logon", "token", "session", "auth", "authenticate",
})  # fmt: skip
# What a POST of such a name does to what is there, or to what its body speaks of.
_CHANGING = frozenset({
    "update", "edit", "modify", "patch", "replace", "rename", "move", "set", "configure", "assign",
    "unassign",
    "transfer", "merge", "archive", "disable", "deactivate", "suspend", "block", "ban", "lock", "close",
    "cancel", "rotate", "regenerate", "overwrite", "rollback", "restore", "migrate", "sync", "apply",
    "enable", "reorder", "save", "bulk", "batch", "swap", "adjust", "increase", "decrease", "grant",
    "approve", "reject", "expire", "invalidate", "promote", "demote", "reassign", "kick", "mute", "freeze",
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
        self,
        operation: Operation,
        makes: bool,
        owns: bool,
        is_single: bool,
        is_action: bool,
        refers: bool = False,
    ) -> str:
        """Why an operation is not to be called, by what the plan knows: whether it makes things, whether its
        path leads to things that this run makes, and whether its path is that of a single thing, as a
        setting is, or of an action on all that a shorter path leads to; whether it `refers` to things that
        this run does not make. Empty when it may be called.
        """
        if refers and not self.allow_destructive and _acts_by_name(operation):
            return _foreign("acts on data")
        if self.allow_destructive or operation.method in SAFE or owns:
            return ""
        if operation.method in REPLACING:
            return (
                "" if makes else _foreign("deletes data" if operation.method == "delete" else "changes data")
            )
        named = destruction(operation)
        if named or makes:
            return _foreign(named)
        if is_single:
            return _foreign("changes data")
        if is_action and not only_reads(operation) and not _HARMLESS & {*action_words(operation)}:
            return _foreign("acts on data")
        verb = _changing_verb(operation)
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


def _changing_verb(operation: Operation) -> str:
    return next((each for each in action_words(operation) if each in _CHANGING), "")


def _acts_by_name(operation: Operation) -> bool:
    """Whether a POST does something to what it refers to, by its name."""
    return operation.method == "post" and (acts_on_reference(operation) or bool(_changing_verb(operation)))


def _foreign(reason: str) -> str:
    return f"{reason} that this run did not create; --allow-destructive includes it" if reason else ""
