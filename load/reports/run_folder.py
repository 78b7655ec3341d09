"""The folder of a run: everything measured, the page, and the JUnit file."""

from pathlib import Path

from load.errors import LoadError
from load.measurements import results_file
from load.measurements.results_file import RunRecord
from load.reports import junit, page


def prepare(folder: Path) -> None:
    """Make sure that a folder can be written to. Raises LoadError, so that a run fails before it begins."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LoadError(
            f"cannot write to {folder}: {error.strerror}; choose another folder with --output"
        ) from None


def write(folder: Path, run: RunRecord) -> Path:
    """Write a run into a folder, and return the path of its page."""
    results_file.write(folder / results_file.FILE, run)
    junit.write(folder / junit.FILE, run)
    return page.write_page(folder / page.PAGE, run)
