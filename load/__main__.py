"""contract-load: run, capacity, judge, compare, report."""

import signal
import sys

_SENDING_CALLS = {"run", "capacity"}
_SENDING_NO_CALLS = {"-h", "--help", "--show-plan"}


def main() -> None:
    """Run the command line. While libraries are imported there is nothing to clean up: Ctrl-C ends it."""
    if _SENDING_CALLS.intersection(sys.argv) and not _SENDING_NO_CALLS.intersection(sys.argv):
        # Locust patches the process when it is imported; here that comes after other imports.
        from gevent import monkey  # noqa: PLC0415 - only where there are calls to send

        monkey.patch_all()
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from load.cli.main import main as run_commands  # noqa: PLC0415 - after the line above

    signal.signal(signal.SIGINT, before)
    run_commands()


if __name__ == "__main__":
    main()
