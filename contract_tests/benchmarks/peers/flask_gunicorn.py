"""Flask on gunicorn's threads, SQLAlchemy's ORM on psycopg2, Pydantic for the contract:
`gunicorn --threads 12 'contract_tests.benchmarks.peers.flask_gunicorn:create()'`.
"""

import os
import uuid
from typing import Any

import flask
import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import HTTPException

from contract_tests.benchmarks.peers import models
from contract_tests.benchmarks.peers.rows import StudentRow, page


def create() -> flask.Flask:
    """The application, on the database of DATABASE_URL."""
    engine = sa.create_engine(
        sa.make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg2"),
        pool_size=12,
        max_overflow=0,
    )
    app = flask.Flask(__name__)
    _add_operations(app, sessionmaker(engine, expire_on_commit=False))

    @app.before_request
    def name() -> None:
        flask.g.request_id = uuid.uuid4().hex

    @app.after_request
    def add_request_id(response: flask.Response) -> flask.Response:
        response.headers["X-Request-Id"] = flask.g.request_id
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> flask.Response:
        return _problem(error.code or 500, error.description or error.name)

    @app.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> flask.Response:
        return _problem(400, error.errors()[0]["msg"])

    return app


def _add_operations(app: flask.Flask, sessions: "sessionmaker[Session]") -> None:
    """Larger than usual: handlers are nested in one function, as is common with this framework."""

    @app.get("/")
    def get_home() -> flask.Response:
        return _answer(models.Home(**models.HOME))

    @app.get("/live")
    def get_live() -> flask.Response:
        return _answer(models.Health(status="ok"))

    @app.get("/health")
    def get_health() -> flask.Response:
        with sessions() as session:
            session.execute(sa.select(1))
        return _answer(models.Health(status="ok"))

    @app.get("/students")
    def list_students() -> flask.Response:
        listing = models.Listing.model_validate(flask.request.args.to_dict())
        with sessions() as session:
            rows = session.scalars(page(listing.after(), listing.limit, listing.filters())).all()
        students = [models.StoredStudent.model_validate(row) for row in rows[: listing.limit]]
        student_page = models.StudentPage(students=students)
        if len(rows) > listing.limit:
            student_page.next_cursor = models.cursor_of(students[-1].id)
        return _answer(student_page, exclude={"next_cursor"} if student_page.next_cursor is None else None)

    @app.post("/students")
    def create_student() -> flask.Response:
        row = StudentRow(**models.Student.model_validate(flask.request.json).model_dump())
        with sessions() as session:
            session.add(row)
            _commit(session)
        return _answer(models.StoredStudent.model_validate(row), 201, {"Location": f"/students/{row.id}"})

    @app.get("/students/<int:key>")
    def get_student(key: int) -> flask.Response:
        with sessions() as session:
            return _answer(models.StoredStudent.model_validate(_found(session, key)))

    @app.put("/students/<int:key>")
    def replace_student(key: int) -> flask.Response:
        student = models.Student.model_validate(flask.request.json)
        with sessions() as session:
            row = _found(session, key)
            for name, value in student.model_dump().items():
                setattr(row, name, value)
            row.updated_at = sa.func.now()
            _commit(session)
            return _answer(models.StoredStudent.model_validate(row))

    @app.delete("/students/<int:key>")
    def delete_student(key: int) -> flask.Response:
        with sessions() as session:
            deleted = sa.delete(StudentRow).where(StudentRow.id == key).returning(StudentRow.id)
            if session.execute(deleted).first() is None:
                flask.abort(404)
            session.commit()
        return flask.Response(status=204)


def _found(session: Session, key: int) -> StudentRow:
    return session.get(StudentRow, key) or flask.abort(404)


def _commit(session: Session) -> None:
    try:
        session.commit()
    except sa.exc.IntegrityError:
        flask.abort(409, "another one has this email")


def _answer(
    model: BaseModel, status: int = 200, headers: Any = None, exclude: set[str] | None = None
) -> flask.Response:
    text = model.model_dump_json(exclude=exclude)
    return flask.Response(text, status, headers, mimetype="application/json")


def _problem(status: int, title: str) -> flask.Response:
    response = flask.jsonify(models.problem(status, title, flask.g.request_id))
    response.status_code, response.mimetype = status, "application/problem+json"
    return response
