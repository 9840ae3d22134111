"""`python -m kadence` and the `kadence` command."""

import sys

WINDOWS = "kadence runs on Linux and macOS. On Windows, run it in WSL or in a container.\n"


def main() -> None:
    """Run the command line, where there is what the server is made of."""
    if sys.platform == "win32":
        sys.stderr.write(WINDOWS)
        sys.exit(2)
    from kadence.cli.app import main as run  # noqa: PLC0415 - asks for what Windows has not

    run()


if __name__ == "__main__":
    main()
