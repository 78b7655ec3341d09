"""A database that is lost, stuck, locked, read-only or lacks a table is told, and the service recovers."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import psutil
import psycopg2
import sqlalchemy as sa

from contract_tests.conftest import new_student
from contract_tests.service.test_resilience import RECOVERY_S, postgres_processes, recovered
from contract_tests.support.processes import Serve
from students_service.database.embedded_cluster import EmbeddedCluster
from students_service.database.engine import THREADS


def unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


def test_a_lost_database_is_reported_and_reconnected(tmp_path: Path, serve: Serve) -> None:
    data = tmp_path / "data"
    cluster = EmbeddedCluster(data)
    cluster.acquire()
    service = serve("--database-url", cluster.url)
    where = service.url + httpx.post(f"{service.url}/students", json=new_student()).headers["location"]
    stopped = postgres_processes(data)
    stopped[0].send_signal(signal.SIGQUIT)
    psutil.wait_procs(stopped, timeout=RECOVERY_S)
    unavailable(httpx.get(where))
    unavailable(httpx.post(f"{service.url}/students", json=new_student()))
    unavailable(httpx.get(f"{service.url}/health"))
    assert cluster.restart()
    assert recovered(service.url).status_code == 200
    assert httpx.get(where).status_code == 200
    assert service.end() == 0
    cluster.release()


def test_a_hanging_database_times_out(tmp_path: Path, serve: Serve) -> None:
    data = tmp_path / "data"
    environment = {"STUDENTS_HEALTH_TIMEOUT": "0.5", "STUDENTS_REQUEST_TIMEOUT": "1"}
    service = serve("--data-dir", str(data), environment=environment)
    assert httpx.get(f"{service.url}/health").status_code == 200
    frozen = postgres_processes(data)
    for process in frozen:
        process.suspend()
    try:
        for path in ("/health", "/students", "/health"):
            unavailable(httpx.get(f"{service.url}{path}", timeout=RECOVERY_S))
            assert httpx.get(f"{service.url}/live").json() == {"status": "ok"}
    finally:
        for process in frozen:
            process.resume()
    assert recovered(service.url).status_code == 200
    assert httpx.get(f"{service.url}/students").status_code == 200


def backends(database: str) -> list[psutil.Process]:
    """The processes of PostgreSQL that a service is connected to."""
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE application_name = 'students-service' AND datname = current_database()"
        )
        found = [psutil.Process(pid) for (pid,) in cursor.fetchall()]
    connection.close()
    return found


def test_connections_that_are_stuck_are_replaced(database: str, serve: Serve) -> None:
    """PostgreSQL itself works, and so does the service again, although nothing wakes these up."""
    environment = {"STUDENTS_HEALTH_TIMEOUT": "0.5", "STUDENTS_REQUEST_TIMEOUT": "1"}
    service = serve("--database-url", database, environment=environment)
    for path in ("/health", "/students"):
        assert httpx.get(f"{service.url}{path}").status_code == 200
    frozen = backends(database)
    assert frozen
    for process in frozen:
        process.suspend()
    try:
        unavailable(httpx.get(f"{service.url}/students", timeout=RECOVERY_S))
        assert recovered(service.url).status_code == 200
        while (answer := httpx.get(f"{service.url}/students", timeout=RECOVERY_S)).status_code == 503:
            pass
        assert answer.status_code == 200
        for process in (still := [each for each in backends(database) if each not in frozen]):
            process.suspend()
        frozen += still
        assert service.end() == 0
    finally:
        for process in frozen:
            process.resume()


def test_a_read_only_database_is_told_and_read(database: str, serve: Serve) -> None:
    service = serve("--database-url", database)
    name = sa.make_url(database).database
    connection = psycopg2.connect(database)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        # The setting is for new connections.
        for process in backends(database):
            cursor.execute("SELECT pg_terminate_backend(%s)", (process.pid,))
            psutil.wait_procs([process], RECOVERY_S)
        httpx.get(f"{service.url}/health")
        for answer in (
            httpx.post(f"{service.url}/students", json=new_student()),
            httpx.get(f"{service.url}/health"),
        ):
            unavailable(answer)
            assert "read-only" in answer.json()["detail"]
        assert httpx.get(f"{service.url}/students").status_code == 200
    connection.close()


def test_a_table_that_is_gone_is_one_line_of_the_log(database: str, serve: Serve) -> None:
    service = serve("--database-url", database)
    connection = psycopg2.connect(database)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE students RENAME TO former")
        answer = httpx.post(f"{service.url}/students", json=new_student(given_name="Secret"))
        assert answer.status_code == 500
        line = service.wait_for("UndefinedTable").string
        assert answer.json()["request_id"] in line
        assert 'relation "students" does not exist' in line.replace("\\", "")
        cursor.execute("ALTER TABLE former RENAME TO students")
    assert httpx.get(f"{service.url}/students").status_code == 200
    assert service.end() == 0
    assert "Traceback" not in service.output
    assert "Secret" not in service.output
    connection.close()


def test_requests_waiting_for_a_thread_time_out(database: str, serve: Serve) -> None:
    service = serve("--database-url", database, environment={"STUDENTS_REQUEST_TIMEOUT": "1"})
    lock = psycopg2.connect(database)
    lock.cursor().execute("LOCK TABLE students")
    try:
        with ThreadPoolExecutor(4 * THREADS) as clients:
            calls = [
                clients.submit(httpx.get, f"{service.url}{path}", timeout=RECOVERY_S)
                for path in ["/students/1"] * 3 * THREADS + ["/"] * THREADS
            ]
            for call in calls[: 3 * THREADS]:
                unavailable(call.result())
            assert {call.result().status_code for call in calls[3 * THREADS :]} <= {200, 503}
    finally:
        lock.close()
    assert recovered(service.url).status_code == 200
    assert httpx.get(f"{service.url}/students/1").status_code == 404
