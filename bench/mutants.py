"""Changes the rules of dose, limits and drug log one small thing at a time: their fast tests must notice.

Each mutant is one change in one module: a comparison, a sign, a number, a word, a condition, a statement left out. A
child process with everything loaded runs the module's own tests on it. What survives must be explained in
`bench/mutants_survived.toml`; what is explained there and does not survive is a mistake too. Why no library does this:
docs/decisions/0006-own-mutants.md.
"""

import argparse
import ast
import copy
import importlib
import os
import random
import signal
import sys
import tomllib
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SURVIVED = Path(__file__).with_name("mutants_survived.toml")
LEAST_KILLED = 0.95
LIMIT_S = 20
"""A mutant whose tests take more processor time than this hangs: that is noticed too."""


@dataclass(frozen=True, slots=True)
class Target:
    """A module of rules and the fast tests that must know it."""

    module: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        return ROOT / "src" / (self.module.replace(".", "/") + ".py")


TARGETS = {
    "dose": Target("euthymia.clinic.journey.infusions.dose", ("tests/rules/infusions/test_dose.py",)),
    "limits": Target("euthymia.clinic.journey.infusions.slips", ("tests/rules/infusions/test_slips.py",)),
    "drug": Target(
        "euthymia.clinic.foundation.stock.rules",
        ("tests/rules/stock/test_drug_log.py", "tests/rules/stock/test_counts_and_journeys.py"),
    ),
}
BLIND = ("tests/rules/infusions/test_states.py",)
OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OTHER_SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
OTHER_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "abs": "+", "sum": "len"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: a name that stays the same while the code around it changes, and the changed tree."""

    name: str
    tree: ast.Module


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    found, names = [], dict[str, int]()
    for place, others in _places(tree):
        for number in range(others):
            changed = copy.deepcopy(tree)
            target, where = _at(changed, place)
            before = ast.unparse(target)
            after = _change(changed, place, number)
            name = f"{where}: {' '.join(before.split())} -> {after}"
            names[name] = names.get(name, 0) + 1
            found.append(Mutant(name if names[name] == 1 else f"{name} ({names[name]})", changed))
    return found


Step = tuple[str, int | None]
Path_ = tuple[Step, ...]


def _places(tree: ast.Module) -> Iterator[tuple[Path_, int]]:
    """The way to each node that can be changed, and in how many ways."""

    def walk(node: ast.AST, path: Path_) -> Iterator[tuple[Path_, int]]:
        many = len(list(_ways(node)))
        if many and path:
            yield path, many
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "bases", "keywords") and not isinstance(
                node, ast.Call
            ):
                continue
            if isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.AST) and not _is_words_for_readers(item):
                        yield from walk(item, (*path, (field, index)))
            elif isinstance(value, ast.AST):
                yield from walk(value, (*path, (field, None)))

    yield from walk(tree, ())


def _is_words_for_readers(node: ast.AST) -> bool:
    """A docstring, or an import: nothing to change there."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _ways(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may stand in this one's place."""
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in OTHER_COMPARISONS[type(op)]:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in OTHER_SIGNS:
        yield ast.BinOp(node.left, OTHER_SIGNS[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in _other_values(node.value))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OTHER_CALLS:
        other_name = OTHER_CALLS[node.func.id]
        if other_name == "+":
            yield node.args[0]
        else:
            yield ast.Call(ast.Name(other_name, ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, ast.Compare):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed
    elif isinstance(node, ast.AugAssign | ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        if isinstance(node, ast.AugAssign) and type(node.op) in OTHER_SIGNS:
            yield ast.AugAssign(node.target, OTHER_SIGNS[type(node.op)](), node.value)
        yield ast.Pass()
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def _other_values(value: object) -> tuple[str | int, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, str) and value:
        if not value.replace(".", "", 1).isdigit():
            return (f"X{value}",)
        # A number in words, as Decimal takes it: another place for what rounds, another number for the rest.
        return (f"{value[:-1]}01",) if value.startswith("0.") else (f"{value}1", f"1{value}")
    return ()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _at(tree: ast.Module, path: Path_) -> tuple[ast.AST, str]:
    """The node at the end of a way, and the names of the classes and functions it lies in."""
    node: ast.AST = tree
    names = []
    for field, index in path:
        value = getattr(node, field)
        node = value if index is None else value[index]
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
    return node, ".".join(names) or "module"


def _change(tree: ast.Module, path: Path_, number: int) -> str:
    """Put the other node in its place. Gives its text."""
    parent, _ = _at(tree, path[:-1])
    field, index = path[-1]
    old = getattr(parent, field) if index is None else getattr(parent, field)[index]
    new = list(_ways(old))[number]
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new
    ast.fix_missing_locations(tree)
    return " ".join(ast.unparse(new).split())


def load() -> None:
    """Load once what every child needs. The rules under test and the tests themselves are loaded by each child."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    os.chdir(ROOT)
    import hypothesis

    hypothesis.settings.register_profile("mutants", max_examples=20, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutants")
    import tests.rules.limits  # noqa: F401


def passes(tests: tuple[str, ...]) -> bool:
    """Run tests here: every test function of these files, for each of its parameters, those of Hypothesis last.

    These files use no fixtures. Starting pytest for each mutant would take ten times as long as the tests.
    """
    calls = []
    try:
        for file in tests:
            module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
            named = [f for name, f in vars(module).items() if name.startswith("test_")]
            calls += [(f, case) for f in named for case in _cases(f)]
        for function, case in sorted(calls, key=lambda call: hasattr(call[0], "hypothesis")):
            function(**case)
    except Exception:  # noqa: BLE001 - whatever goes wrong, it was noticed
        return False
    finally:
        forget()
    return bool(calls)


def _cases(function: Any) -> list[dict[str, Any]]:
    """The arguments with which pytest would call a test."""
    cases: list[dict[str, Any]] = [{}]
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names, values = mark.args
            names = [names] if isinstance(names, str) else names
            rows = [v if len(names) > 1 else (v,) for v in (v.values if hasattr(v, "marks") else v for v in values)]
            cases = [case | dict(zip(names, row, strict=True)) for case in cases for row in rows]
    return cases


def forget() -> None:
    """Unload the rules and their tests, so that whoever wants them next reads them anew."""
    ours = (
        *(t.module for t in TARGETS.values()),
        "tests.rules.infusions.",
        "tests.rules.stock.",
        "tests.rules.schedule.",
    )
    for name in [m for m in sys.modules if m.startswith(ours)]:
        del sys.modules[name]


def survives(target: Target, tree: ast.Module, tests: tuple[str, ...] | None = None) -> bool:
    """Run the tests on the changed module in a child. Whether they pass all the same."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return status == 0
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    code = 1
    try:
        module = types.ModuleType(target.module)
        module.__file__ = str(target.path)
        parent, _, name = target.module.rpartition(".")
        __import__(parent)
        sys.modules[target.module] = module
        setattr(sys.modules[parent], name, module)
        exec(compile(tree, str(target.path), "exec"), module.__dict__)
        code = 0 if passes(tests or target.tests) else 1
    finally:
        os._exit(code)


def explained() -> dict[str, dict[str, str]]:
    """Target -> name of a mutant -> why it survives."""
    return tomllib.loads(SURVIVED.read_text())


def main() -> int:
    """Try the mutants, and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many mutants, drawn by --seed, in place of all")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--only", choices=TARGETS)
    parser.add_argument("--blind", action="store_true", help="with tests that know nothing of the rules: all survive")
    options = parser.parse_args()
    load()
    chosen = {n: t for n, t in TARGETS.items() if options.only in (None, n)}
    pool = [(name, m) for name, target in chosen.items() for m in mutants_of(target.path.read_text())]
    if options.sample:
        pool = random.Random(options.seed).sample(pool, options.sample)
    for name, target in chosen.items():
        # Here and not in a child: what this loads, the children need not load again.
        if not passes(target.tests) or not survives(target, ast.parse(target.path.read_text())):
            print(f"The tests of {name} fail on the module as it is.")
            return 1
    if options.blind:
        seen = sum(not survives(TARGETS[name], mutant.tree, BLIND) for name, mutant in pool)
        print(f"Blind: {len(pool)} mutants, {seen} killed")
        return 1 if seen else 0
    left: dict[str, list[str]] = {name: [] for name in chosen}
    for name, mutant in pool:
        if survives(TARGETS[name], mutant.tree):
            left[name].append(mutant.name)
            print(
                f"{'explained' if mutant.name in explained().get(name, {}) else 'SURVIVED'} {name}: {mutant.name}",
                flush=True,
            )
    return _report(pool, left, whole=not options.sample)


def _report(pool: list[tuple[str, Mutant]], left: dict[str, list[str]], *, whole: bool) -> int:
    """The figures; 1 where a survivor is unexplained, an explanation is of nothing, or too many survive."""
    known, short = explained(), False
    for name, survivors in left.items():
        tried = sum(n == name for n, _ in pool)
        killed = tried - len(survivors)
        unknown = [s for s in survivors if s not in known.get(name, {})]
        stale = [s for s in known.get(name, {}) if s not in survivors] if whole else []
        for mutant in stale:
            print(f"Explained, but it does not survive: {name}: {mutant}")
        too_few = whole and killed < LEAST_KILLED * tried
        short = short or bool(unknown) or bool(stale) or too_few
        share = f"{killed / tried:.1%}" if tried else "-"
        print(
            f"{name}: {tried} mutants, {killed} killed ({share}), {len(survivors)} survived, {len(unknown)} unexplained"
        )
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
