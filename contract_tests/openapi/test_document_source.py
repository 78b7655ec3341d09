"""What a document may read of others: it is not trusted."""

import os
from pathlib import Path

import pytest

from openapi.contract import Contract, ContractError, load_contract
from openapi.operation_reader import read_operations, readable_operations

HERE = "paths: {/here: {get: {responses: {}}}"
THERE = "get: {responses: {}}"


def write(folder: Path, reference: str) -> Path:
    document = folder / "it.yaml"
    document.write_text(f"openapi: 3.0.3\n{HERE}, /there: {{$ref: '{reference}'}}}}")
    (folder / "there.yaml").write_text(THERE)
    return document


def reason(contract: Contract) -> str:
    """Why the other operation cannot be called."""
    operations, errors = readable_operations(contract)
    assert [operation.label for operation in operations] == ["GET /here"]
    assert [*errors] == ["/there"]
    return errors["/there"]


def test_a_file_reads_files_but_nothing_from_the_web(tmp_path: Path, web: str) -> None:
    assert len(read_operations(load_contract(write(tmp_path, "there.yaml")))) == 2
    document = write(tmp_path, f"{web}/there.yaml")
    told = reason(load_contract(document))
    assert told.endswith("not read: it is at another host; --allow-remote-refs reads it")
    assert told.startswith(f"{document}: #/paths/~1there: '{web}/there.yaml' leads nowhere")
    assert len(read_operations(load_contract(document, allow_remote_refs=True))) == 2


def test_a_document_from_the_web_reads_nothing_but_its_own_host(tmp_path: Path, web: str) -> None:
    write(tmp_path, "there.yaml")
    assert len(read_operations(load_contract(f"{web}/it.yaml"))) == 2
    other = web.replace("127.0.0.1", "localhost")
    for reference in (f"{other}/there.yaml", f"{web}/to?{other}/there.yaml"):
        write(tmp_path, reference)
        assert "it is at another host; --allow-remote-refs" in reason(load_contract(f"{web}/it.yaml"))
        assert len(read_operations(load_contract(f"{web}/it.yaml", allow_remote_refs=True))) == 2
    for allowed in (False, True):
        write(tmp_path, (tmp_path / "there.yaml").as_uri())
        told = reason(load_contract(f"{web}/it.yaml", allow_remote_refs=allowed))
        assert told.endswith("not read: a document from the web reads no local files")


def test_a_document_that_is_elsewhere_is_found_with_what_it_refers_to(tmp_path: Path, web: str) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "there.yaml")
    assert len(read_operations(load_contract(f"{web}/to?{web}/deep/it.yaml"))) == 2


def test_no_other_kind_of_place_is_read(tmp_path: Path) -> None:
    for reference, why in (
        ("ftp://127.0.0.1/there.yaml", "nothing in the documents has this $id"),
        ("urn:there", "nothing in the documents has this $id"),
        ("/dev/zero", "it is no file"),
        (".", "it is no file"),
    ):
        assert reason(load_contract(write(tmp_path, reference))).endswith(f"not read: {why}")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert reason(load_contract(write(tmp_path, "pipe.yaml"))).endswith("not read: it is no file")


def test_a_document_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(ContractError, match="/dev/zero: not read: it is larger than 64 MB"):
        load_contract("/dev/zero")
