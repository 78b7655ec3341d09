"""Texts that match regular expressions, as JSON Schema understands them (ECMA-262, section 22.2)."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from openapi.payloads.languages import (
    BEGIN,
    END,
    TEXT,
    Ranges,
    Term,
    Terms,
    Texts,
    TooComplex,
    difference,
    union,
)

_DIGITS: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES: Ranges = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACES}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0, "a": 7, "e": 27}
_LAST_KNOWN_TO_CATEGORIES = 0xFFFF
_SHORTER = 24


class Unmatchable(Exception):
    """A regular expression that no text can be built for; the message says why."""


@dataclass(frozen=True)
class _Node:
    """A part of a parsed expression; `kind` is characters, sequence, choice, repeat, begin, end,
    boundary, look or before, which is anything that comes before.
    """

    kind: str
    parts: tuple["_Node", ...] = ()
    ranges: Ranges = ()
    least: int = 0
    most: int | None = None
    negated: bool = False
    behind: bool = False

    def holds(self, *kinds: str) -> bool:
        """Whether any part, however deep, is of these kinds; `behind` is a look behind or a boundary."""
        own = "behind" if self.kind == "boundary" or (self.kind == "look" and self.behind) else self.kind
        return own in kinds or any(each.holds(*kinds) for each in self.parts)


class Matching:
    """Texts that match every pattern given, none of the others, and have a length within bounds.

    Where a pattern refers back to a group, texts are like it but need not repeat what it matched.
    Raises Unmatchable when there is no such text, or when the expressions are beyond us.
    """

    def __init__(
        self, patterns: Iterable[str], others: Iterable[str] = (), least: int = 0, most: int | None = None
    ) -> None:
        terms = Terms()
        parsed = [_Parser(each).parsed() for each in patterns]
        barred = [_Parser(each).parsed() for each in others]
        builder = _Builder(terms)
        try:
            whole = terms.both(
                (
                    builder.framed(),
                    *(builder.search(each) for each in parsed),
                    *(terms.other_than(builder.search(each)) for each in barred),
                )
            )
            self._texts = Texts(terms, whole, least, most)
        except (TooComplex, RecursionError):
            raise Unmatchable(
                f"{' and '.join(map(repr, patterns))}: too complex to build texts for"
            ) from None
        if not self._texts.lengths:
            raise Unmatchable(_contradiction(patterns, others, least, most))
        lengths = self._texts.lengths
        self._common = [each for each in lengths if each <= lengths[0] + _SHORTER]
        self._bounds = (lengths[0], lengths[-1])

    def draw(self, random: Random) -> str:
        """One text; mostly of the shorter lengths, now and then of the shortest or longest."""
        chance = random.random()
        length = self._bounds[chance < 0.05] if chance < 0.1 else random.choice(self._common)
        return self._texts.draw(random, length)

    def of_length(self, random: Random, length: int) -> str | None:
        """One text of this length, if there is any."""
        return self._texts.draw(random, length) if length in self._texts.lengths else None


def _contradiction(patterns: Iterable[str], others: Iterable[str], least: int, most: int | None) -> str:
    rules = [*(f"matches {each!r}" for each in patterns), *(f"does not match {each!r}" for each in others)]
    if least:
        rules.append(f"has at least {least} characters")
    if most is not None:
        rules.append(f"has at most {most} characters")
    return f"no text {', '.join(rules)}"


class _Builder:
    """Terms of parsed expressions. What looks ahead holds of all that follows, so each part is built
    knowing the term of what follows it; what looks behind holds of all that came before.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def framed(self) -> Term:
        """Any text between its marks."""
        text = self._terms.repeated(self._terms.characters(TEXT), 0, None)
        return self._sequence(self._mark(BEGIN), text, self._mark(END))

    def search(self, node: _Node) -> Term:
        """Texts between marks in which the expression is found somewhere."""
        choices = node.parts if node.kind == "choice" else (node,)
        return self._terms.either(self._search(list(_items(each))) for each in choices)

    def _search(self, items: list[_Node]) -> Term:
        looks = []
        while items and items[0].kind == "begin" and len(items) > 1 and _looks_ahead(items[1]):
            looks.append(
                self._sequence(self._mark(BEGIN), self._part(items.pop(1), self._terms.everything, True))
            )
        anything = self._terms.everything
        return self._terms.both((*looks, self._built((_Node("before"), *items), anything, False)))

    def _sequence(self, *parts: Term) -> Term:
        whole = self._terms.empty
        for each in reversed(parts):
            whole = self._terms.then(each, whole)
        return whole

    def _mark(self, mark: int) -> Term:
        return self._terms.characters(((mark, mark),))

    def _built(self, items: Sequence[_Node], following: Term, begun: bool) -> Term:
        """The items in a row, then `following`; `begun` when the mark of begin has just gone by."""
        place = next((index for index in range(len(items))[::-1] if items[index].holds("behind")), None)
        if place is not None:
            return self._looking_behind(items, place, following, begun)
        starts = []
        for each in items:
            starts.append(begun)
            begun = each.kind == "begin" or (begun and each.kind in ("look", "end"))
        for each, start in zip(reversed(items), reversed(starts), strict=True):
            following = self._part(each, following, start)
        return following

    def _part(self, node: _Node, following: Term, begun: bool) -> Term:
        terms = self._terms
        match node.kind:
            case "before":
                return terms.then(terms.everything, following)
            case "characters":
                return terms.then(terms.characters(node.ranges), following)
            case "sequence":
                return self._built(node.parts, following, begun)
            case "choice":
                return terms.either(self._built(_items(each), following, begun) for each in node.parts)
            case "repeat":
                return self._repeat(node, following, begun)
            case "begin":
                return following if begun else terms.then(self._mark(BEGIN), following)
            case "end":
                return terms.both((terms.then(self._mark(END), terms.everything), following))
            case "look":
                ahead = self._built(_items(node.parts[0]), terms.everything, begun)
                return terms.both((terms.other_than(ahead) if node.negated else ahead, following))
        raise Unmatchable(f"{node.kind} is not supported here")

    def _repeat(self, node: _Node, following: Term, begun: bool) -> Term:
        (part,) = node.parts
        if part.holds("look", "end", "begin"):
            # What looks ahead cannot be repeated as a term of its own: write a few repeats out.
            most = node.least + 2 if node.most is None else min(node.most, node.least + 2)
            counts = range(node.least, most + 1)
            return self._terms.either(self._built((part,) * times, following, begun) for times in counts)
        repeated = self._terms.repeated(self._built((part,), self._terms.empty, False), node.least, node.most)
        return self._terms.then(repeated, following)

    def _looking_behind(self, items: Sequence[_Node], place: int, following: Term, begun: bool) -> Term:
        node, rest = items[place], items[place + 1 :]
        if node.kind == "sequence":
            return self._built((*items[:place], *node.parts, *rest), following, begun)
        if node.kind == "choice":
            return self._terms.either(
                self._built((*items[:place], *_items(each), *rest), following, begun) for each in node.parts
            )
        if node.kind == "repeat" or items[0].kind != "before":
            raise Unmatchable("looking behind is not supported here")
        if any(each.holds("look", "end") for each in items[:place]):
            raise Unmatchable("looking behind after looking ahead is not supported")
        before = self._built(items[:place], self._terms.empty, begun)
        after = self._built(rest, following, False)
        if node.kind == "look":
            seen = self._built((_Node("before"), *_items(node.parts[0])), self._terms.empty, False)
            kept = self._terms.other_than(seen) if node.negated else seen
            return self._terms.then(self._terms.both((before, kept)), after)
        return self._boundary(before, after, node.negated)

    def _boundary(self, before: Term, after: Term, negated: bool) -> Term:
        terms = self._terms
        word = terms.characters(_WORD)
        ends_in_word = terms.then(terms.everything, word)
        starts_with_word = terms.then(word, terms.everything)
        sides = [
            (ends_in_word, terms.other_than(starts_with_word)),
            (terms.other_than(ends_in_word), starts_with_word),
        ]
        if negated:
            sides = [(left, terms.other_than(right)) for left, right in sides]
        return terms.either(
            terms.then(terms.both((before, left)), terms.both((after, right))) for left, right in sides
        )


