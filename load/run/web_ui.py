"""Locust's web UI: its port, and two tabs: what breaks the contract, and how the objectives stand."""

import os
import socket
from typing import Any

from flask import Flask, Response, json, request

from load.errors import LoadError
from load.judgement.outcomes import outcomes
from load.measurements.results import Results
from load.printable import printable
from load.run.load import Load
from load.run.recording import objectives_of
from load.run.session import Session

_FINDINGS, _OBJECTIVES = "contract-findings", "contract-objectives"
_TABLES = {
    _FINDINGS: ("Contract findings", ("operation", "finding", "count", "detail")),
    _OBJECTIVES: ("Objectives", ("operation", "objective", "figure", "margin", "verdict")),
}


def check_port(host: str, port: int) -> None:
    """Raises LoadError when the web UI cannot listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            raise LoadError(
                f"the web UI cannot listen on port {port}: {reason}; give another with --web-port, or use "
                f"--headless"
            ) from None


def add_tabs(app: Flask, arguments: dict[str, Any], load: Load) -> None:
    """Add them to the app of Locust's web UI, whose page is made of `arguments`; what fills them comes with
    its own figures.
    """
    arguments["extended_tabs"] = [{"key": key, "title": title} for key, (title, _) in _TABLES.items()]
    arguments["extended_tables"] = [
        {"key": key, "structure": [{"key": column, "title": column.capitalize()} for column in columns]}
        for key, (_, columns) in _TABLES.items()
    ]

    @app.after_request
    def _with_contract(response: Response) -> Response:
        if request.path.endswith("/stats/requests") and response.is_json:
            tables = [
                {"key": _FINDINGS, "data": findings(load.session.results)},
                {"key": _OBJECTIVES, "data": objectives(load.session)},
            ]
            response.set_data(json.dumps({**response.get_json(), "extended_stats": tables}))
        return response


def findings(results: Results) -> list[dict[str, str]]:
    """A row for each finding."""
    return [
        {
            "operation": printable(label),
            "finding": str(finding),
            "count": str(count),
            "detail": f"expected {finding.expected}, found {finding.found}"
            if finding.expected or finding.found
            else finding.detail,
        }
        for label, operation in results.operations.items()
        for finding, count in operation.findings.most_common()
    ]


def objectives(session: Session) -> list[dict[str, str]]:
    """A row for each objective."""
    return [
        {
            "operation": printable(outcome.objective.label),
            "objective": str(outcome.objective),
            "figure": "no call" if outcome.figure is None else outcome.objective.shown(outcome.figure),
            "margin": "" if outcome.margin is None else f"{outcome.margin:.0%}",
            "verdict": f"{'✓' if outcome.holds else '✗' if outcome.is_broken else '–'} {outcome.word}",
        }
        for outcome in outcomes(objectives_of(session.prepared, session.results), session.results)
    ]
