"""The laws that every act keeps, written once. The test of an act is a subclass that says what is its own."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db.models import Model

from euthymia.clinic.foundation.audit.actors import NOBODY, SYSTEM, Actor
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.refusals import NotAllowed, Refused
from tests.cast import Cast


class ActLaws:
    """Subclass it as `TestBookCall`; `arguments` prepares what the act needs and gives its own arguments."""

    act: ClassVar[Callable[..., Any]]
    name: ClassVar[str]
    """As it stands in the table of permissions."""
    by: ClassVar[str] = "desk"
    refused: ClassVar[tuple[str, ...]] = ("stranger", "biller")
    """Who may not: of another location, of the wrong role. Nobody is always among them."""
    rows: ClassVar[type[Model]]
    """Where the act writes; a repeated key writes there once."""
    about_patient: ClassVar[bool] = True

    def arguments(self, cast: Cast) -> dict[str, Any]:
        raise NotImplementedError

    def do(self, cast: Cast, by: str | Actor | None = None, key: str | None = None, **arguments: Any) -> Any:
        return type(self).act(by=_actor(cast, by or self.by), now=cast.now, key=key, **arguments)

    def test_the_audit_says_who_did_what_where_to_whom(self, cast: Cast) -> None:
        self.do(cast, **self.arguments(cast))
        entry = Entry.objects.filter(act=self.name).latest("id")
        assert entry.actor == _actor(cast, self.by).mark
        assert self.rows._meta.db_table in {change["t"] for change in _changes(entry)}
        if self.about_patient:
            assert (entry.location_id, entry.patient_id) == (cast.here.pk, cast.patient.pk)

    def test_a_repeated_key_lands_once(self, cast: Cast) -> None:
        arguments = self.arguments(cast)
        first = self.do(cast, key="the same", **arguments)
        rows = self.rows.objects.count()  # type: ignore[attr-defined]  # every model has it
        assert self.do(cast, key="the same", **arguments) == first
        assert self.rows.objects.count() == rows  # type: ignore[attr-defined]
        assert Entry.objects.filter(key="the same").count() == 1

    def test_it_is_refused_elsewhere_to_the_wrong_role_and_to_nobody(self, cast: Cast) -> None:
        arguments, entries = self.arguments(cast), Entry.objects.count()
        for who in (*self.refused, NOBODY):
            with pytest.raises(NotAllowed):
                self.do(cast, by=who, **arguments)
        assert Entry.objects.count() == entries

    def refusal(self, cast: Cast, **arguments: Any) -> tuple[str, str | None]:
        """The code and the field with which these arguments are refused."""
        with pytest.raises(Refused) as refused:
            self.do(cast, **arguments)
        return refused.value.refusal.code, refused.value.field


def _actor(cast: Cast, who: str | Actor) -> Actor:
    if isinstance(who, Actor):
        return who
    return SYSTEM if who == "system" else getattr(cast, who)


def _changes(entry: Entry) -> list[dict[str, Any]]:
    """What the transaction changed: it stands with its first entry."""
    return [change for one in Entry.objects.filter(at=entry.at) for change in (one.changes or [])]
