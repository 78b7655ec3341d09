"""Regular expressions as JSON Schema understands them (ECMA-262, section 22.2), parsed."""

from dataclasses import dataclass

from openapi.payloads.regex.characters import CLASSES, LINE_ENDS, TEXT, Ranges, category, difference, union

_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0, "a": 7, "e": 27}


class Unmatchable(Exception):
    """A regular expression that no text can be built for; the message says why."""


@dataclass(frozen=True)
class Node:
    """A part of a parsed expression; `kind` is characters, sequence, choice, repeat, begin, end,
    boundary, look or before, which is anything that comes before.
    """

    kind: str
    parts: tuple["Node", ...] = ()
    ranges: Ranges = ()
    least: int = 0
    most: int | None = None
    negated: bool = False
    behind: bool = False

    def holds(self, *kinds: str) -> bool:
        """Whether any part, however deep, is of these kinds; `behind` is a look behind or a boundary."""
        own = "behind" if self.kind == "boundary" or (self.kind == "look" and self.behind) else self.kind
        return own in kinds or any(each.holds(*kinds) for each in self.parts)


def parsed(pattern: str) -> Node:
    """The parts of a regular expression. Raises Unmatchable when it is not one."""
    return _Parser(pattern).parsed()


class _Parser:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._ignore_case = False
        self._groups: dict[str, Node] = {}
        self._dot: Ranges = difference(TEXT, LINE_ENDS)

    def parsed(self) -> Node:
        """The whole expression. Raises Unmatchable when it is not one."""
        node = self._choice()
        if self._at < len(self._pattern):
            raise self._error("a bracket too many")
        return node

    def _error(self, reason: str) -> Unmatchable:
        return Unmatchable(f"{self._pattern!r} is not a regular expression: {reason} at {self._at}")

    def _next(self, text: str) -> bool:
        """Whether the text comes next; it is passed by then."""
        if self._pattern.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _take(self) -> str:
        if self._at >= len(self._pattern):
            raise self._error("its end is missing")
        self._at += 1
        return self._pattern[self._at - 1]

    def _until(self, end: str) -> str:
        stop = self._pattern.find(end, self._at)
        if stop < 0:
            raise self._error(f"{end!r} is missing")
        text = self._pattern[self._at : stop]
        self._at = stop + len(end)
        return text

    def _choice(self) -> Node:
        choices = [self._sequence()]
        while self._next("|"):
            choices.append(self._sequence())
        return choices[0] if len(choices) == 1 else Node("choice", tuple(choices))

    def _sequence(self) -> Node:
        items: list[Node] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            item = self._repeated(self._atom())
            if item is not None:
                items.append(item)
        return items[0] if len(items) == 1 else Node("sequence", tuple(items))

    def _repeated(self, atom: Node | None) -> Node | None:
        while atom is not None and (counts := self._counts()) is not None:
            if not self._next("?"):
                self._next("+")
            atom = Node("repeat", (atom,), least=counts[0], most=counts[1])
        return atom

    def _counts(self) -> tuple[int, int | None] | None:
        for sign, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._next(sign):
                return counts
        if self._pattern[self._at : self._at + 1] != "{":
            return None
        least, comma, most = self._pattern[self._at + 1 :].partition("}")[0].partition(",")
        if not least.isdigit() or not (most == "" or most.isdigit()):
            return None
        self._until("}")
        return int(least), (int(most) if most else None) if comma else int(least)

    def _atom(self) -> Node | None:
        match self._take():
            case "(":
                return self._group()
            case "[":
                return Node("characters", ranges=self._cased(self._set()))
            case ".":
                return Node("characters", ranges=self._dot)
            case "^":
                return Node("begin")
            case "$":
                return Node("end")
            case "\\":
                return self._escaped()
            case character:
                if character in "*+?":
                    raise self._error("nothing to repeat")
                return self._literal(ord(character))

    def _literal(self, code: int) -> Node:
        return Node("characters", ranges=self._cased(((code, code),)))

    def _cased(self, ranges: Ranges) -> Ranges:
        if not self._ignore_case:
            return ranges
        swapped = [
            (ord(swap), ord(swap))
            for low, high in ranges
            if high - low < 0x3000
            for code in range(low, high + 1)
            if len(swap := chr(code).swapcase()) == 1
        ]
        return union(ranges, tuple(swapped))

    def _group(self) -> Node | None:
        looks = {"?=": (False, False), "?!": (False, True), "?<=": (True, False), "?<!": (True, True)}
        for sign, (behind, negated) in looks.items():
            if self._next(sign):
                return Node("look", (self._closed(),), behind=behind, negated=negated)
        if self._next("?:") or self._next("?>"):
            return self._closed()
        names = [str(sum(each.isdigit() for each in self._groups) + 1)]
        if self._next("?P<") or self._next("?<"):
            names.append(self._until(">"))
        elif self._next("?"):
            return None if self._flags() else self._closed()
        self._groups[names[0]] = Node("sequence")
        node = self._closed()
        self._groups.update(dict.fromkeys(names, node))
        return node

    def _closed(self) -> Node:
        node = self._choice()
        if not self._next(")"):
            raise self._error("a closing bracket is missing")
        return node

    def _flags(self) -> bool:
        """Passes flags by; gives whether they stand alone, as (?i) does, and not before a group."""
        flags = ""
        while (sign := self._take()) not in "):":
            flags += sign
        on = flags.partition("-")[0]
        if not set(flags) <= set("imsux-"):
            raise self._error(f"flags {flags!r}")
        self._ignore_case = self._ignore_case or "i" in on
        if "s" in on:
            self._dot = TEXT
        return sign == ")"

    def _escaped(self) -> Node:
        sign = self._take()
        if sign in "bB":
            return Node("boundary", negated=sign == "B")
        if sign == "A":
            return Node("begin")
        if sign in "zZ":
            return Node("end")
        if sign == "k" and self._next("<"):
            return self._groups.get(self._until(">"), Node("sequence"))
        if sign.isdigit() and sign != "0":
            return self._groups.get(sign, Node("sequence"))
        return Node("characters", ranges=self._cased(self._escape(sign)))

    def _escape(self, sign: str) -> Ranges:
        """The characters of an escape sequence whose sign has been taken."""
        if sign.lower() in CLASSES:
            ranges = CLASSES[sign.lower()]
            return ranges if sign.islower() else difference(TEXT, ranges)
        if sign in "pP" and self._next("{"):
            ranges = category(self._until("}"))
            if not ranges:
                raise self._error("an unknown property of characters")
            return ranges if sign == "p" else difference(TEXT, ranges)
        code = self._code(sign)
        return ((code, code),)

    def _code(self, sign: str) -> int:
        if sign == "x":
            return self._hexadecimal(2)
        if sign == "u" and self._next("{"):
            return int(self._until("}"), 16)
        if sign == "u":
            code = self._hexadecimal(4)
            if 0xD800 <= code < 0xDC00 and self._next("\\u"):
                return 0x10000 + ((code - 0xD800) << 10) + self._hexadecimal(4) - 0xDC00
            return code
        if sign == "c":
            return ord(self._take()) % 32
        return _CONTROLS.get(sign, ord(sign))

    def _hexadecimal(self, digits: int) -> int:
        text = self._pattern[self._at : self._at + digits]
        self._at += digits
        try:
            return int(text, 16)
        except ValueError:
            raise self._error("hexadecimal digits are missing") from None

    def _set(self) -> Ranges:
        negated = self._next("^")
        ranges: Ranges = ()
        while not self._next("]"):
            low = self._member()
            if self._pattern[self._at : self._at + 1] == "-" and self._pattern[
                self._at + 1 : self._at + 2
            ] not in ("]", ""):
                self._at += 1
                high = self._member()
                if _is_single(low) and _is_single(high):
                    if low[0][0] > high[0][0]:
                        raise self._error("a range that goes backwards")
                    ranges = union(ranges, ((low[0][0], high[0][0]),))
                    continue
                ranges = union(union(ranges, high), ((ord("-"), ord("-")),))
            ranges = union(ranges, low)
        ranges = self._cased(ranges)
        return difference(TEXT, ranges) if negated else ranges

    def _member(self) -> Ranges:
        character = self._take()
        if character == "\\":
            sign = self._take()
            return ((8, 8),) if sign == "b" else self._escape(sign)
        return ((ord(character), ord(character)),)


def _is_single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
