"""Nothing in the governance store is changed but through the one function that also writes the audit trail."""

import ast
from pathlib import Path

import pytest

ROOM = Path(__file__).resolve().parents[2] / "pipeline" / "governance"
# audit carries statements out and records them; store reads rows; engine sets up connections.
MAY_EXECUTE = {"audit", "store", "engine"}
EXECUTES = {"execute", "exec_driver_sql", "executemany", "scalar", "scalars"}
FILES = sorted(ROOM.glob("*.py"))


def called(path):
    """Names of all methods that a module calls."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {function.attr for function in calls if isinstance(function, ast.Attribute)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_the_doors_carry_out_statements(path):
    assert path.stem in MAY_EXECUTE or not called(path) & EXECUTES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_insert_or_update_is_handed_to_the_function_that_records_it(path):
    """Wherever a statement that writes is made, `written` is called, once for each."""
    tree = ast.parse(path.read_text())
    names = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    n_made = sum(name in {"insert", "update", "delete"} for name in names)
    if path.stem != "audit":
        assert names.count("written") == n_made
        assert "delete" not in names
