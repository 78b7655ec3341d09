"""Traffic profiles: what users do how often, and how many of them there are when."""

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
    """What an operation does, as its method, path and links tell."""

    READ = "read"
    LIST = "list"
    CREATE = "create"
    REPLACE = "replace"
    DELETE = "delete"
    OTHER = "other"


@dataclass(frozen=True)
class Stage:
    """So many users for so long (s), spawned at a rate (users/s)."""

    users: int
    spawn_rate: float
    seconds: float


@dataclass(frozen=True)
class Profile:
    """A mix of traffic: the weight of each kind of operation, shared by its operations; `wait` is
    the time a user thinks between calls (s). With `stages` the profile sets the number of users;
    `objectives` are what it holds a service to.
    """

    name: str
    description: str
    weights: Mapping[Kind, float]
    wait: float
    stages: tuple[Stage, ...]
    objectives: tuple[str, ...] = ()

    @property
    def length_s(self) -> float | None:
        """How long all stages together take (s); None without any."""
        return sum(each.seconds for each in self.stages) or None


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
    """Whether links lead on from an operation, or an array is what it mostly answers."""
    return any(
        each.links or any(schema.holds_array for schema in each.content.values())
        for each in operation.successes
    )


def profile_names() -> list[str]:
    """The profiles that come along."""
    return sorted(each.name.removesuffix(".yaml") for each in _home().iterdir() if each.suffix == ".yaml")


def load_profile(name: str) -> Profile:
    """A profile that comes along, by name, or one from a YAML file, by path.

    Raises LoadError when there is none, or when it is not one.
    """
    own = _home() / f"{name}.yaml"
    path = own if own.exists() else Path(name)
    try:
        stated = yaml.safe_load(path.read_text())
        return Profile(
            name=path.stem,
            description=str(stated.get("description", "")),
            weights={Kind(kind): float(weight) for kind, weight in stated["weights"].items()},
            wait=float(stated.get("wait", 0)),
            stages=tuple(_stage(each) for each in stated.get("stages", ())),
            objectives=tuple(str(each) for each in stated.get("objectives", ())),
        )
    except OSError:
        known = ", ".join(profile_names())
        raise LoadError(f"there is no profile {name!r}; there are {known}, or give the path of one") from None
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise LoadError(f"{path}: not a profile: {reason}") from None


def _home() -> Path:
    return Path(str(files("load.profiles")))


def _stage(stated: Mapping[str, Any]) -> Stage:
    return Stage(
        int(stated["users"]), float(stated.get("spawn_rate", stated["users"])), float(stated["seconds"])
    )
