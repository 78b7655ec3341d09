"""The settings of the service."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs

from openapi.contract import students_document
from students_service.errors import ServiceError

PREFIX = "STUDENTS_"
LOG_LEVELS = ("debug", "info", "warning", "error")
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Settings:
    """The settings of the service, from environment variables: `port` is read from `STUDENTS_PORT`.

    Larger than usual: it has one field per environment variable.

    With a `metrics_port` of 0, there are no metrics. An empty `database_url` means the embedded PostgreSQL,
    whose files are in `data_dir`. `overlay` has the paths of overlays, in a variable with colons between
    them, as PATH has. `upgrade` says whether the service may add to the tables when it starts.
    `request_timeout` (s) limits the time from the end of a request to its response, `turn_timeout` (s) how
    long it may wait until work on it begins, and `health_timeout` (s) how long a health check waits for the
    database.
    """

    host: str = "127.0.0.1"
    port: int = 5000
    workers: int = 1
    metrics_port: int = 0
    database_url: str = ""
    data_dir: str = ""
    contract: str = str(students_document())
    overlay: tuple[str, ...] = ()
    upgrade: bool = True
    log_level: str = "info"
    request_timeout: float = 15.0
    turn_timeout: float = 0.5
    health_timeout: float = 2.0

    @property
    def embedded_data(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return Path(self.data_dir).expanduser().resolve() if self.data_dir else _default_data_dir()

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, for the worker processes of the service."""
        return {f"{PREFIX}{name.upper()}": _text(value) for name, value in asdict(self).items()}


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from environment variables. Raises ServiceError if a value is invalid."""
    values: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"{PREFIX}{field.name.upper()}"
        if environ.get(name):
            values[field.name] = _converted(name, environ[name], type(field.default))
    settings = Settings(**values)
    if not 0 <= settings.port <= HIGHEST_PORT:
        raise ServiceError(f"{PREFIX}PORT must be between 0 and {HIGHEST_PORT}, not {settings.port}")
    if not 0 <= settings.metrics_port <= HIGHEST_PORT:
        raise ServiceError(
            f"{PREFIX}METRICS_PORT must be between 0 and {HIGHEST_PORT}, not {settings.metrics_port}"
        )
    if settings.workers < 1:
        raise ServiceError(f"{PREFIX}WORKERS must be at least 1, not {settings.workers}")
    if settings.log_level not in LOG_LEVELS:
        raise ServiceError(f"{PREFIX}LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")
    return settings


def _text(value: object) -> str:
    return os.pathsep.join(value) if isinstance(value, tuple) else str(value)


def _converted(name: str, text: str, kind: type) -> object:
    if kind is tuple:
        return tuple(filter(None, text.split(os.pathsep)))
    if kind is bool:
        if text.lower() in ("true", "1", "yes", "false", "0", "no"):
            return text.lower() in ("true", "1", "yes")
        raise ServiceError(f"{name} must be true or false, not {text!r}")
    try:
        return kind(text)
    except ValueError:
        raise ServiceError(f"{name} must be a number, not {text!r}") from None


def _default_data_dir() -> Path:
    # For root, the embedded PostgreSQL runs as another user, who cannot enter root's home directory.
    if os.geteuid() == 0:
        return Path("/var/lib/students-service/postgresql")
    return platformdirs.user_data_path("students-service") / "postgresql"
