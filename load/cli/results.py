"""What is made of runs that have ended: contract-load report, judge and compare."""

import sys
from pathlib import Path

import click

from load.judgement.objectives import ALL, stated
from load.judgement.rejudging import judged_again
from load.measurements.results_file import read
from load.printable import printable
from load.reports import run_folder
from load.reports.page import COMPARISON_PAGE, write_page
from load.reports.summary import summary


@click.command()
@click.argument("results", type=click.Path(path_type=Path), default=Path("results"))
def report(results: Path) -> None:
    """Make the page of a run again, from its RESULTS, a file or its folder; it is written beside them."""
    place = results if results.is_dir() else results.parent
    click.echo(f"report: {run_folder.write(place, read(results))}")


@click.command("judge")
@click.argument("results", type=click.Path(path_type=Path), default=Path("results"))
@click.option(
    "--objective", "objectives", multiple=True, help="What is to hold, as in 'p95 < 50ms'; may be repeated."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the results with this verdict, and their report, are written; nowhere by default.",
)
def judge_again(results: Path, objectives: tuple[str, ...], output: Path | None) -> None:
    """Judge a run again, from its RESULTS, a file or its folder, by other objectives.

    What its document promises counts as before; objectives that were asked for then do not. Exits as the run
    would have.
    """
    run = read(results)
    names = {label: each.operation_id for label, each in run.operations.items()}
    ended = judged_again(run, [stated(each, names) for each in objectives])
    click.echo(summary(ended))
    if output is not None:
        run_folder.prepare(output)
        click.echo(f"\nreport: {run_folder.write(output, ended)}")
    sys.exit(int(not ended.passed))


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--tolerance", type=click.FloatRange(0), default=5, help="Changes up to so many % do not count."
)
def compare(before: Path, after: Path, tolerance: float) -> None:
    """Compare two runs, by their results: files, or their folders.

    Exits with 1 when something got worse. The page is written beside the results of AFTER.
    """
    # Numbers by the million are slow without it, and it is slow to import.
    from load.judgement.comparison import ALIKE, compared  # noqa: PLC0415

    run = read(after)
    found = compared(read(before), run, tolerance / 100)
    for difference in found.differences:
        if difference.verdict != ALIKE or difference.operation == ALL:
            click.echo(printable(str(difference)))
    for line in found.left_out:
        click.echo(f"not compared: {line}")
    alike = sum(each.verdict == ALIKE for each in found.differences)
    click.echo(
        f"{alike} of {len(found.differences)} measures show no difference, {len(found.worse)} got worse"
    )
    place = after if after.is_dir() else after.parent
    page = write_page(place / COMPARISON_PAGE, run, found, str(before))
    click.echo(f"\nreport: {page}")
    sys.exit(int(bool(found.worse)))
