"""A run as one page that opens from disk."""

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from load.judgement.objectives import ALL
from load.measurements.results_file import RunRecord
from load.printable import printable
from load.reports.conditions import calls_outside_the_table, closed_connections, conditions, ledger
from load.reports.coverage import coverage, lessons
from load.reports.drawing import FRAME, draw
from load.reports.findings import findings, without_success
from load.reports.operations_table import objectives_of, verdict_of_all
from load.reports.plots import capacity_curves, changes, observed, over_time
from load.reports.verdict import unchecked, verdict

if TYPE_CHECKING:
    # Slow to import, and only comparisons need it.
    from load.judgement.comparison import Comparison

PAGE = "report.html"
COMPARISON_PAGE = "comparison.html"


def write_page(path: Path, run: RunRecord, comparison: "Comparison | None" = None, before: str = "") -> Path:
    """Write the page of a run, and return its path. `before` says where the run is that it is compared to."""
    path.write_text(page(run, comparison, before), encoding="utf-8")
    return path


def page(run: RunRecord, comparison: "Comparison | None" = None, before: str = "") -> str:
    """The page of a run as HTML."""
    source = (files("load.reports") / "page.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_printable
    )
    plots = [
        (label, [draw(plot) for plot in over_time(run, label, figures, number)])
        for number, (label, figures) in enumerate(((ALL, run.total), *run.operations.items()))
    ]
    return environment.from_string(source).render(
        run=run,
        verdict=verdict(run).replace(run.verdict, run.verdict.capitalize(), 1),
        unchecked="; ".join(unchecked(run)),
        before=before,
        comparison=comparison,
        frame=FRAME,
        changes=[draw(plot) for plot in changes(comparison)] if comparison else [],
        over_time=[(label, drawings) for label, drawings in plots if drawings],
        capacity_curves=[draw(plot) for plot in capacity_curves(run)],
        observed=[draw(plot) for plot in observed(run)],
        began=datetime.fromisoformat(run.began).strftime("%Y-%m-%d %H:%M UTC"),
        conditions=[*conditions(run), *calls_outside_the_table(run), *closed_connections(run)],
        objectives_of=lambda label: objectives_of(run, label),
        verdict_of_all=verdict_of_all(run),
        findings=[*findings(run.operations)],
        without_success=[*without_success(run)],
        ledger=[*ledger(run)],
        coverage=[*coverage(run)],
        lessons=lessons(run),
    )


def _printable(value: object) -> object:
    """What a template shows of a value; markup stays as it is."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
