"""The commands that work on the results of runs: contract-load report, judge, compare and schema."""

import sys
from pathlib import Path

import click
import msgspec

from load.judgement.objectives import ALL, parse_objective
from load.judgement.rejudging import rejudge
from load.measurements.results_file import json_schema, read
from load.printable import printable
from load.quantities import quantity
from load.reports import run_folder
from load.reports.page import COMPARISON_PAGE, write_page
from load.reports.summary import summary


@click.command(short_help="Write the report of a run again.")
@click.argument("results", type=click.Path(path_type=Path), default=Path("results"))
def report(results: Path) -> None:
    """Write the report of a run again, from its RESULTS (a file or its folder), into the same folder."""
    click.echo(f"report: {run_folder.write(_folder(results), read(results))}")


@click.command("schema", short_help="Print the JSON Schema of results.json.")
def schema() -> None:
    """Print the JSON Schema of results.json, the file that each run leaves."""
    click.echo(msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode())


@click.command("judge", short_help="Judge a run again, by other objectives.")
@click.argument("results", type=click.Path(path_type=Path), default=Path("results"))
@click.option(
    "--objective",
    "objectives",
    multiple=True,
    help="What must hold, such as 'p95 < 50ms'. May be given more than once.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results with the new verdict, and their report. By default, nothing is written.",
)
def judge_again(results: Path, objectives: tuple[str, ...], output: Path | None) -> None:
    """Judge a run again, from its RESULTS (a file or its folder), by other objectives.

    The objectives of the document still count; the others that the run was given do not. Exits as the run
    would have.
    """
    run = read(results)
    names = {label: operation.operation_id for label, operation in run.operations.items()}
    judged = rejudge(run, [parse_objective(objective, names) for objective in objectives])
    click.echo(summary(judged))
    if output is not None:
        run_folder.prepare(output)
        click.echo(f"\nreport: {run_folder.write(output, judged)}")
    sys.exit(int(not judged.passed))


@click.command(short_help="Compare two runs.")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--tolerance", type=click.FloatRange(0), default=5, help="Changes up to this percentage do not count."
)
def compare(before: Path, after: Path, tolerance: float) -> None:
    """Compare two runs by their results (files, or their folders).

    Exits with 1 if something got worse. The page is written into the folder of AFTER.
    """
    # The comparison needs numpy, which is slow to import.
    from load.judgement.comparison import SAME, compare_runs  # noqa: PLC0415

    run = read(after)
    comparison = compare_runs(read(before), run, tolerance / 100)
    for difference in comparison.differences:
        if difference.verdict != SAME or difference.operation == ALL:
            click.echo(printable(str(difference)))
    for line in comparison.left_out:
        click.echo(f"not compared: {line}")
    same = sum(difference.verdict == SAME for difference in comparison.differences)
    total = quantity(len(comparison.differences), "measure")
    click.echo(f"no difference seen in {same} of {total}; {len(comparison.worse)} got worse")
    page = write_page(_folder(after) / COMPARISON_PAGE, run, comparison, str(before))
    click.echo(f"\nreport: {page}")
    sys.exit(int(bool(comparison.worse)))


def _folder(results: Path) -> Path:
    return results if results.is_dir() else results.parent
