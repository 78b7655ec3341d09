"""Finds what somebody may have meant by a misspelled word."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The end of a message: `; did you mean 'x-unique'?`, or nothing if no word is near."""
    near = difflib.get_close_matches(word, [*words], n=1, cutoff=0.75)
    return f"; did you mean {near[0]!r}?" if near else ""
