"""Texts of services and documents as a terminal, a page and a parser may be given them."""

import re

_NOT_PRINTABLE = re.compile(
    # Controls, the marks that turn the direction of writing, what has no width, halves of pairs, and what is
    # no character: RFC 8259 lets all of them into JSON, XML 1.0 and terminals have no place for them.
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    """A text in one line, in which everything that is not to be seen, or does more than that, is written
    out as in Python: the byte 27, which begins commands to a terminal, as four characters.
    """
    return _NOT_PRINTABLE.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
