"""Questions that are put into SQL once a process: what differs from one asking to the next are its values alone.

To turn a queryset into SQL costs Django about as much as to ask the database and to read its answer, and a page asks
the same ten questions each time. What is gained stands in docs/performance.md.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from functools import update_wrapper
from threading import Lock
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, ForeignObject, Lookup, QuerySet
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

P = ParamSpec("P")
Row = TypeVar("Row")


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`column__any_of=values`: as `in`, for a list whose length is not known when the SQL is made."""

    lookup_name = "any_of"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison and its parameters."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} = ANY({rhs})", (*lhs_params, *rhs_params)


class _Place(Expression):
    """Where a value goes that is given with each asking."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Prepared(Generic[P, Row]):
    """A question, by the function that makes its queryset. Its SQL is made when it is first asked.

    The function is called once, with a place for each of its arguments: it must take everything that changes (the
    time, too) from them, and only compare with them. What it is asked with goes to PostgreSQL as it is: numbers,
    texts, instants, UUIDs, ranges, and lists or frozensets of them for `any_of`.
    """

    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        self._build = build
        self._names = tuple(inspect.signature(build).parameters)
        self._lock = Lock()
        self._made: _Made | None = None
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """Ask, and return every row of the answer.

        Raises
        ------
        TypeError
            Where an argument is missing, or is none of the function's.
        """
        given = {**dict(zip(self._names, args, strict=False)), **kwargs}
        if len(args) + len(kwargs) != len(self._names) or set(given) != set(self._names):
            raise TypeError(f"{self._build.__name__} takes {', '.join(self._names) or 'nothing'}.")
        return self._made_once().ask(given)

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """Ask, and return the first row, if there is one. The queryset says in which order, and that one is enough."""
        return next(iter(self(*args, **kwargs)), None)

    def _made_once(self) -> _Made:
        if self._made is None:
            with self._lock:
                build = cast(Callable[..., QuerySet[Any, Row]], self._build)
                self._made = self._made or _Made(build(*map(_Place, self._names)))
        return self._made


class _Made:
    """A queryset with its SQL, asked by any thread over its own connection."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._rows = cast(Any, rows)
        self._compiler: SQLCompiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = self._compiler.as_sql()

    def ask(self, given: dict[str, Any]) -> list[Any]:
        params = tuple(_plain(given[p.name]) if isinstance(p, _Place) else p for p in self._params)
        asked = cast(Any, copy.copy(self._compiler))
        asked.connection = connections[DEFAULT_DB_ALIAS]
        asked.as_sql = lambda *_, **__: (self._sql, params)
        rows = self._rows._chain()
        rows.query.get_compiler = lambda *_, **__: asked
        return list(rows)


def _plain(value: Any) -> Any:
    return [*value] if isinstance(value, frozenset) else value


def prepared(build: Callable[P, QuerySet[Any, Row]]) -> Prepared[P, Row]:
    """Make the queryset's SQL once; see `Prepared`."""
    return Prepared(build)
