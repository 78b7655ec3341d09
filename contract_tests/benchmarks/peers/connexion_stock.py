"""Connexion's FlaskApp with its defaults, requests and responses validated, on SQLAlchemy's ORM and psycopg2:
`uvicorn --factory contract_tests.benchmarks.peers.connexion_stock:create`.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import flask
import sqlalchemy as sa
import yaml
from connexion import FlaskApp, NoContent
from connexion.resolver import Resolver
from sqlalchemy.orm import Session, sessionmaker

from contract_tests.benchmarks.peers import models
from contract_tests.benchmarks.peers.request_ids import RequestIds
from contract_tests.benchmarks.peers.rows import StudentRow, page

_COLUMNS = tuple(column.name for column in StudentRow.__table__.columns)
# If problems are documented as well, Connexion needs the media type of an answer.
_JSON = {"Content-Type": "application/json"}
Answer = tuple[Any, int, dict[str, str]]


def create() -> FlaskApp:
    """The application for the document of CONTRACT, on the database of DATABASE_URL."""
    engine = sa.create_engine(
        sa.make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg2"),
        pool_size=12,
        max_overflow=0,
    )
    handlers = Handlers(sessionmaker(engine, expire_on_commit=False))
    app = FlaskApp(__name__, resolver=Resolver(lambda name: getattr(handlers, name)))
    app.add_middleware(RequestIds)
    document = yaml.safe_load(Path(os.environ["CONTRACT"]).read_text())
    _split(document["components"])
    app.add_api(document, strict_validation=True, validate_responses=True)
    return app


def _split(components: dict[str, Any]) -> None:
    """Connexion requires read-only properties in requests, so people give it two schemas."""
    stored, (_, required) = components["schemas"]["StudentFields"], components["schemas"]["Student"]["allOf"]
    properties = {name: schema for name, schema in stored["properties"].items() if not schema.get("readOnly")}
    components["schemas"]["NewStudent"] = {**stored, **required, "properties": properties}
    content = components["requestBodies"]["Student"]["content"]["application/json"]
    content["schema"] = {"$ref": "#/components/schemas/NewStudent"}


class Handlers:
    """One method per operationId."""

    def __init__(self, sessions: "sessionmaker[Session]") -> None:
        self._sessions = sessions

    def get_home(self) -> Answer:
        """What the service is."""
        return models.HOME, 200, _JSON

    def get_live(self) -> Answer:
        """That the service runs."""
        return {"status": "ok"}, 200, _JSON

    def get_health(self) -> Answer:
        """Whether the database answers."""
        with self._sessions() as session:
            session.execute(sa.select(1))
        return {"status": "ok"}, 200, _JSON

    def list_students(self, limit: int = 100, cursor: str | None = None, **filters: Any) -> Answer:
        """A page of students."""
        with self._sessions() as session:
            rows = session.scalars(page(models.after(cursor), limit, filters)).all()
        student_page: dict[str, Any] = {"students": [_shown(row) for row in rows[:limit]]}
        if len(rows) > limit:
            student_page["next_cursor"] = models.cursor_of(rows[limit - 1].id)
        return student_page, 200, _JSON

    def create_student(self, body: dict[str, Any]) -> Answer:
        """Insert a row."""
        row = StudentRow(**{"status": "active", **body})
        with self._sessions() as session:
            session.add(row)
            refused = _commit(session)
        return refused or (_shown(row), 201, {**_JSON, "Location": f"/students/{row.id}"})

    def get_student(self, student_id: int) -> Answer:
        """One row."""
        with self._sessions() as session:
            row = session.get(StudentRow, student_id)
        return (_shown(row), 200, _JSON) if row else _problem(404, "no such student")

    def replace_student(self, student_id: int, body: dict[str, Any]) -> Answer:
        """Replace the values of one row."""
        with self._sessions() as session:
            row = session.get(StudentRow, student_id)
            if row is None:
                return _problem(404, "no such student")
            for name, value in {"date_of_birth": None, "gpa": None, "status": "active", **body}.items():
                setattr(row, name, value)
            row.updated_at = sa.func.now()
            return _commit(session) or (_shown(row), 200, _JSON)

    def delete_student(self, student_id: int) -> Answer:
        """Delete one row."""
        with self._sessions() as session:
            deleted = sa.delete(StudentRow).where(StudentRow.id == student_id).returning(StudentRow.id)
            if session.execute(deleted).first() is None:
                return _problem(404, "no such student")
            session.commit()
        return NoContent, 204, {}


def _commit(session: Session) -> Answer | None:
    try:
        session.commit()
    except sa.exc.IntegrityError:
        return _problem(409, "another one has this email")
    return None


def _shown(row: StudentRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _problem(status: int, title: str) -> Answer:
    name = flask.request.environ["asgi.scope"]["request_id"]
    return models.problem(status, title, name), status, {"Content-Type": "application/problem+json"}
