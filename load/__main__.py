"""contract-load: run · capacity · judge · compare · report."""

import signal
import sys

_LOADING = {"run", "capacity"}
_TELLING = {"-h", "--help", "--show-plan"}


def main() -> None:
    """Run the command line. While libraries load there is nothing to clean up: a Ctrl-C just ends it."""
    if _LOADING.intersection(sys.argv) and not _TELLING.intersection(sys.argv):
        # Locust patches the process when it is imported; here that comes late, after others have been.
        from gevent import monkey  # noqa: PLC0415 - only where there are calls to make

        monkey.patch_all()
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from load.cli.main import main as run_commands  # noqa: PLC0415 - after the line above

    signal.signal(signal.SIGINT, before)
    run_commands()


if __name__ == "__main__":
    main()
