"""The files of a PostgreSQL cluster, created once."""

import shutil
from pathlib import Path

from students_service.database.postgres_programs import PostgresPrograms

SUPERUSER = "postgres"
# Where the files are until they are complete.
_NEW = ".new"
_LOCKS = (".lock", ".users")


def create_files(data: Path, programs: PostgresPrograms) -> str:
    """Create the files of a cluster in a folder, unless they are there. They are made beside their place and
    moved there when they are complete. Returns why that failed, or they are not to be used, or nothing.
    """
    new = data / _NEW
    if (data / "PG_VERSION").exists():
        return programs.stranger(data)
    foreign = [path.name for path in data.iterdir() if path.name not in (*_LOCKS, _NEW)]
    if foreign and not new.exists():
        return f"it has files that are not PostgreSQL's, such as {min(foreign)}"
    shutil.rmtree(new, ignore_errors=True)
    programs.own(data)
    options = ("--auth=trust", "--encoding=utf8", "--no-instructions", "-U", SUPERUSER)
    if failed := programs.run("initdb", "-D", str(new), *options):
        return failed
    # Until the version is there, the cluster is not complete.
    for part in sorted(new.iterdir(), key=lambda path: path.name == "PG_VERSION"):
        target = data / part.name
        if target.is_dir():
            shutil.rmtree(target)
        part.replace(target)
    new.rmdir()
    return ""