def _looks_ahead(node: _Node) -> bool:
    return node.kind == "look" and not node.behind


def _items(node: _Node) -> tuple[_Node, ...]:
    return node.parts if node.kind == "sequence" else (node,)


class _Parser:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._ignore_case = False
        self._groups: dict[str, _Node] = {}
        self._dot: Ranges = difference(TEXT, _LINE_ENDS)

    def parsed(self) -> _Node:
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

    def _choice(self) -> _Node:
        choices = [self._sequence()]
        while self._next("|"):
            choices.append(self._sequence())
        return choices[0] if len(choices) == 1 else _Node("choice", tuple(choices))

    def _sequence(self) -> _Node:
        items: list[_Node] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            item = self._repeated(self._atom())
            if item is not None:
                items.append(item)
        return items[0] if len(items) == 1 else _Node("sequence", tuple(items))

    def _repeated(self, atom: _Node | None) -> _Node | None:
        while atom is not None and (counts := self._counts()) is not None:
            if not self._next("?"):
                self._next("+")
            atom = _Node("repeat", (atom,), least=counts[0], most=counts[1])
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

    def _atom(self) -> _Node | None:
        match self._take():
            case "(":
                return self._group()
            case "[":
                return _Node("characters", ranges=self._cased(self._set()))
            case ".":
                return _Node("characters", ranges=self._dot)
            case "^":
                return _Node("begin")
            case "$":
                return _Node("end")
            case "\\":
                return self._escaped()
            case character:
                if character in "*+?":
                    raise self._error("nothing to repeat")
                return self._literal(ord(character))

    def _literal(self, code: int) -> _Node:
        return _Node("characters", ranges=self._cased(((code, code),)))

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

    def _group(self) -> _Node | None:
        looks = {"?=": (False, False), "?!": (False, True), "?<=": (True, False), "?<!": (True, True)}
        for sign, (behind, negated) in looks.items():
            if self._next(sign):
                return _Node("look", (self._closed(),), behind=behind, negated=negated)
        if self._next("?:") or self._next("?>"):
            return self._closed()
        names = [str(sum(each.isdigit() for each in self._groups) + 1)]
        if self._next("?P<") or self._next("?<"):
            names.append(self._until(">"))
        elif self._next("?"):
            return None if self._flags() else self._closed()
        self._groups[names[0]] = _Node("sequence")
        node = self._closed()
        self._groups.update(dict.fromkeys(names, node))
        return node

    def _closed(self) -> _Node:
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

    def _escaped(self) -> _Node:
        sign = self._take()
        if sign in "bB":
            return _Node("boundary", negated=sign == "B")
        if sign == "A":
            return _Node("begin")
        if sign in "zZ":
            return _Node("end")
        if sign == "k" and self._next("<"):
            return self._groups.get(self._until(">"), _Node("sequence"))
        if sign.isdigit() and sign != "0":
            return self._groups.get(sign, _Node("sequence"))
        return _Node("characters", ranges=self._cased(self._escape(sign)))

    def _escape(self, sign: str) -> Ranges:
        """The characters of an escape sequence whose sign has been taken."""
        if sign.lower() in _CLASSES:
            ranges = _CLASSES[sign.lower()]
            return ranges if sign.islower() else difference(TEXT, ranges)
        if sign in "pP" and self._next("{"):
            ranges = _category(self._until("}"))
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


