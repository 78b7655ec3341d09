"""The results file is read back as it was written."""

from pathlib import Path

import pytest

from load.errors import LoadError
from load.measurements import results_file


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot read"), ("{", "it is not JSON"), ("{}", "not a file of results of this version")],
)
def test_a_file_that_is_no_results_file_is_reported(
    content: str | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(LoadError, match=message):
        results_file.read(tmp_path)
