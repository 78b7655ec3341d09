"""What is wrong with a file of hooks is said in one line, before the run."""

from pathlib import Path
from random import Random

import pytest

from contract_tests.support.documents import operation
from load.errors import LoadError
from load.hooks.hook_file import read_hooks

IMPORT = "from load.hooks import change, check, react, realism\n"


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "hooks.py"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "it has no hooks: mark functions with"),
        ("def f(:\n    pass", r"hooks.py:1: invalid syntax"),
        ("import nothing_like_it", "hooks.py:1: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("x = 1\n1 / 0", "hooks.py:2: ZeroDivisionError: division by zero"),
        ("@check\ndef f(request, answer): ...", r"f: a mark needs parentheses, such as @check\(\)"),
        ("@check()\ndef f(request): ...", r"hook f \(hooks.py:\d\) has to take \(request, answer\)"),
        ("@change()\ndef f(): ...", r"hook f \(hooks.py:\d\) has to take \(request\)"),
        ("@realism('iban')\ndef f(): ...", r"hook f \(hooks.py:\d\) has to take \(random\)"),
        ("@realism()\ndef f(random): ...", "@realism needs the name of a property"),
        ("@react()\nasync def f(request, answer): ...", "f .* is async"),
        (
            "@check('get_thin')\ndef f(request, answer): ...",
            r"@check\('get_thin'\): no operation has this id.*did you mean 'get_thing'",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, IMPORT + text if text.startswith("@") else text)
    with pytest.raises(LoadError, match=message) as raised:
        read_hooks(path, [operation(operationId="get_thing")])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "message"), [("none.py", "no such file"), ("hooks.txt", "has to end in .py")]
)
def test_a_file_that_is_none_is_one_line(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "hooks.txt").write_text("")
    with pytest.raises(LoadError, match=message):
        read_hooks(str(tmp_path / name), [])


def test_texts_are_made_by_functions_that_may_fail(tmp_path: Path) -> None:
    text = IMPORT + (
        "@realism('iban')\ndef one(random): return f'X{random.randrange(9)}'\n"
        "@realism('bic')\ndef two(random): return 5\n"
        "@realism('vat')\ndef three(random): return {}['x']\n"
    )
    realism = read_hooks(written(tmp_path, text), []).realism
    assert realism["iban"](Random(1)) == f"X{Random(1).randrange(9)}"
    with pytest.raises(LoadError, match=r"hook two \(hooks.py:\d\) returned 5, which is not a text"):
        realism["bic"](Random(1))
    with pytest.raises(LoadError, match=r"hook three \(hooks.py:\d\) raised KeyError: 'x' \(hooks.py:7\)"):
        realism["vat"](Random(1))


def test_a_file_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "beside_the_hooks.py").write_text("WORD = 'beside'")
    text = IMPORT + "from beside_the_hooks import WORD\n@realism('word')\ndef word(random): return WORD\n"
    assert read_hooks(written(tmp_path, text), []).realism["word"](Random()) == "beside"
