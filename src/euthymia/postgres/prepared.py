"""Questions that are put into SQL once a process: what differs from one asking to the next are its values alone.

To turn a queryset into SQL costs Django about as much as to ask the database and to read its answer, and a page asks
the same ten questions each time. What is gained stands in docs/performance.md.
"""

import copy
import inspect
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, ForeignObject, Lookup, QuerySet
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

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


class Prepared(Generic[Row]):
    """A question, by the function that makes its queryset. Its SQL is made when it is first asked.

    The function is called once, with a place for each of its arguments: it must take everything that changes (the
    time, too) from them, and only compare with them. What it is asked with goes to PostgreSQL as it is: numbers,
    texts, instants, UUIDs, ranges, and lists or frozensets of them for `any_of`.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._lock = Lock()
        self._rows: QuerySet[Any, Row] | None = None
        self.__doc__ = build.__doc__

    def __call__(self, **values: Any) -> list[Row]:
        """Ask, and return every row of the answer."""
        if self._rows is None:
            self._make()
        assert self._rows is not None
        asked = cast(Any, copy.copy(self._compiler))
        asked.connection = connections[DEFAULT_DB_ALIAS]
        given = {name: [*value] if isinstance(value, frozenset) else value for name, value in values.items()}
        params = tuple(given[p.name] if isinstance(p, _Place) else p for p in self._params)
        asked.as_sql = lambda *_, **__: (self._sql, params)
        rows = cast(Any, self._rows)._chain()
        rows.query.get_compiler = lambda *_, **__: asked
        return list(rows)

    def first(self, **values: Any) -> Row | None:
        """Ask, and return the first row, if there is one. The queryset says in which order, and that one is enough."""
        return next(iter(self(**values)), None)

    def _make(self) -> None:
        with self._lock:
            if self._rows is not None:
                return
            rows = self._build(**{name: _Place(name) for name in inspect.signature(self._build).parameters})
            self._compiler: SQLCompiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
            self._sql, self._params = self._compiler.as_sql()
            self._rows = rows


def prepared(build: Callable[..., QuerySet[Any, Row]]) -> Prepared[Row]:
    """Make the queryset's SQL once; see `Prepared`."""
    return Prepared(build)
