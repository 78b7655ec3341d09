"""Races, lost databases, kills: acknowledged writes stay, and the service reports failures and recovers."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import psutil
import psycopg2
import pytest

from contract_tests.conftest import new_student
from contract_tests.support.processes import Serve, Start, survivors
from students_service.database.engine import database_url
from students_service.settings import Settings

RECOVERY_S = 30


def postgres_processes(data: Path) -> list[psutil.Process]:
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    return [postmaster, *postmaster.children(recursive=True)]


def recovered(url: str) -> httpx.Response:
    """Call the health check until it succeeds, and return that answer."""
    deadline = time.monotonic() + RECOVERY_S
    while True:
        answer = httpx.get(f"{url}/health", timeout=RECOVERY_S)
        if answer.status_code == 200 or time.monotonic() > deadline:
            return answer
        threading.Event().wait(float(answer.headers["retry-after"]))


def test_exactly_one_of_racing_creations_succeeds(client: httpx.Client) -> None:
    student = new_student()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.post("/students", json=student).status_code, range(64)))
    assert sorted(answers) == [201] + [409] * 63


def test_a_row_that_breaks_the_contract_is_never_sent(database: str, serve: Serve) -> None:
    service = serve("--database-url", database)
    stored = httpx.post(f"{service.url}/students", json=new_student()).json()
    connection = psycopg2.connect(database)
    connection.autocommit = True
    connection.cursor().execute("UPDATE students SET year = 99")
    connection.close()
    for path in (f"/students/{stored['id']}", "/students"):
        answer = httpx.get(f"{service.url}{path}")
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert "99" not in answer.json()["detail"]
        line = service.wait_for("breaks the contract").string
        assert "/year: 99 is greater than the maximum of 8" in line
        assert answer.json()["request_id"] in line


def test_requests_in_flight_finish_before_a_service_stops(tmp_path: Path, serve: Serve) -> None:
    data = tmp_path / "data"
    with database_url(Settings(data_dir=str(data))) as url, ThreadPoolExecutor(1) as pool:
        service = serve("--database-url", url)
        lock = psycopg2.connect(url)
        lock.cursor().execute("LOCK TABLE students")
        waiting = pool.submit(httpx.post, f"{service.url}/students", json=new_student(), timeout=RECOVERY_S)
        watch = psycopg2.connect(url)
        watch.autocommit = True
        with watch.cursor() as cursor:
            blocked = 0
            while not blocked:
                cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                (blocked,) = cursor.fetchall()[0]
        service.process.send_signal(signal.SIGTERM)
        service.wait_for("Shutting down")
        lock.rollback()
        assert waiting.result().status_code == 201
        assert service.end() == 0
        lock.close()
        watch.close()


def acknowledged_until(url: str, done: threading.Event) -> list[str]:
    """Create students until the service is gone, and return their locations."""
    places = []
    with httpx.Client(base_url=url) as client:
        while not done.is_set():
            try:
                places.append(client.post("/students", json=new_student()).headers["location"])
            except (httpx.TransportError, KeyError):
                break
    return places


@pytest.mark.parametrize("with_database", [False, True], ids=["service alone", "with its database"])
def test_acknowledged_writes_survive_sigkill(tmp_path: Path, serve: Serve, with_database: bool) -> None:
    data = tmp_path / "data"
    killed = serve("--data-dir", str(data))
    done = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        creating = [pool.submit(acknowledged_until, killed.url, done) for _ in range(8)]
        while len(httpx.get(f"{killed.url}/students").json()["students"]) < 50:
            pass
        victims = [*(postgres_processes(data) if with_database else ()), psutil.Process(killed.process.pid)]
        for victim in victims:
            victim.kill()
        psutil.wait_procs(victims, timeout=RECOVERY_S)
        done.set()
        places = [place for thread in creating for place in thread.result()]
    again = serve("--data-dir", str(data))
    with httpx.Client(base_url=again.url) as client:
        assert len(places) >= 50
        assert [place for place in places if client.get(place).status_code != 200] == []
    assert again.end() == 0
    assert not (data / "postmaster.pid").exists()


def test_several_workers_serve_one_port_and_stop_together(tmp_path: Path, serve: Serve) -> None:
    data = tmp_path / "data"
    service = serve("--workers", "2", "--data-dir", str(data))
    assert recovered(service.url).status_code == 200
    workers = psutil.Process(service.process.pid).children()
    assert len([worker for worker in workers if "spawn" in " ".join(worker.cmdline())]) >= 2
    with ThreadPoolExecutor(8) as pool:
        places = list(
            pool.map(
                lambda _: httpx.post(f"{service.url}/students", json=new_student()).headers["location"],
                range(40),
            )
        )
    assert len(set(places)) == 40
    assert service.end() == 0
    assert not (data / "postmaster.pid").exists()
    assert not survivors(workers)


def test_workers_end_with_a_parent_that_is_killed(database: str, serve: Serve) -> None:
    service = serve("--workers", "2", "--database-url", database)
    assert recovered(service.url).status_code == 200
    workers = psutil.Process(service.process.pid).children()
    service.end(signal.SIGKILL)
    psutil.wait_procs(workers, timeout=RECOVERY_S)
    assert not survivors(workers)
    again = serve("--port", str(service.port), "--workers", "2", "--database-url", database)
    assert recovered(again.url).status_code == 200


def test_concurrent_upgrades_run_once(database: str, start: Start) -> None:
    commands = [start("students-service", "upgrade", "--database-url", database) for _ in range(4)]
    assert [command.wait() for command in commands] == [0] * 4
    assert sorted(len(command.lines) == 1 for command in commands) == [False, True, True, True]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_stopped_service_leaves_nothing_behind(tmp_path: Path, serve: Serve, number: int) -> None:
    service = serve("--data-dir", str(tmp_path / "data"))
    everything = psutil.Process(service.process.pid).children(recursive=True) + postgres_processes(
        tmp_path / "data"
    )
    assert service.end(number) == 0
    assert "Traceback" not in service.output
    assert not survivors(everything)
    assert (tmp_path / "data" / "PG_VERSION").exists()
