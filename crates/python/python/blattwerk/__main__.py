"""The command `blattwerk`, also as `python -m blattwerk`."""

import sys

from . import _native


def main() -> int:
    """Runs the command that the command line asks for, and returns its exit code."""
    return _native.main(["blattwerk", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
