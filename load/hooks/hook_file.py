"""Reads the file of hooks that --hooks names."""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import ModuleType

from load.errors import LoadError
from load.hooks.marks import MARK, UNFINISHED, Kind, Mark, Source
from load.options.operation_keys import matches
from openapi.near_words import did_you_mean
from openapi.operations import Operation

_PARAMETERS = {Kind.CHANGE: 1, Kind.CHECK: 2, Kind.REACT: 2, Kind.REALISM: 1}
_EXAMPLE = "mark functions with @check(), @change(), @react() or @realism(...) of load.hooks"


@dataclass(frozen=True)
class Hook:
    """A function of a user, with its mark. `place` is its name with file and line."""

    function: Callable[..., object]
    mark: Mark
    place: str

    def is_for(self, operation: Operation) -> bool:
        """Whether it is for an operation."""
        return not self.mark.names or any(matches(name, operation) for name in self.mark.names)


@dataclass(frozen=True)
class Hooks:
    """All hooks of a file, in its order. `realism` makes texts, by the name of the property."""

    changes: tuple[Hook, ...] = ()
    checks: tuple[Hook, ...] = ()
    reactions: tuple[Hook, ...] = ()
    realism: Mapping[str, Source] = field(default_factory=dict)

    @property
    def see_calls(self) -> bool:
        """Whether any hook is for calls."""
        return bool(self.changes or self.checks or self.reactions)


def read_hooks(path: str, operations: Iterable[Operation]) -> Hooks:
    """Read a file of hooks for these operations. Raises LoadError in one line if it cannot be used."""
    module = _module(Path(path))
    found = [*_marked(module, path)]
    if not found:
        raise LoadError(f"--hooks {path}: it has no hooks: {_EXAMPLE}")
    known = [*operations]
    for hook in found:
        _check(hook, known)
    return Hooks(
        changes=_of(found, Kind.CHANGE),
        checks=_of(found, Kind.CHECK),
        reactions=_of(found, Kind.REACT),
        realism={name: _guarded(hook) for hook in _of(found, Kind.REALISM) for name in hook.mark.names},
    )


def raised(hook: Hook, error: BaseException) -> str:
    """What a hook has raised, and where, in one line."""
    *_, last = traceback.extract_tb(error.__traceback__)
    reason = " ".join(str(error).split())
    return f"{hook.place} raised {type(error).__name__}: {reason} ({Path(last.filename).name}:{last.lineno})"


def _module(path: Path) -> ModuleType:
    """Run a file, as an import would. Its own folder is where it imports from."""
    if not path.is_file():
        raise LoadError(f"--hooks {path}: there is no such file")
    spec = importlib.util.spec_from_file_location(f"contract_load_hooks_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise LoadError(f"--hooks {path}: it is not a Python file: its name has to end in .py")
    module = importlib.util.module_from_spec(spec)
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise LoadError(f"--hooks {path}:{error.lineno}: {error.msg}") from None
    except Exception as error:
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
        ]
        reason = " ".join(str(error).split())
        raise LoadError(
            f"--hooks {path}:{lines[-1] if lines else 1}: {type(error).__name__}: {reason}"
        ) from None
    return module


def _marked(module: ModuleType, path: str) -> Iterator[Hook]:
    for name, value in vars(module).items():
        if getattr(value, UNFINISHED, False):
            raise LoadError(f"--hooks {path}: {name}: a mark needs parentheses, such as @check()")
        mark = getattr(value, MARK, None)
        if callable(value) and isinstance(mark, Mark):
            code = getattr(value, "__code__", None)
            line = f":{code.co_firstlineno}" if code else ""
            yield Hook(value, mark, f"hook {name} ({Path(path).name}{line})")


def _of(hooks: Iterable[Hook], kind: Kind) -> tuple[Hook, ...]:
    return tuple(hook for hook in hooks if hook.mark.kind is kind)


def _check(hook: Hook, operations: list[Operation]) -> None:
    """Raises LoadError if a hook can never be called as it is."""
    kind, count = hook.mark.kind, _PARAMETERS[hook.mark.kind]
    try:
        inspect.signature(hook.function).bind(*range(count))
    except TypeError:
        wanted = {1: "(random)" if kind is Kind.REALISM else "(request)", 2: "(request, answer)"}[count]
        raise LoadError(f"--hooks: {hook.place} has to take {wanted}, as @{kind} calls it so") from None
    if inspect.iscoroutinefunction(hook.function):
        raise LoadError(f"--hooks: {hook.place} is async; a hook is an ordinary function")
    if kind is Kind.REALISM:
        if not hook.mark.names:
            raise LoadError(f"--hooks: {hook.place}: @realism needs the name of a property")
        return
    for name in hook.mark.names:
        if not any(matches(name, operation) for operation in operations):
            ids = (known for operation in operations for known in (operation.operation_id, operation.label))
            near = did_you_mean(name, ids) or "; --show-plan lists them"
            missing = "no operation has this id, tag, path or method"
            raise LoadError(f"--hooks: {hook.place}: @{kind}({name!r}): {missing}{near}")


def _guarded(hook: Hook) -> Source:
    """The function of a hook that makes texts, whose failures are said in one line."""

    def make(random: Random) -> str:
        try:
            text = hook.function(random)
        except Exception as error:
            raise LoadError(f"--hooks: {raised(hook, error)}") from None
        if not isinstance(text, str):
            raise LoadError(f"--hooks: {hook.place} returned {text!r}, which is not a text")
        return text

    return make
