"""Which operations a run calls, and whether it touches data that it did not create."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from load.options.operation_keys import OperationKeys, matches
from load.planning.side_effects import (
    REPLACING,
    SAFE,
    action_words,
    acts_on_reference,
    destruction,
    only_reads,
)
from openapi.operations import Operation

# Names of a POST that creates something, or logs in.
_HARMLESS = frozenset({
    "create", "add", "new", "register", "signup", "import", "upload", "insert", "submit",
    "login", "signin", "logon", "token", "session", "auth", "authenticate",
})  # fmt: skip
# Names of a POST that changes existing data, or what its body refers to.
_CHANGING = frozenset({
    "update", "edit", "modify", "patch", "replace", "rename", "move", "set", "configure", "assign",
    "unassign",
    "transfer", "merge", "archive", "disable", "deactivate", "suspend", "block", "ban", "lock", "close",
    "cancel", "rotate", "regenerate", "overwrite", "rollback", "restore", "migrate", "sync", "apply",
    "enable", "reorder", "save", "bulk", "batch", "swap", "adjust", "increase", "decrease", "grant",
    "approve", "reject", "expire", "invalidate", "promote", "demote", "reassign", "kick", "mute", "freeze",
})  # fmt: skip


class Role(NamedTuple):
    """What the plan says about an operation.

    It `creates` entities; its path or required references lead to entities that this run creates
    (`is_on_own`), or some of them to entities that it does not create (`is_on_foreign`). Its path is that of
    a single entity without a collection, such as a setting (`is_singleton`), or of an action on everything
    that a shorter path addresses (`is_action`).
    """

    creates: bool
    is_on_own: bool
    is_on_foreign: bool
    is_singleton: bool
    is_action: bool


@dataclass(frozen=True)
class Selection:
    """What to call. `include` and `exclude` match the ids, tags, paths or methods of operations, or method
    and path together; * matches anything. An empty `include` is everything. Without `allow_destructive`,
    nothing is called that may change or delete what the run did not create.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    read_only: bool = False
    allow_destructive: bool = False

    def refusal(self, operation: Operation) -> str:
        """Why an operation is not called, as far as it shows without the plan; empty when it may be."""
        if self.include and not any(matches(pattern, operation) for pattern in self.include):
            return "not among those of --include"
        excluded = next((pattern for pattern in self.exclude if matches(pattern, operation)), None)
        if excluded:
            return f"--exclude {excluded}"
        if self.read_only and operation.method not in SAFE:
            return "--read-only"
        if self.allow_destructive or (operation.method not in SAFE and "{" in operation.path):
            # The plan will say whether the path leads to what the run creates.
            return ""
        return _foreign(destruction(operation))

    def refusal_of_role(self, operation: Operation, role: Role) -> str:
        """Why an operation is not called, given the plan; empty when it may be."""
        if self.allow_destructive:
            return ""
        if role.is_on_foreign and acts_by_name(operation):
            return _foreign("acts on data")
        if operation.method in SAFE or role.is_on_own:
            return ""
        if operation.method in REPLACING:
            change = "deletes data" if operation.method == "delete" else "changes data"
            return "" if role.creates else _foreign(change)
        named = destruction(operation)
        if named or role.creates:
            return _foreign(named)
        if role.is_singleton:
            return _foreign("changes data")
        if role.is_action and not only_reads(operation) and not _HARMLESS & {*action_words(operation)}:
            return _foreign("acts on data")
        verb = _changing_verb(operation)
        return _foreign(f"is named {verb!r}, which changes data" if verb else "")

    def check(self, operations: Sequence[Operation]) -> None:
        """Raises LoadError when a filter matches no operation."""
        keys = OperationKeys(operations)
        keys.check_patterns(self.include, "--include")
        keys.check_patterns(self.exclude, "--exclude")


def acts_by_name(operation: Operation) -> bool:
    """Whether a POST changes what it refers to, by its name."""
    return operation.method == "post" and (acts_on_reference(operation) or bool(_changing_verb(operation)))


def _changing_verb(operation: Operation) -> str:
    return next((word for word in action_words(operation) if word in _CHANGING), "")


def _foreign(reason: str) -> str:
    return f"{reason} that this run did not create; --allow-destructive includes it" if reason else ""
