"""A run as one page that opens from disk."""

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from load.judgement.objectives import ALL
from load.measurements.results_file import RunRecord
from load.printable import printable
from load.reports import summary
from load.reports.drawing import draw
from load.reports.plots import capacity_curves, changes, observed, over_time

if TYPE_CHECKING:
    # Slow to import, and only runs that are compared have it.
    from load.judgement.comparison import Comparison

PAGE = "report.html"
COMPARISON_PAGE = "comparison.html"


def write_page(path: Path, run: RunRecord, comparison: "Comparison | None" = None, before: str = "") -> Path:
    """Write the page of a run, with its comparison to another, which is at `before`; gives its path."""
    path.write_text(page(run, comparison, before), encoding="utf-8")
    return path


def page(run: RunRecord, comparison: "Comparison | None" = None, before: str = "") -> str:
    """The page of a run."""
    source = (files("load.reports") / "page.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_printable
    )
    template = environment.from_string(source)
    shown = [
        (label, [draw(plot) for plot in over_time(run, label, figures, number)])
        for number, (label, figures) in enumerate(((ALL, run.total), *run.operations.items()))
    ]
    return template.render(
        run=run,
        before=before,
        comparison=comparison,
        changes=[draw(plot) for plot in changes(comparison)] if comparison else [],
        over_time=[(label, drawings) for label, drawings in shown if drawings],
        capacity_curves=[draw(plot) for plot in capacity_curves(run)],
        observed=[draw(plot) for plot in observed(run)],
        began=datetime.fromisoformat(run.began).strftime("%Y-%m-%d %H:%M UTC"),
        conditions=[*summary.conditions(run), *summary.beside(run), *summary.closed(run)],
        objectives_of=lambda label: summary.objectives_of(run, label),
        verdict_of_all=summary.verdict_of_all(run),
        findings=list(summary.findings(run.operations)),
        without_success=list(summary.without_success(run)),
        ledger=list(summary.ledger(run)),
    )


def _printable(value: Any) -> Any:
    """What a template shows of a value; what is markup already stays so."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
