"""Random secrets, each in a file that its owner alone may read."""

import os
import secrets
from pathlib import Path


def secret_in(path: Path) -> str:
    """Read a secret, or make it: written whole under mode 0600 before it takes its name."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(36) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # fails where another start was faster; its secret counts
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
    return path.read_text().strip()
