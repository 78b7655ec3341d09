"""students-service: serve, seed, upgrade, document, keys."""

import signal


def main() -> None:
    """Run the command line. While libraries are imported there is nothing to clean up: Ctrl-C ends it."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from students_service.commands import main as run_commands  # noqa: PLC0415 - after the line above

    signal.signal(signal.SIGINT, before)
    run_commands()


if __name__ == "__main__":
    main()
