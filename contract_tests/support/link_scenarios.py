"""Schemathesis along the links of the contract: what one call yields, others use."""

import psycopg2
import schemathesis
from hypothesis import HealthCheck, settings

from openapi.contract import students_document

STEPS = 8


def follow_links(url: str, database: str, scenarios: int) -> None:
    """Raises what Schemathesis finds."""
    schema = schemathesis.openapi.from_path(students_document())
    schema.config.update(base_url=url)
    rows = psycopg2.connect(database)
    rows.autocommit = True

    class Scenario(schema.as_state_machine()):  # type: ignore[misc] # made at run time
        def setup(self) -> None:
            """Each scenario finds the same: Hypothesis repeats itself, and compares."""
            rows.cursor().execute("TRUNCATE students RESTART IDENTITY")

    try:
        Scenario.run(
            settings=settings(
                max_examples=scenarios,
                stateful_step_count=STEPS,
                deadline=None,
                # They judge how fast data is made; here every step is a call to a real service.
                suppress_health_check=list(HealthCheck),
            )
        )
    finally:
        rows.close()
