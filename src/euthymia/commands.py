"""Runs several of Django's management commands in one process: `python -m euthymia.commands JSON`.

Starting Django costs seconds on a small machine; a start of the program should pay for it once.
"""

import json
import os
import sys
from contextlib import redirect_stdout

import django
from django.core.management import CommandError, call_command


def main(orders: list[tuple[list[str], int | None]]) -> int:
    """Run each command with its arguments; its words go to the terminal, or to the file descriptor named."""
    django.setup()
    for arguments, descriptor in orders:
        try:
            if descriptor is None:
                call_command(*arguments)
            else:
                with os.fdopen(descriptor, "w") as words, redirect_stdout(words):
                    call_command(*arguments, stdout=words)
        except CommandError as fault:
            sys.stderr.write(f"{arguments[0]}: {fault}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
