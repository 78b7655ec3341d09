"""Characters, escape sequences and classes of a regular expression (ECMA-262, section 22.2)."""

from openapi.payloads.regex.characters import (
    CLASSES,
    LINE_ENDS,
    TEXT,
    Ranges,
    category,
    difference,
    union,
)
from openapi.payloads.regex.scanner import Scanner
from openapi.payloads.tuning import LARGEST_CASED_RANGE

_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


class CharacterParser:
    """Parses what stands for one character. `ignore_case` and `dot_matches_line_ends` are flags of the
    expression, which hold from where they stand.
    """

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self.ignore_case = False
        self.dot_matches_line_ends = False

    @property
    def dot(self) -> Ranges:
        """The characters that a dot matches."""
        return TEXT if self.dot_matches_line_ends else difference(TEXT, LINE_ENDS)

    def literal(self, character: str) -> Ranges:
        """A character that stands for itself."""
        return self._in_both_cases(((ord(character), ord(character)),))

    def escape(self, sign: str) -> Ranges:
        """The characters of an escape sequence whose first character after the backslash has been read."""
        return self._in_both_cases(self._escape(sign))

    def character_class(self) -> Ranges:
        """The characters of a class whose opening bracket has been read. Raises Unmatchable."""
        negated = self._scanner.skip("^")
        ranges: Ranges = ()
        while not self._scanner.skip("]"):
            ranges = union(ranges, self._class_range())
        ranges = self._in_both_cases(ranges)
        return self._in_both_cases(difference(TEXT, ranges) if negated else ranges)

    def _class_range(self) -> Ranges:
        """One character of a class, or a range of characters."""
        low = self._class_atom()
        following = self._scanner.peek(2)
        if following[:1] != "-" or following[1:] in ("]", ""):
            return low
        self._scanner.skip("-")
        high = self._class_atom()
        if not (_is_single(low) and _is_single(high)):
            return union(union(low, high), ((ord("-"), ord("-")),))
        if low[0][0] > high[0][0]:
            raise self._scanner.error("a range that goes backwards")
        return ((low[0][0], high[0][0]),)

    def _class_atom(self) -> Ranges:
        character = self._scanner.read()
        if character == "\\":
            sign = self._scanner.read()
            return ((8, 8),) if sign == "b" else self._escape(sign)
        return ((ord(character), ord(character)),)

    def _escape(self, sign: str) -> Ranges:
        if sign.lower() in CLASSES:
            ranges = CLASSES[sign.lower()]
            return ranges if sign.islower() else difference(TEXT, ranges)
        if sign in "pP" and self._scanner.skip("{"):
            ranges = category(self._scanner.read_until("}"))
            if not ranges:
                raise self._scanner.error("an unknown property of characters")
            return ranges if sign == "p" else difference(TEXT, ranges)
        code = self._code_point(sign)
        return ((code, code),)

    def _code_point(self, sign: str) -> int:
        if sign == "x":
            return self._scanner.read_hexadecimal(2)
        if sign == "u" and self._scanner.skip("{"):
            return int(self._scanner.read_until("}"), 16)
        if sign == "u":
            return self._scanner.read_hexadecimal(4)
        if sign == "c":
            return ord(self._scanner.read()) % 32
        return _CONTROLS.get(sign, ord(sign))

    def _in_both_cases(self, ranges: Ranges) -> Ranges:
        """The characters in capitals and in small letters, if the expression ignores case."""
        if not self.ignore_case:
            return ranges
        swapped = [
            (ord(other), ord(other))
            for low, high in ranges
            if high - low < LARGEST_CASED_RANGE
            for code in range(low, high + 1)
            if len(other := chr(code).swapcase()) == 1
        ]
        return union(ranges, tuple(swapped))


def _is_single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
