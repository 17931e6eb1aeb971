"""The command line and the running program: what a person sees, and what survives a kill."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from euthymia.embedded.leftovers import processes_in
from euthymia.embedded.places import who_runs
from tests.house.test_embedded import alive, mode, reachable_folder, wait_for

READY = re.compile(r"Euthymia is ready at http://127\.0\.0\.1:(\d+)")


def euthymia(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "euthymia.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=program_environment(),
        check=False,
        timeout=120,
    )


def program_environment() -> dict[str, str]:
    """Ours, without what would point the program to another database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EUTHYMIA_")}
    kept.pop("DATABASE_URL", None)
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


class Program:
    """`euthymia serve` on a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.output = data.with_suffix(".out")
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "euthymia.cli", "serve", "--port", "0", "--data", str(data)],
                stdout=out,
                stderr=out,
                env=program_environment(),
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def ready(self) -> "Program":
        wait_for(lambda: "Press Ctrl-C" in self.said() or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.said()
        return self

    @property
    def port(self) -> int:
        found = READY.search(self.said())
        assert found, self.said()
        return int(found[1])

    def numbers(self) -> dict[str, int]:
        found = json.loads((self.data / "processes.json").read_text())
        assert isinstance(found, dict)
        return found

    def status(self, timeout: float = 30) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status
        finally:
            connection.close()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = reachable_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def program(folder: Path) -> Iterator[Program]:
    started = Program(folder / "data").ready()
    yield started
    started.stop()


# --- Without a database ----------------------------------------------------------------------------


def test_help_imports_nothing_heavy() -> None:
    """Help must come at once, so none of the slow libraries may be loaded for it."""
    asked = (
        "import sys; from euthymia.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'django', 'numpy', 'psycopg', 'numba', 'uvicorn'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=program_environment()
    ).stdout
    assert said.endswith("[]\n")
    assert "demo" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--port", "eighty"], "'eighty' is not a port"),
        (["serve", "--port", "1_0"], "'1_0' is not a port"),
        (["serve", "--port", "65536"], "'65536' is not a port"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_a_mistake_on_the_command_line_is_told(arguments: list[str], sentence: str) -> None:
    done = euthymia(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_each_mistake_of_a_practice_file_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "practice.toml"
    wrong.write_text('[practice]\nname = "Demo Practice"\nnonsense = 1\n')
    done = euthymia("check", str(wrong))
    assert done.returncode == 1
    assert re.search(r"^practice\.toml:3: .*nonsense", done.stdout, re.MULTILINE)
    assert done.stderr == ""


def test_a_practice_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = euthymia("check", str(tmp_path / "practice.toml"))
    assert done.returncode == 1
    assert done.stdout.startswith("practice.toml: The file cannot be read")


def test_a_port_in_use_is_told(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = euthymia("serve", "--port", str(port), "--data", str(folder / "port"))
    assert done.returncode == 1
    sentence = f"Port {port} on 127.0.0.1 cannot be used (Address already in use)."
    assert done.stdout == f"{sentence} Choose another: PORT={port + 1}\n"


def test_a_data_folder_that_cannot_be_made_is_told(folder: Path) -> None:
    (folder / "a-file").touch()
    done = euthymia("serve", "--port", "0", "--data", str(folder / "a-file" / "data"))
    assert done.returncode == 1
    assert "cannot be" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["migrate"], ["check"]])
def test_what_the_system_refuses_is_told(folder: Path, command: list[str]) -> None:
    done = euthymia(*command, "--data", str(folder / ("x" * 300)))
    assert done.returncode == 1
    assert "x" * 300 in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_looking_for_faults_makes_no_database(folder: Path) -> None:
    done = euthymia("check", "--data", str(folder / "nothing"))
    assert done.returncode == 1
    assert done.stderr == f"There is no database in {folder / 'nothing'}. Name its folder: --data\n"
    assert not (folder / "nothing").exists()


def test_telling_nobody_is_no_fault() -> None:
    """The terminal may be gone when a dead child is started again; the program goes on."""
    told = "from euthymia.serve import say_on_terminal as say\nfor n in range(3): say('still here')\n"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", told],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        env=program_environment(),
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


# --- Running ---------------------------------------------------------------------------------------


def test_it_answers(program: Program) -> None:
    assert program.status() == 200


def test_its_key_and_its_lists_are_closed_to_others(program: Program) -> None:
    for name in ("secret.key", "processes.json", "serve.lock", "postgres.lock", "owner.password"):
        assert mode(program.data / name) == 0o600, name


def test_a_second_copy_on_the_same_folder_is_refused(program: Program) -> None:
    done = euthymia("serve", "--port", "0", "--data", str(program.data))
    assert done.returncode == 1
    assert done.stdout == f"{program.data} is already in use by process {program.process.pid}.\n"
    assert program.status() == 200


def test_the_demo_is_kept_out_of_a_practice(folder: Path) -> None:
    own = folder / "own"
    own.mkdir()
    (own / "kind").write_text("practice\n")
    done = euthymia("demo", "--port", "0", "--data", str(own))
    assert done.returncode == 1
    assert f"{own} holds a practice" in done.stdout
    (own / "kind").write_text("demo\n")
    done = euthymia("serve", "--port", "0", "--data", str(own))
    assert done.returncode == 1
    assert f"{own} holds the demo practice" in done.stdout
    assert not (own / "postgres").exists()


def test_commands_work_beside_the_running_program(program: Program) -> None:
    done = euthymia("migrate", "--data", str(program.data))
    assert done.returncode == 0, done.stderr
    assert "No migrations to apply" in done.stdout


@pytest.mark.parametrize("name", ["web server", "worker"])
def test_a_killed_child_is_started_again(program: Program, name: str) -> None:
    before = program.numbers()[name]
    os.kill(before, signal.SIGKILL)
    if name == "web server":
        assert program.status() == 200  # who calls meanwhile waits, and is answered
    wait_for(lambda: program.numbers()[name] not in (before, None))
    assert f"The {name} stopped (signal 9); starting it again" in program.said()


def test_a_killed_database_is_started_again(program: Program) -> None:
    before = program.numbers()["database"]
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: program.numbers()["database"] != before)
    wait_for(lambda: program.status() == 200)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order_and_leaves_no_process(program: Program, how: signal.Signals) -> None:
    again = program if program.process.poll() is None else Program(program.data).ready()
    numbers = again.numbers()
    began = time.monotonic()
    assert again.stop(how) == 0
    assert time.monotonic() - began < 5
    assert [number for number in numbers.values() if alive(number)] == []
    assert processes_in(again.data / "postgres" / "data", who_runs(again.data)) == []
    assert again.said().endswith("Stopped\n")
    assert "Traceback" not in again.said()


def test_a_killed_program_leaves_no_process_and_starts_again(program: Program) -> None:
    first = Program(program.data).ready()
    assert "Bringing the tables up to date" not in first.said()
    numbers = first.numbers()
    first.process.kill()
    first.process.wait()
    wait_for(lambda: not any(map(alive, numbers.values())))
    again = Program(program.data).ready()
    try:
        assert again.status() == 200
    finally:
        assert again.stop() == 0
