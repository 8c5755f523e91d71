"""Data flows one way, and each heavy library has one door."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "pipeline").rglob("*.py"))
RANK = {
    "errors": 0, "config": 0,
    "contract": 1,
    "lake": 2, "vocabulary": 2,
    "signals": 3, "sequential": 3, "study": 3, "intake": 3,
    "quality": 4, "cases": 4, "cohort": 4, "governance": 4, "report": 4, "demo": 4,
    "steps": 5,
    "screen": 6, "screengovernance": 6, "render": 6, "verbs": 7, "cli": 8,
}  # fmt: skip
DOORS = {
    "duckdb": {"lake"},
    "deltalake": {"lake"},
    "great_expectations": {"quality"},
    "airflow": set(),
    "sqlalchemy": {"governance"},
    "alembic": {"governance"},
    "pyreadstat": {"intake"},
    "click": {"cli", "verbs", "screen"},
    "rich": {"verbs", "screen", "screengovernance"},
}
BEFORE_HELP = (
    "duckdb",
    "deltalake",
    "pyarrow",
    "numpy",
    "scipy",
    "pandas",
    "great_expectations",
    "altair",
    "sqlalchemy",
    "rich.table",
)


def room(path):
    parts = path.relative_to(ROOT / "pipeline").with_suffix("").parts
    return parts[0]


@functools.cache
def imported(path):
    """Names of modules a file imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return (*plain, *(node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_rooms_below_it(path):
    if room(path) == "__init__":
        return
    for name in imported(path):
        if name.startswith("pipeline.") and name.split(".")[1] != room(path):
            assert RANK[name.split(".")[1]] < RANK[room(path)] or (room(path), name.split(".")[1]) in SIDEWAYS, (
                path,
                name,
            )


SIDEWAYS = {("screengovernance", "screen"), ("quality", "cases"), ("report", "cases"), ("report", "cohort")}


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library):
    users = {room(path) for path in FILES for name in imported(path) if name.split(".")[0] == library}
    assert users <= DOORS[library]


def test_statistics_know_no_tables():
    rooms = [path for room in ("signals", "sequential", "study") for path in (ROOT / "pipeline" / room).glob("*.py")]
    libraries = {name.split(".")[0] for path in rooms for name in imported(path)}
    assert not libraries & {"duckdb", "pandas", "pyarrow", "deltalake"}


def test_no_import_runs_in_a_circle():
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {other for other in imported(path) if other.startswith("pipeline")}
    done, path = set(), []

    def visit(name):
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name in done or name not in graph:
            return
        path.append(name)
        for other in graph[name]:
            visit(other)
        done.add(path.pop())

    for name in graph:
        visit(name)


def test_help_imports_nothing_heavy():
    code = f"import sys, pipeline.cli; print([name for name in {BEFORE_HELP!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
