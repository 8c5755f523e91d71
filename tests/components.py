"""PostgreSQL and the parts of a real Airflow, started for a test and stopped without a trace."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg2
import pytest
import requests

from tests.conftest import ROOT

PARTS = ("api-server", "scheduler", "dag-processor")
MARK = "CARTWATCH_TEST_MARK"
ADMIN = "admin"
# Who may log in, with the role that Airflow gives each.
USERS = {ADMIN: "admin", "ada": "user", "mallory": "user"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_until(is_done: Callable[[], object], seconds: float, what: str) -> object:
    """The first true answer; fails the test, naming what was waited for, when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := is_done():
            return answer
        time.sleep(1)
    pytest.fail(f"after {seconds:g} s still no {what}")


@dataclass(frozen=True)
class Postgres:
    """A server that lets us in without a password, or with the one in its address."""

    host: str = "127.0.0.1"
    port: int = 5432
    user: str = "postgres"
    password: str | None = None

    def connect(self, database: str = "postgres"):
        made = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database,
            connect_timeout=3,
        )
        made.autocommit = True
        return made

    def url(self, database: str) -> str:
        secret = f":{self.password}" if self.password else ""
        return f"postgresql+psycopg2://{self.user}{secret}@{self.host}:{self.port}/{database}"

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def run(self, statement: str, database: str = "postgres") -> list[tuple]:
        with contextlib.closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def named_postgres() -> Postgres:
    """The server that CARTWATCH_TEST_POSTGRES names, as host:port or as an address; else 127.0.0.1:5432."""
    text = os.environ.get("CARTWATCH_TEST_POSTGRES", "127.0.0.1:5432")
    parts = urlsplit(text if "://" in text else f"postgresql://{text}")
    return Postgres(parts.hostname or "127.0.0.1", parts.port or 5432, parts.username or "postgres", parts.password)


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server: the one named, else one of our own; skips where there is neither, and fails in CI."""
    named = named_postgres()
    if named.answers():
        yield named
        return
    programs = server_programs()
    if programs is None:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"no PostgreSQL at {named.host}:{named.port} and no initdb on this machine: set CARTWATCH_TEST_POSTGRES")
    with _own_server(programs) as own:
        yield own


def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return next((path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)


@contextlib.contextmanager
def _own_server(programs: Path) -> Iterator[Postgres]:
    """A server on a spare port; run by the user postgres where we are root, as it refuses root."""
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="cartwatch-postgres-") as folder:
        if who:
            shutil.chown(folder, "postgres", "postgres")

        def run(program: str, *options: str) -> None:
            command = [programs / program, "-D", f"{folder}/data", *options]
            subprocess.run(command, cwd=folder, check=True, timeout=60, stdout=subprocess.DEVNULL, **who)

        run("initdb", "--auth=trust", "--username=postgres", "--no-sync")
        settings = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", settings, "start")
        try:
            yield Postgres(port=port)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextlib.contextmanager
def database(server: Postgres) -> Iterator[str]:
    """A fresh database, dropped at the end whoever still holds it."""
    name = f"cartwatch_test_{secrets.token_hex(6)}"
    server.run(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Airflow:
    """A real scheduler with its API server and DAG processor, and the database it writes to."""

    home: Path
    server: Postgres
    database: str
    port: int = field(default_factory=free_port)
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CARTWATCH_"))}
        return (
            kept
            | self.more
            | {
                MARK: self.mark,
                "NO_PROXY": "127.0.0.1",
                "AIRFLOW_HOME": str(self.home),
                "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
                "AIRFLOW__API__SECRET_KEY": self.mark,
                "AIRFLOW__API_AUTH__JWT_SECRET": self.mark * 4,
                "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
                "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
                "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__PARALLELISM": "2",
                "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
                "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.server.url(self.database),
                "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            }
        )

    def command(self, *words: str) -> str:
        """What an airflow command prints; fails the test with its output when it does not succeed."""
        command = [sys.executable, "-m", "airflow", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def post(self, path: str, body: dict[str, object]) -> dict:
        """What the REST API answers."""
        answer = self.send("POST", path, body)
        assert answer.ok, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: dict[str, object], user: str = ADMIN) -> requests.Response:
        """The REST API's answer to somebody who has logged in."""
        base = f"http://127.0.0.1:{self.port}"
        login = {"username": user, "password": self.mark}
        token = requests.post(f"{base}/auth/token", json=login, timeout=10).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        return requests.request(method, f"{base}/api/v2/{path}", json=body, headers=bearer, timeout=30)

    def ask(self, statement: str) -> list[tuple]:
        return self.server.run(statement, self.database)

    def task_log(self, run_id: str, task_id: str) -> str:
        """Every try's log of a task, as the web page shows them."""
        folder = self.home / "logs" / "dag_id=faers_quarter" / f"run_id={run_id}" / f"task_id={task_id}"
        return "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))

    def part_log(self, name: str) -> str:
        """What one of our parts has said so far."""
        return self._log(name).read_text()

    def _log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def errors(self) -> list[str]:
        """What the tasks that failed said."""
        lines = [line for path in (self.home / "logs").rglob("attempt=*.log") for line in path.read_text().splitlines()]
        entries = [json.loads(line) for line in lines if '"level":"error"' in line]
        return [f"{entry.get('task_id')}: {entry.get('error_detail', [{}])[0].get('exc_value')}" for entry in entries]

    def is_healthy(self) -> bool:
        try:
            told = requests.get(f"http://127.0.0.1:{self.port}/api/v2/monitor/health", timeout=3).json()
        except requests.RequestException:
            return False
        return all(told[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    @contextlib.contextmanager
    def running(self) -> Iterator["Airflow"]:
        """All parts up and healthy; nothing of them is left afterwards."""
        (self.home / "passwords.json").write_text(json.dumps(dict.fromkeys(USERS, self.mark)))
        self.command("db", "migrate")
        with contextlib.ExitStack() as stack:
            for part in PARTS:
                stack.enter_context(self._part(part))
            wait_until(self.is_healthy, 120, f"healthy Airflow; see {self.home}")
            yield self
        assert self.leftovers() == []

    @contextlib.contextmanager
    def _part(self, name: str) -> Iterator[None]:
        options = {
            "api-server": ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"],
            "scheduler": ["--skip-serve-logs"],
            "dag-processor": [],
        }[name]
        with self._log(name).open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "airflow", name, *options],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield
            finally:
                _stop(process)

    def leftovers(self) -> list[str]:
        """Processes that carry our mark in their environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
        return found


def _stop(process: subprocess.Popen) -> None:
    """Ask a part to end; then end it and every process it has started, by their ids."""
    family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(10)
