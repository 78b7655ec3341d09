"""How a service treats the texts of one property: which it keeps, and which it changes."""

from dataclasses import dataclass, field

from load.measurements.losses import Loss
from load.planning.names import words

# Moderated texts are replaced by texts with such a word.
_REDACTED = frozenset(
    {"removed", "moderated", "moderation", "moderator", "redacted", "censored", "hidden", "deleted",
     "withheld", "masked", "anonymised", "anonymized", "blocked"}
)  # fmt: skip


@dataclass
class TextChanges:
    """The texts of one property that were kept or changed: all characters of the kept ones, the length of the
    longest of them (characters), the changed texts with what became of them, and those that were cut: each as
    the loss that it would be, with the length of the text (bytes).
    """

    kept_characters: set[str] = field(default_factory=set)
    longest_kept: int = 0
    changed: list[tuple[str, str]] = field(default_factory=list)
    cuts: list[tuple[Loss, int]] = field(default_factory=list)

    def keep(self, text: str) -> None:
        """Count a text that was kept."""
        self.kept_characters.update(text)
        self.longest_kept = max(self.longest_kept, len(text))

    @property
    def is_by_rule(self) -> bool:
        """Whether the service changes texts by a rule of its own: each changed text has a character that no
        kept text has, as where texts are escaped, or each was redacted, as where texts are moderated.
        """
        return bool(self.changed) and (
            all({*written} - self.kept_characters for written, _ in self.changed)
            or all(is_redaction(actual) for _, actual in self.changed)
        )

    @property
    def unexplained_cuts(self) -> list[Loss]:
        """The losses of texts that no limit of the length explains, since as long a text was kept."""
        return [loss for loss, length in self.cuts if length <= self.longest_kept]


def is_redaction(text: str) -> bool:
    """Whether a text stands in place of another one, such as `***` or `[removed]`."""
    return not any(map(str.isalnum, text)) or bool(_REDACTED & {*words(text)})
