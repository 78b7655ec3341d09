"""The embedded PostgreSQL: who starts it, who stops it, and what is never touched."""

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx2 as httpx
import psutil
import pytest

from contract_tests.conftest import new_student
from contract_tests.service.test_resilience import postgres_processes, recovered
from contract_tests.support.processes import Serve, Start, alive, processes_with
from students_service.database.cluster_files import create_files
from students_service.database.embedded_cluster import EmbeddedCluster
from students_service.database.postgres_programs import PostgresPrograms
from students_service.database.postmaster import recorded_postmaster
from students_service.errors import ServiceError

ENDING_S = 30
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster that does not run."""
    folder = tmp_path_factory.mktemp("cluster") / "data"
    cluster = EmbeddedCluster(folder)
    cluster.acquire()
    cluster.release()
    assert not cluster.is_running()
    return folder


@pytest.fixture
def data(created: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that folder; what still runs in it is ended afterwards."""
    folder = tmp_path / "data"
    shutil.copytree(created, folder)
    yield folder
    postmaster = recorded_postmaster(folder)
    if postmaster is not None and postmaster.is_alive:
        postmaster.kill()


def kill(folder: Path) -> None:
    """Kill a cluster; its server may stay in the list of processes for a while."""
    killed = postgres_processes(folder)
    for process in killed:
        process.kill()
    while alive(killed):
        pass


def test_the_last_one_stops_it(data: Path) -> None:
    first, second = EmbeddedCluster(data), EmbeddedCluster(data)
    first.acquire()
    second.acquire()
    assert first.url == second.url
    first.release()
    assert second.is_running()
    second.release()
    assert not second.is_running()
    assert not (data / "postmaster.pid").exists()


def test_a_cluster_of_others_is_used_and_left_running(data: Path) -> None:
    cluster = EmbeddedCluster(data)
    cluster.acquire()
    (data / ".started").unlink()
    cluster.release()
    assert cluster.is_running()


def test_the_number_of_a_process_alone_proves_nothing(data: Path, created: Path) -> None:
    """Its file may be stale, and name a process that somebody else has started since."""
    stranger = EmbeddedCluster(created)
    stranger.acquire()
    try:
        shutil.copy(created / "postmaster.pid", data / "postmaster.pid")
        cluster = EmbeddedCluster(data)
        assert not cluster.is_running()
        # With its own folder in it, as after a restart of the machine.
        text = (created / "postmaster.pid").read_text()
        (data / "postmaster.pid").write_text(text.replace(str(created), str(data)))
        assert not cluster.is_running()
        cluster.acquire()
        assert cluster.url != stranger.url
        cluster.release()
        assert not cluster.is_running()
        assert stranger.is_running()
    finally:
        stranger.release()


def test_it_starts_right_after_it_was_killed(data: Path) -> None:
    for _ in range(3):
        cluster = EmbeddedCluster(data)
        cluster.acquire()
        kill(data)
        assert cluster.restart()
        cluster.release()
        assert not cluster.is_running()


def test_a_long_path_has_its_socket_in_a_private_folder(created: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("a long name " * 8) / "data"
    shutil.copytree(created, folder)
    cluster = EmbeddedCluster(folder)
    cluster.acquire()
    postmaster = recorded_postmaster(folder)
    assert postmaster is not None
    socket_folder, url = Path(postmaster.socket_folder), cluster.url
    assert socket_folder != folder
    assert stat.S_IMODE(socket_folder.stat().st_mode) == stat.S_IRWXU
    kill(folder)
    assert cluster.restart()
    assert cluster.url == url
    cluster.release()
    assert not socket_folder.exists()


def test_a_cluster_of_another_account_is_left_alone(tmp_path: Path) -> None:
    version = tmp_path / "PG_VERSION"
    version.write_text("18")
    if os.geteuid() == 0:
        os.chown(version, 12_345, 12_345)
    programs = PostgresPrograms()
    programs._account = SimpleNamespace(pw_uid=54_321, pw_gid=54_321)
    owner = version.stat().st_uid
    assert (
        create_files(tmp_path, programs) == f"it is the cluster of another account, whose number is {owner}"
    )
    assert version.stat().st_uid == owner


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ServiceError, match=r"has files that are not PostgreSQL's, such as thesis.txt"):
        EmbeddedCluster(tmp_path).acquire()
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_cluster_whose_creation_was_cut_off_is_created_again(created: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    shutil.copytree(created, half / ".new")
    shutil.move(half / ".new" / "base", half / "base")
    shutil.rmtree(half / ".new" / "global")
    cluster = EmbeddedCluster(half)
    cluster.acquire()
    cluster.release()
    assert (half / "PG_VERSION").exists()
    assert not (half / ".new").exists()


def test_a_service_starts_its_database_again(data: Path, serve: Serve) -> None:
    service = serve("--data-dir", str(data))
    where = service.url + httpx.post(f"{service.url}/students", json=new_student()).headers["location"]
    kill(data)
    service.wait_for("had ended, and was started again")
    assert recovered(service.url).status_code == 200
    assert httpx.get(where).status_code == 200
    assert service.end() == 0
    assert not alive(processes_with(str(data)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("stage", ["initdb", "postgres", "seeding"])
def test_a_signal_at_any_stage_leaves_nothing_running(
    start: Start, tmp_path: Path, created: Path, number: signal.Signals, stage: str
) -> None:
    folder = tmp_path / "data"
    if stage != "initdb":
        shutil.copytree(created, folder)
    command = start("students-service", "seed", "--count", "1000000", "--data-dir", str(folder))
    if stage == "seeding":
        command.wait_for("seeding students")
    else:
        while not any(stage in process.name() for process in processes_with(str(folder))):
            assert command.process.poll() is None
    assert command.end(number) in (128 + number, 130)
    psutil.wait_procs(processes_with(str(folder)), ENDING_S)
    assert not alive(processes_with(str(folder)))
    assert "Traceback" not in command.output
