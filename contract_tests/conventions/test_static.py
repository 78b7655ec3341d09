"""Types, lint, format and the direction of imports."""

import pytest

from contract_tests.support.processes import run

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    "command",
    [("mypy",), ("ruff", "check", "."), ("ruff", "format", "--check", "."), ("lint-imports",)],
    ids=" ".join,
)
def test_every_convention_is_kept(command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.process.returncode == 0, done.output
