"""Why a run ends before its time, and what its verdict has to know of that."""

from collections.abc import Callable


class Ending:
    """Collects the reasons for which one run ends before its time, and asks for its end.

    `early` are reasons that lie with the service, so that going on would show nothing more; `cut_short` is
    the one that does not, such as Ctrl-C; `missing` names results of workers that never came. `is_gone` says
    that the service stopped answering, `is_hurried` that nobody wants to wait until everything is read back.
    """

    def __init__(self, leave: Callable[[str], object] = lambda _: None) -> None:
        self._leave = leave
        self.early: tuple[str, ...] = ()
        self.cut_short = ""
        self.missing: tuple[str, ...] = ()
        self.is_gone = False
        self.is_hurried = False

    def end_early(self, reason: str) -> None:
        """End the run, as going on would show nothing more."""
        if reason not in self.early:
            self.early = (*self.early, reason)
            self._leave(reason)

    def fail(self, reason: str) -> None:
        """The run could not begin, or did not reach its aim."""
        self.early = (reason,)

    def service_is_gone(self, reason: str, has_ended: bool) -> None:
        """The service has stopped answering; a run that `has_ended` needs no reason to end any more."""
        self.is_gone = True
        if not has_ended:
            self.end_early(reason)

    def abandon(self, reason: str) -> None:
        """End the run for a reason that does not lie with the service."""
        self.cut_short = self.cut_short or reason
        self._leave(reason)

    def interrupt(self, reason: str) -> None:
        """Somebody ended the run before its time; it is the reason unless there was one before."""
        if not self.early:
            self.cut_short = self.cut_short or reason

    def interrupt_after(self, after_s: float, length_s: float | None) -> None:
        """Somebody ended the run after a time (s). It was cut short if it was to last for `length_s`; a run
        of no stated length is complete whenever it ends.
        """
        if length_s is not None:
            self.interrupt(f"interrupted after {after_s:.0f} s of {length_s:.0f} s")

    def hurry(self) -> None:
        """Nobody wants to wait any longer."""
        self.is_hurried = True

    def miss(self, results: tuple[str, ...]) -> None:
        """Name results of workers that never came."""
        self.missing = results
