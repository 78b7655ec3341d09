"""Makes texts of services and documents safe to print on a terminal, and to write into a page or XML."""

import re

_NOT_PRINTABLE = re.compile(
    # Control characters, marks that change the direction of writing, characters without width, halves of
    # surrogate pairs, and noncharacters. JSON may contain all of them (RFC 8259), terminals and XML 1.0 must
    # not.
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    """A text in one line, in which characters that are invisible or control a terminal are escaped as in
    Python. The escape character, which starts terminal commands, becomes four printable characters.
    """
    return _NOT_PRINTABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
