"""The schemas of the document, restated as Pydantic models."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_PLAIN = r"^[^\x00-\x1F\x7F]+$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_PLAIN)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Status = Literal["applicant", "active", "suspended", "graduated", "withdrawn"]
Cursor = Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}$")]


class Student(BaseModel):
    """A student as clients send it."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    given_name: Line
    family_name: Line
    email: Email
    date_of_birth: date | None = None
    course: Line
    year: Annotated[int, Field(ge=1, le=8)]
    gpa: Annotated[float, Field(ge=0, le=4)] | None = None
    status: Status = "active"


class StoredStudent(Student):
    """A student as clients read it."""

    id: Annotated[int, Field(ge=1)]
    created_at: datetime
    updated_at: datetime


class StudentPage(BaseModel):
    """A page of students, and the cursor of the next page."""

    model_config = ConfigDict(extra="forbid")

    students: Annotated[list[StoredStudent], Field(max_length=2000)]
    next_cursor: Cursor | None = None


class Listing(BaseModel):
    """The query parameters of a page."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=2000)] = 100
    cursor: Cursor | None = None
    email: Email | None = None
    course: Line | None = None
    status: Status | None = None

    def filters(self) -> dict[str, Any]:
        """The columns to filter by, with their values."""
        wanted = {"email": self.email, "course": self.course, "status": self.status}
        return {name: value for name, value in wanted.items() if value is not None}

    def after(self) -> int:
        """The id after which the page starts."""
        return after(self.cursor)


class Home(BaseModel):
    """What the service is."""

    name: str
    version: str
    documentation: str
    contract: str


class Health(BaseModel):
    """That the service works."""

    status: Literal["ok"]


HOME = {"name": "Students", "version": "1.0.0", "documentation": "/docs", "contract": "/openapi.json"}


def after(cursor: str | None) -> int:
    """The id after which a page starts."""
    return int(cursor, 16) % 2**63 if cursor else 0


def cursor_of(key: int) -> str:
    """The cursor of the page that starts after a student."""
    return f"{key:016x}"


def problem(status: int, title: str, request_id: str) -> dict[str, Any]:
    """Problem details (RFC 9457)."""
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": title,
        "request_id": request_id,
    }