_CATEGORIES = {
    "Letter": "L", "Alphabetic": "L", "Alpha": "L", "Uppercase": "Lu", "Lowercase": "Ll", "Upper": "Lu",
    "Lower": "Ll", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Mark": "M", "Number": "N",
    "Decimal_Number": "Nd", "Digit": "Nd", "digit": "Nd", "Punctuation": "P", "Punct": "P", "punct": "P",
    "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Symbol": "S", "Separator": "Z",
    "Space_Separator": "Zs", "Alnum": "LN",
}  # fmt: skip
_RANGES: dict[str, Ranges] = {
    "Any": TEXT,
    "ASCII": ((0x00, 0x7F),),
    "Join_Control": ((0x200C, 0x200D),),
    "Emoji": ((0x1F300, 0x1F64F),),
    "Han": ((0x4E00, 0x9FFF),),
}


@cache
def _category(name: str) -> Ranges:
    """The characters of a general category (Unicode Standard, section 4.5) or of a script."""
    short = name.rpartition("=")[2].removeprefix("Is")
    if short in _RANGES:
        return _RANGES[short]
    wanted = _CATEGORIES.get(short, short)
    if wanted == "LN":
        return union(_category("L"), _category("N"))
    if len(wanted) <= 2:

        def belongs(code: int) -> bool:
            return unicodedata.category(chr(code)).startswith(wanted)
    else:
        script = f"{wanted.upper()} "

        def belongs(code: int) -> bool:
            return unicodedata.name(chr(code), "").startswith(script)

    ranges: list[tuple[int, int]] = []
    for code in range(_LAST_KNOWN_TO_CATEGORIES + 1):
        if 0xD800 <= code <= 0xDFFF or not belongs(code):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)
