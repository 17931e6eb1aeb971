"""Who PostgreSQL runs as, and the folders that this user can reach."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from euthymia.embedded.running import DatabaseProblem

SYSTEM_USER = "euthymia"
# Where the database goes when the data folder is closed to its user.
REACHABLE = Path("/var/lib/euthymia")
SUN_PATH_MAX_BYTES = 107  # Linux keeps a socket's path in 108 bytes, the last of them zero
SOCKET_NAME_BYTES = len("/.s.PGSQL.5432")
RUNTIME_PATH_MAX = 60  # leaves room for a folder of ours and the socket in it
SEPARATORS = ',"'  # a comma divides hosts in an address, a quotation mark ends a folder in a setting


@dataclass(frozen=True)
class RunsAs:
    """The user PostgreSQL runs as: ourselves, or a system user when we are root."""

    uid: int
    gid: int

    @property
    def is_another(self) -> bool:
        """Whether the child has to change its user."""
        return self.uid != os.geteuid()

    def popen(self) -> dict[str, object]:
        """The arguments that make subprocess start a child as this user."""
        if not self.is_another:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Ask the system itself (`test -x path`) whether this user may."""
        answer = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  # keywords from a dict; no shell
            ["/usr/bin/test", test, str(path)], check=False, cwd="/", **self.popen()
        )
        return bool(answer.returncode == 0)

    def own(self, path: Path, mode: int) -> Path:
        """Give one file or folder to this user alone."""
        os.chmod(path, mode)
        if self.is_another:
            os.chown(path, self.uid, self.gid)
        return path


def who_runs(data_dir: Path) -> RunsAs:
    """Ourselves; or, as root (PostgreSQL refuses to run as root), a system user made for it."""
    if os.geteuid() != 0:
        return RunsAs(os.geteuid(), os.getegid())
    inside = data_dir / "postgres"
    if inside.exists() and (owner := inside.stat()).st_uid != 0:
        return RunsAs(owner.st_uid, owner.st_gid)  # begun by an ordinary user: it stays theirs
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _make_user()
    return RunsAs(entry.pw_uid, entry.pw_gid)


def _make_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    sentence = (
        f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made. "
        f"Run this as an ordinary user, or make the user first: useradd --system {SYSTEM_USER}"
    )
    if useradd is None:
        raise DatabaseProblem(sentence)
    made = subprocess.run(  # noqa: S603  # a program that we chose, no shell
        [
            *(useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(REACHABLE)),
            *("--shell", "/usr/sbin/nologin", SYSTEM_USER),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError as absent:
        raise DatabaseProblem(f"{sentence} ({made.stderr.strip()})") from absent


def short_name(path: Path) -> str:
    """A folder's name in a few letters, the same each time."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def private_folder(path: Path, runs_as: RunsAs) -> Path:
    """A folder of mode 0700 for the database's user; its parents are left as they are."""
    path.mkdir(mode=0o700, exist_ok=True)
    if runs_as.is_another:
        _refuse_foreign(path, runs_as)
    return runs_as.own(path, 0o700)


def _refuse_foreign(path: Path, runs_as: RunsAs) -> None:
    """Root gives folders away, so it must not follow a name to one that holds something else."""
    if path.is_symlink() or (path.stat().st_uid != runs_as.uid and any(path.iterdir())):
        raise DatabaseProblem(
            f"{path} is not a folder of Euthymia's database, so it was left as it is. "
            "Move it away, or use another data folder: DATA="
        )


def home_of(data_dir: Path, runs_as: RunsAs) -> tuple[Path, bool]:
    """The folder of the database: in the data folder, or elsewhere when its user cannot reach that."""
    pointer = data_dir / "postgres.where"
    if pointer.exists():
        home = Path(pointer.read_text().strip())
        if not home.is_dir():
            raise DatabaseProblem(f"{pointer} names {home}, which is not there. Bring it back, or use another: DATA=")
        return private_folder(home, runs_as), True
    inside = private_folder(data_dir / "postgres", runs_as)
    if not runs_as.is_another or runs_as.can("-w", inside):
        return inside, False
    inside.rmdir()
    open_folder(REACHABLE, 0o711)
    # A name that is taken is of a data folder that was deleted; that database is its owner's to judge.
    names = (f"{short_name(data_dir)}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    home = private_folder(next(REACHABLE / name for name in names if not (REACHABLE / name).exists()), runs_as)
    pointer.write_text(f"{home}\n")
    return home, True


def shelf() -> Path:
    """The folder for a copy of the programs, readable by all."""
    open_folder(REACHABLE, 0o711)
    return open_folder(REACHABLE / "programs", 0o755)


def open_folder(path: Path, mode: int) -> Path:
    """Make a folder with this mode, whatever the umask; one that is there already stays as it is."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(mode)
    return path


def new_socket_folder(home: Path, runs_as: RunsAs) -> Path:
    """A fresh folder of mode 0700 for the socket, with a path short enough; earlier ones are cleared away."""
    note = home / "socket.where"
    remove_socket_folder(home)
    inside = home / "socket"
    short = len(os.fsencode(inside)) + SOCKET_NAME_BYTES <= SUN_PATH_MAX_BYTES
    if short and not any(letter in str(inside) for letter in SEPARATORS):
        folder = private_folder(inside, runs_as)
    else:
        folder = runs_as.own(Path(tempfile.mkdtemp(prefix="euthymia-", dir=_runtime_folder())), 0o700)
    note.write_text(f"{folder}\n")
    runs_as.own(note, 0o600)
    return folder


def _runtime_folder() -> Path:
    """A folder with a short path in which we may make another."""
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run")
    for known in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()):
        fits = 0 < len(known) < RUNTIME_PATH_MAX and not any(letter in known for letter in SEPARATORS)
        if fits and os.access(known, os.W_OK):
            return Path(known)
    return Path("/tmp")  # noqa: S108  # the folder in it is made by mkdtemp


def socket_folder(home: Path) -> Path | None:
    """The folder of the socket that a database in this home was last started with."""
    note = home / "socket.where"
    return Path(note.read_text().strip()) if note.exists() else None


def remove_socket_folder(home: Path) -> None:
    """Clear the last socket folder away."""
    folder = socket_folder(home)
    if folder is not None and folder.name.startswith(("socket", "euthymia-")):
        shutil.rmtree(folder, ignore_errors=True)
    (home / "socket.where").unlink(missing_ok=True)
