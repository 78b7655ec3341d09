"""FastAPI on uvicorn, SQLAlchemy's async ORM on asyncpg:
`uvicorn --factory contract_tests.benchmarks.peers.fastapi_asyncpg:create`.
"""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.exceptions import HTTPException as StarletteHTTPException

from contract_tests.benchmarks.peers import models
from contract_tests.benchmarks.peers.request_ids import RequestIds
from contract_tests.benchmarks.peers.rows import StudentRow, page

Key = Annotated[int, Path(ge=1, le=2**63 - 1)]


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]


def create() -> FastAPI:
    """The application, on the database of DATABASE_URL."""
    engine = create_async_engine(
        sa.make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"),
        pool_size=12,
        max_overflow=0,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(title="Students", lifespan=lifespan)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.add_middleware(RequestIds)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    _add_operations(app)
    return app


def _add_operations(app: FastAPI) -> None:
    """Larger than usual: handlers are nested in one function, as is common with this framework."""

    @app.get("/", response_model=models.Home)
    async def get_home() -> Any:
        return models.HOME

    @app.get("/live", response_model=models.Health)
    async def get_live() -> Any:
        return {"status": "ok"}

    @app.get("/health", response_model=models.Health)
    async def get_health(session: Session) -> Any:
        await session.execute(sa.select(1))
        return {"status": "ok"}

    @app.get("/students", response_model=models.StudentPage, response_model_exclude_unset=True)
    async def list_students(listing: Annotated[models.Listing, Query()], session: Session) -> Any:
        rows = (await session.scalars(page(listing.after(), listing.limit, listing.filters()))).all()
        student_page: dict[str, Any] = {"students": rows[: listing.limit]}
        if len(rows) > listing.limit:
            student_page["next_cursor"] = models.cursor_of(rows[listing.limit - 1].id)
        return student_page

    @app.post("/students", response_model=models.StoredStudent, status_code=201)
    async def create_student(student: models.Student, session: Session, response: Response) -> Any:
        row = StudentRow(**student.model_dump())
        session.add(row)
        await _commit(session)
        response.headers["Location"] = f"/students/{row.id}"
        return row

    @app.get("/students/{student_id}", response_model=models.StoredStudent)
    async def get_student(student_id: Key, session: Session) -> Any:
        return await _found(session, student_id)

    @app.put("/students/{student_id}", response_model=models.StoredStudent)
    async def replace_student(student_id: Key, student: models.Student, session: Session) -> Any:
        row = await _found(session, student_id)
        for name, value in student.model_dump().items():
            setattr(row, name, value)
        row.updated_at = sa.func.now()
        await _commit(session)
        return row

    @app.delete("/students/{student_id}", status_code=204)
    async def delete_student(student_id: Key, session: Session) -> None:
        deleted = sa.delete(StudentRow).where(StudentRow.id == student_id).returning(StudentRow.id)
        if (await session.execute(deleted)).first() is None:
            raise HTTPException(404, "no such student")
        await session.commit()


async def _found(session: AsyncSession, key: int) -> StudentRow:
    row = await session.get(StudentRow, key)
    if row is None:
        raise HTTPException(404, "no such student")
    return row


async def _commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except sa.exc.IntegrityError:
        raise HTTPException(409, "another one has this email") from None


async def _refused(request: Request, error: Any) -> Response:
    return _problem(request, error.status_code, str(error.detail), error.headers)


async def _invalid(request: Request, error: Any) -> Response:
    return _problem(request, 400, str(error.errors()[0]["msg"]))


def _problem(request: Request, status: int, title: str, headers: Any = None) -> Response:
    name = request.scope.get("request_id") or uuid.uuid4().hex
    content = models.problem(status, title, name)
    return JSONResponse(content, status, headers, media_type="application/problem+json")
