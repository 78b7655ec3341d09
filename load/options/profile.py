"""Traffic profiles: how often each kind of operation is called, and how many users there are when."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from load.errors import LoadError
from openapi.operations import Operation

DEFAULT_PROFILE = "mixed"


class Kind(StrEnum):
    """What an operation does, by its method, path and links."""

    READ = "read"
    LIST = "list"
    CREATE = "create"
    REPLACE = "replace"
    DELETE = "delete"
    OTHER = "other"


@dataclass(frozen=True)
class Stage:
    """A number of users for a time (s), who start at a rate (users/s)."""

    users: int
    spawn_rate: float
    seconds: float


@dataclass(frozen=True)
class Profile:
    """A mix of traffic. The operations of a kind share its weight; `wait` is how long (s) a user waits
    between calls. With `stages`, the profile sets the number of users. `objectives` are what the service must
    achieve.
    """

    name: str
    description: str
    weights: Mapping[Kind, float]
    wait: float
    stages: tuple[Stage, ...]
    objectives: tuple[str, ...] = ()

    @property
    def length_s(self) -> float | None:
        """How long (s) all stages take; None without stages."""
        return sum(stage.seconds for stage in self.stages) or None


def kind_of(operation: Operation) -> Kind:
    """The kind of an operation."""
    match operation.method:
        case "get" | "head" if operation.path.rstrip("/").endswith("}"):
            return Kind.READ
        case "get" | "head" if lists(operation):
            return Kind.LIST
        case "get" | "head" if "{" in operation.path:
            return Kind.READ
        case "post":
            return Kind.CREATE
        case "put" | "patch":
            return Kind.REPLACE
        case "delete":
            return Kind.DELETE
    return Kind.OTHER


def lists(operation: Operation) -> bool:
    """Whether an operation lists entities: its answers are arrays, or have links to follow."""
    return any(
        response.links or any(schema.holds_array for schema in response.content.values())
        for response in operation.successes
    )


def profile_names() -> list[str]:
    """The names of the included profiles."""
    return sorted(file.stem for file in _folder().iterdir() if file.suffix == ".yaml")


def load_profile(name: str) -> Profile:
    """Read an included profile by its name, or a YAML file by its path.

    Raises LoadError when there is no such profile, or when it is invalid.
    """
    included = _folder() / f"{name}.yaml"
    path = included if included.exists() else Path(name)
    try:
        content = yaml.safe_load(path.read_text())
        return Profile(
            name=path.stem,
            description=str(content.get("description", "")),
            weights={Kind(kind): float(weight) for kind, weight in content["weights"].items()},
            wait=float(content.get("wait", 0)),
            stages=tuple(_stage(stage) for stage in content.get("stages", ())),
            objectives=tuple(str(objective) for objective in content.get("objectives", ())),
        )
    except OSError:
        names = ", ".join(profile_names())
        raise LoadError(f"there is no profile {name!r}; give one of {names}, or the path of a file") from None
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise LoadError(f"{path}: not a profile: {reason}") from None


def _folder() -> Path:
    return Path(str(files("load.profiles")))


def _stage(content: Mapping[str, Any]) -> Stage:
    return Stage(
        int(content["users"]), float(content.get("spawn_rate", content["users"])), float(content["seconds"])
    )
