"""Scenarios of Schemathesis that follow the links of the contract from call to call."""

import psycopg2
import schemathesis
from hypothesis import HealthCheck, settings

from openapi.contract import students_document

STEPS = 8


def follow_links(url: str, database: str, scenarios: int) -> None:
    """Run scenarios against a service; raises the failures that Schemathesis finds."""
    schema = schemathesis.openapi.from_path(students_document())
    schema.config.update(base_url=url)
    rows = psycopg2.connect(database)
    rows.autocommit = True

    class Scenario(schema.as_state_machine()):  # type: ignore[misc] # made at run time
        def setup(self) -> None:
            """Start from an empty table: Hypothesis repeats scenarios and compares the outcomes."""
            rows.cursor().execute("TRUNCATE students, idempotency_keys RESTART IDENTITY")

    try:
        Scenario.run(
            settings=settings(
                max_examples=scenarios,
                stateful_step_count=STEPS,
                deadline=None,
                # Health checks judge how fast data is generated; here every step calls a real service.
                suppress_health_check=list(HealthCheck),
            )
        )
    finally:
        rows.close()
