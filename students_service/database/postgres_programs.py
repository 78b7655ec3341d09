"""The programs of PostgreSQL that the library brings, run as an account of the operating system."""

import os
import stat
import subprocess
import tempfile
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

# How long a program may take (s).
LONGEST_S = 70
# The account that the cluster of root belongs to, as PostgreSQL does not run as root.
_ACCOUNT_FOR_ROOT = "embedded_postgres"


class PostgresPrograms:
    """Runs programs as the account that clusters belong to: this process's own, unless that is root's."""

    def __init__(self) -> None:
        self._account = _account()

    def own(self, folder: Path) -> None:
        """Make a folder private to the account that the cluster runs as."""
        folder.chmod(stat.S_IRWXU)
        if self._account is None:
            return
        version = folder / "PG_VERSION"
        # As PostgreSQL never runs as root, root has copied what belongs to root.
        is_copy = version.exists() and version.stat().st_uid == 0
        for path in (folder, *(folder.rglob("*") if is_copy else folder.glob("log"))):
            os.chown(path, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)
        _let_enter(folder)

    def stranger(self, data: Path) -> str:
        """Why a cluster is not to be touched that belongs to another account; nothing if it does not."""
        owner = (data / "PG_VERSION").stat().st_uid
        if self._account is None or owner in (0, self._account.pw_uid):
            return ""
        return f"it is the cluster of another account, whose number is {owner}"

    def run(self, name: str, *arguments: str) -> str:
        """Run a program of PostgreSQL. Returns why it failed, or nothing. It is in a session of its own, as a
        Ctrl-C is meant for the service, which then stops the cluster.
        """
        account: dict[str, Any] = {}
        if self._account is not None:
            account = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        command = [str(_programs(self._account) / name), *arguments]
        # The server keeps what it inherits open, so a pipe would never end.
        with tempfile.TemporaryFile() as output:
            try:
                done = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    timeout=LONGEST_S,
                    start_new_session=True,
                    check=False,
                    **account,
                )
            except subprocess.TimeoutExpired:
                return f"{name} was not done within {LONGEST_S} s"
            output.seek(0)
            lines = output.read().decode("utf-8", "replace").strip().splitlines()
        if done.returncode == 0:
            return ""
        told = next((line for line in lines if "error:" in line or "FATAL" in line), "".join(lines[-1:]))
        return f"{name} failed: {told.strip()}; the file 'log' there may say why"


def _account() -> Any:
    """The account that the cluster runs as, where it is not this process's own."""
    if os.geteuid() != 0:
        return None
    return _library("utils").ensure_user_exists(_ACCOUNT_FOR_ROOT)


def _programs(account: Any) -> Path:
    """The folder of PostgreSQL's programs."""
    folder: Path = _library("_commands").POSTGRES_BIN_PATH
    if account is not None:
        _let_enter(folder)
    return folder


def _library(module: str) -> Any:
    """A module of the library that brings PostgreSQL, imported when it is needed: a service with a URL does
    not need it. It warns on machines without XDG_RUNTIME_DIR, which is no problem.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(f"embedded_postgres.{module}")


def _let_enter(folder: Path) -> None:
    """Let the account pass through the folders above one, without letting it read them."""
    for parent in folder.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXGRP | stat.S_IXOTH)
