"""Reads a regular expression character by character."""


class Unmatchable(Exception):
    """A regular expression that no string can be built for; the message says why."""


class Scanner:
    """A position in a pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._position = 0

    @property
    def at_end(self) -> bool:
        """Whether all characters have been read."""
        return self._position >= len(self._pattern)

    @property
    def rest(self) -> str:
        """The characters that have not been read."""
        return self._pattern[self._position :]

    def error(self, reason: str) -> Unmatchable:
        """The error of a pattern that is no regular expression."""
        return Unmatchable(f"{self._pattern!r} is not a regular expression: {reason} at {self._position}")

    def peek(self, length: int = 1) -> str:
        """The next characters, which stay unread; fewer at the end."""
        return self._pattern[self._position : self._position + length]

    def skip(self, text: str) -> bool:
        """Read a text if it comes next. Returns whether it did."""
        if self._pattern.startswith(text, self._position):
            self._position += len(text)
            return True
        return False

    def read(self) -> str:
        """Read one character. Raises Unmatchable at the end."""
        if self.at_end:
            raise self.error("its end is missing")
        self._position += 1
        return self._pattern[self._position - 1]

    def read_until(self, end: str) -> str:
        """Read up to a text, and the text itself; returns what comes before it. Raises Unmatchable."""
        stop = self._pattern.find(end, self._position)
        if stop < 0:
            raise self.error(f"{end!r} is missing")
        text = self._pattern[self._position : stop]
        self._position = stop + len(end)
        return text

    def read_hexadecimal(self, digits: int) -> int:
        """Read a number of so many hexadecimal digits. Raises Unmatchable."""
        text = self.peek(digits)
        self._position += digits
        try:
            return int(text, 16)
        except ValueError:
            raise self.error("hexadecimal digits are missing") from None
