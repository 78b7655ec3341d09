"""The table of students, restated as a SQLAlchemy ORM class."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base class of ORM classes."""


class StudentRow(Base):
    """A stored student.

    Larger than usual: it has one field per column of the table.
    """

    __tablename__ = "students"
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    date_of_birth: Mapped[date | None]
    course: Mapped[str]
    year: Mapped[int]
    gpa: Mapped[float | None]
    status: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    updated_at: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.func.now(), onupdate=sa.func.now()
    )


def page(after: int, size: int, filters: dict[str, Any]) -> sa.Select[StudentRow]:
    """The statement for a page, with one row more to see whether there is a next page."""
    wanted = (getattr(StudentRow, name) == value for name, value in filters.items())
    return sa.select(StudentRow).where(StudentRow.id > after, *wanted).order_by(StudentRow.id).limit(size + 1)
