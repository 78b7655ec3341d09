"""Modules, functions and classes stay small, or their docstring says why they are larger."""

import ast
from collections.abc import Iterator

import pytest

from contract_tests.support.processes import ROOT

PACKAGES = ("openapi", "students_service", "load", "contract_tests")
MODULE_LINES, FUNCTION_LINES, FIELDS, METHODS = 300, 40, 8, 12
REASON = "Larger than usual:"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def fields(definition: ast.ClassDef) -> set[str]:
    """The names that a class annotates in its body or assigns to `self` in its methods."""
    declared = {
        statement.target.id
        for statement in definition.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    assigned = {
        node.attr
        for method in definition.body
        if isinstance(method, Function)
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return declared | assigned


def sizes(node: ast.AST, lines: int) -> Iterator[tuple[int, int, str]]:
    """What is measured of a node: its size, the limit, and the unit."""
    match node:
        case ast.Module():
            yield lines, MODULE_LINES, "lines"
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield (node.end_lineno or node.lineno) - node.lineno + 1, FUNCTION_LINES, "lines"
        case ast.ClassDef():
            yield len(fields(node)), FIELDS, "fields"
            yield sum(isinstance(statement, Function) for statement in node.body), METHODS, "methods"


def oversized(source: str) -> Iterator[str]:
    """What is over a limit in a module, and does not say why."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Module | ast.ClassDef | Function):
            continue
        if REASON in " ".join((ast.get_docstring(node) or "").split()):
            continue
        name = "the module" if isinstance(node, ast.Module) else node.name
        for size, limit, unit in sizes(node, source.count("\n")):
            if size > limit:
                yield f"{name}: {size} {unit}, the limit is {limit}"


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_is_small_or_says_why_not(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {message}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for message in oversized(path.read_text())
    ]
    assert not found, "\n".join(
        ["split it, or say why not in its docstring ('Larger than usual: ...'):", *found]
    )


FUNCTION = "def run():\n{}" + "    call()\n" * 40
FIELDED = "class Row:\n{}" + "".join(f"    column_{number}: int\n" for number in range(9))
METHODICAL = "class Visitor:\n{}" + "".join(f"    def visit_{number}(self): ...\n" for number in range(13))
ASSIGNING = "class State:\n{}    def __init__(self):\n" + "".join(
    f"        self.a{number}, self.b{number} = 1, 2\n" for number in range(5)
)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (FUNCTION, "run: 41 lines, the limit is 40"),
        (FIELDED, "Row: 9 fields, the limit is 8"),
        (ASSIGNING, "State: 10 fields, the limit is 8"),
        (METHODICAL, "Visitor: 13 methods, the limit is 12"),
    ],
)
def test_what_is_over_a_limit_needs_a_reason(source: str, message: str) -> None:
    assert list(oversized(source.format(""))) == [message]
    assert (
        list(oversized(source.format('    """It.\n\n    Larger than usual: it has to be.\n    """\n'))) == []
    )


def test_a_long_module_needs_a_reason() -> None:
    assert list(oversized("call()\n" * 301)) == ["the module: 301 lines, the limit is 300"]
    assert list(oversized('"""Larger than usual: one table."""\n' + "call()\n" * 301)) == []
