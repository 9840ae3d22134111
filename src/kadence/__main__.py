"""`python -m kadence` and the `kadence` command."""

from kadence.cli.app import main

if __name__ == "__main__":
    main()
