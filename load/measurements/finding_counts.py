"""How often each finding was made."""

from collections import Counter
from collections.abc import Iterable

from load.measurements.findings import Fault, Finding
from load.measurements.secret_mask import Mask

_PLACES_AT_MOST = 100


class FindingCounts(Counter[Finding]):
    """Findings with how often they were made: one entry per fault, place and rule, whose first finding is the
    example. Places beyond the first hundred share an entry: there is no end to them where a service makes up
    names.
    """

    def record(self, findings: Iterable[Finding], mask: Mask, count: int = 1) -> None:
        """Count the findings of one call, each once, or of so many calls; credentials are hidden."""
        for finding in dict.fromkeys(self._masked(finding, mask) for finding in findings):
            self[finding] += count

    def merge(self, findings: Iterable[tuple[Finding, int]]) -> None:
        """Add findings that were counted elsewhere."""
        for finding, count in findings:
            self[self._entry(finding)] += count

    @property
    def faults(self) -> Counter[Fault]:
        """How often each fault was found."""
        faults = Counter[Fault]()
        for finding, count in self.items():
            faults[finding.fault] += count
        return faults

    def _masked(self, finding: Finding, mask: Mask) -> Finding:
        return finding if finding in self else self._entry(finding.masked(mask))

    def _entry(self, finding: Finding) -> Finding:
        if finding not in self and len(self) >= _PLACES_AT_MOST:
            return Finding(finding.fault, "other places", "")
        return finding
