"""The command line: `euthymia demo`, `serve`, `check`, `model` and the rest."""

import argparse
import os
import sys
from pathlib import Path

DEFAULT_PORT = 8000
DEFAULT_DATA = Path("var")


def main(arguments: list[str] | None = None) -> int:
    """Run one command and answer with its exit code. Each imports what it needs: --help is instant."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["model"]:
        return _model(given[1:])
    if given[:1] == ["manage"]:
        return _manage(given[1:])
    options = _parser().parse_args(given)
    try:
        answer = options.run(options)
    except KeyboardInterrupt:
        return 130
    assert isinstance(answer, int)
    return answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="euthymia", description="Runs a ketamine infusion practice.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, words in (
        ("demo", _serve, "serve a made-up practice with 300 made-up patients"),
        ("serve", _serve, "serve your own practice (DATABASE_URL names a PostgreSQL, else one is started)"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument("--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s")
        command.add_argument("--host", default="127.0.0.1", help="address to listen on, default: %(default)s")
        _add_data(command)
        command.set_defaults(run=run, demo=name == "demo")
    words = "look for faults in the database, or for mistakes in a practice file"
    command = commands.add_parser("check", help=words, description=words)
    command.add_argument("file", nargs="?", type=Path, metavar="practice.toml")
    _add_data(command)
    command.set_defaults(run=_check)
    words = "take a practice file over into the database, and print first passwords of new staff"
    command = commands.add_parser("adopt", help=words, description=words)
    command.add_argument("file", type=Path, metavar="practice.toml")
    _add_data(command)
    command.set_defaults(run=_adopt)
    words = "bring the tables of the database up to date"
    command = commands.add_parser("migrate", help=words, description=words)
    _add_data(command)
    command.set_defaults(run=_migrate)
    # These two take their arguments as they are; they stand here for --help.
    commands.add_parser("manage", help="run one of Django's management commands (EUTHYMIA_DATA: the data folder)")
    commands.add_parser("model", help="simulate how ketamine acts; see: euthymia model --help")
    command = commands.add_parser("version", help="print the version")
    command.set_defaults(run=_version)
    return parser


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, default=DEFAULT_DATA, help="data folder, default: ./%(default)s")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    from euthymia.serve import run_serve

    return run_serve(options.data, options.port, options.demo, options.host)


def _check(options: argparse.Namespace) -> int:
    if options.file is not None:
        return _check_file(options.file)
    if not _holds_database(options.data):
        print(f"There is no database in {options.data}. Name its folder: --data", file=sys.stderr)
        return 1
    return _with_database(options.data, ["check_house"])


def _holds_database(data_dir: Path) -> bool:
    """Whether there is anything to check: looking for faults must not make a new, faultless database."""
    inside = (data_dir / name for name in ("postgres", "postgres.where"))
    return "DATABASE_URL" in os.environ or any(map(os.path.exists, inside))


def _check_file(path: Path) -> int:
    from euthymia.clinic.foundation.practice.file import load_file

    found = load_file(path)
    if not isinstance(found, list):
        print(f"{path.name}: no mistakes")
        return 0
    for mistake in found:
        place = f"{path.name}:{mistake.line}" if mistake.line else path.name
        print(f"{place}: {mistake.sentence}")
    return 1


def _adopt(options: argparse.Namespace) -> int:
    if _check_file(options.file):
        return 1
    file = str(options.file.absolute())
    code = _with_database(options.data, ["migrate", "--verbosity=0"], role="owner", then=["createcachetable"])
    return code or _with_database(options.data, ["adopt", file])


def _migrate(options: argparse.Namespace) -> int:
    return _with_database(options.data, ["migrate"], role="owner", then=["createcachetable"])


def _manage(arguments: list[str]) -> int:
    role = os.environ.get("EUTHYMIA_DB_ROLE", "app")
    return _with_database(Path(os.environ.get("EUTHYMIA_DATA", DEFAULT_DATA)), arguments or ["help"], role=role)


def _with_database(data_dir: Path, arguments: list[str], role: str = "app", then: list[str] | None = None) -> int:
    """Run management commands on the running database, or on one started for as long as they take."""
    from euthymia.children import CannotServe, manage, told
    from euthymia.embedded import DatabaseProblem
    from euthymia.installation import Database, environment, is_demo

    os.umask(0o077)  # what a command writes into the data folder is nobody else's
    database = Database(data_dir, lambda line: print(line, file=sys.stderr))
    try:
        running = database.start()
        env = environment(database.data_dir, running, demo=is_demo(database.data_dir))
        code = manage(arguments, env, role=role)
        return manage(then, env, role=role) if then and not code else code
    except (DatabaseProblem, CannotServe) as why:
        print(why, file=sys.stderr)
        return 1
    except OSError as fault:
        print(told(fault), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        database.stop()


def _model(arguments: list[str]) -> int:
    try:
        from euthymia.model.cli import main as model_main
    except ModuleNotFoundError as absent:
        if not (absent.name or "").startswith("euthymia."):
            raise
        print("The model's command line is not part of this installation.", file=sys.stderr)
        return 1
    return int(model_main(arguments) or 0)


def _version(options: argparse.Namespace) -> int:
    from importlib.metadata import version

    print(version("euthymia"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
