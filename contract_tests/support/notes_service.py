"""A plain FastAPI service of notes on uvicorn, run as a process, with the defaults of both.

    python -m contract_tests.support.notes_service [--port 5000]

Prints its port. FastAPI generates its document from this code, at /openapi.json. Notes are kept in memory.
"""

import argparse
import socket
from itertools import count
from threading import Lock
from typing import Annotated
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field

# Numbers that every reader of JSON keeps exactly.
Number = Annotated[int, Path(ge=1, lt=2**53)]
GONE: dict[int | str, dict[str, str]] = {404: {"description": "no such note"}}


class NewNote(BaseModel):
    """A note as clients send it."""

    title: str = Field(min_length=1, max_length=80)
    text: str | None = Field(default=None, max_length=2_000)
    stars: int = Field(default=0, ge=0, le=5)


class Note(NewNote):
    """A note as it is stored."""

    id: int
    reference: UUID


def create() -> FastAPI:
    """The application, without notes."""
    app = FastAPI(title="Notes")
    notes: dict[int, Note] = {}
    numbers, lock = count(1), Lock()

    @app.post("/notes", status_code=201)
    def create_note(new: NewNote) -> Note:
        note = Note(id=next(numbers), reference=uuid4(), **new.model_dump())
        notes[note.id] = note
        return note

    @app.get("/notes")
    def list_notes(
        limit: Annotated[int, Query(ge=1, le=100)] = 20, offset: Annotated[int, Query(ge=0, lt=2**31)] = 0
    ) -> list[Note]:
        with lock:
            return list(notes.values())[offset : offset + limit]

    @app.get("/notes/{note_id}", responses=GONE)
    def get_note(note_id: Number) -> Note:
        return _found(notes.get(note_id))

    @app.put("/notes/{note_id}", responses=GONE)
    def replace_note(note_id: Number, new: NewNote) -> Note:
        with lock:
            note = _found(notes.get(note_id))
            notes[note_id] = Note(id=note_id, reference=note.reference, **new.model_dump())
            return notes[note_id]

    @app.delete("/notes/{note_id}", status_code=204, responses=GONE)
    def delete_note(note_id: Number) -> Response:
        with lock:
            _found(notes.pop(note_id, None))
        return Response(status_code=204)

    return app


def _found(note: Note | None) -> Note:
    if note is None:
        raise HTTPException(404)
    return note


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    with socket.create_server(("127.0.0.1", parser.parse_args().port)) as listening:
        print(listening.getsockname()[1], flush=True)  # noqa: T201 - who started it waits for this
        uvicorn.Server(uvicorn.Config(create(), log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
