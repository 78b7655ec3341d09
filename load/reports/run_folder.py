"""The folder of a run: everything measured, the page, and JUnit's XML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from load.errors import LoadError
from load.reports import junit, page, results_file


def prepare(folder: Path) -> None:
    """Make sure that a folder can be written to. Raises LoadError before a run rather than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LoadError(
            f"cannot write to {folder}: {error.strerror}; choose another folder with --output"
        ) from None


def write(folder: Path, run: Mapping[str, Any]) -> Path:
    """Write an archived run into a folder; gives the path of its page."""
    results_file.write(folder / results_file.FILE, run)
    junit.write(folder / junit.FILE, run)
    return page.write_page(folder / page.PAGE, run)
