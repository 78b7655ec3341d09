"""contract-load: run · capacity · compare · report."""

import signal

from gevent import monkey


def main() -> None:
    """Run the command line. While libraries load there is nothing to clean up: a Ctrl-C just ends it."""
    # Locust patches the process when it is imported; here that comes late, after others have been.
    monkey.patch_all()
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from load.cli import main as run_commands  # noqa: PLC0415 - after the line above

    signal.signal(signal.SIGINT, before)
    run_commands()


if __name__ == "__main__":
    main()
