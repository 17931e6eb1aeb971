"""The one way to write: every change of state is an act.

An act is a keyword-only function named by a verb, `start_infusion(*, by, now, key, ...)`. The decorator
opens the transaction, honours the client's key, demands that the act says whom and where it concerns (and
checks that `by` may do it there), writes the audit entry and commits. The database refuses any other write.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection, transaction

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.permissions import MAY_ACT
from euthymia.clinic.foundation.audit.refusals import LawBroken, NotAllowed, Refusal, Refused

P = ParamSpec("P")
R = TypeVar("R", bound=int | str)

KEY_REUSED = Refusal(
    "key_reused",
    "This form was already used for something else. Open the page again and enter it once more.",
)
ACTS: dict[str, Callable[..., Any]] = {}
"""Every act of the house by name, for the permission table and the tests of the house."""


@dataclass(slots=True)
class Deed:
    """What is known of the act that is being done."""

    act: str
    by: Actor
    now: datetime
    key: str | None
    content_hash: str
    location_id: int | None = None
    patient_id: int | None = None
    subject: str = ""
    permitted: bool = False
    detail: dict[str, Any] = field(default_factory=dict)


_deeds: ContextVar[tuple[Deed, ...]] = ContextVar("deeds", default=())
_to_write: ContextVar[list[Entry] | None] = ContextVar("entries", default=None)


def permit(
    *,
    location_id: int | None,
    patient_id: int | None = None,
    subject: Any = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Say whom and where the act in hand concerns, and refuse it to those who may not do it there.

    Must be called in every act, before its first write. `subject` is the row acted on; `detail` is kept in
    the audit entry.

    Raises
    ------
    NotAllowed
        When `by` holds no role at this location that may do this act, or is another patient.
    """
    deed = _deeds.get()[-1]
    may = MAY_ACT.get(deed.act, frozenset())
    if not may & deed.by.roles_at(location_id):
        raise NotAllowed(deed.act)
    if deed.by.patient_id is not None and deed.by.patient_id != patient_id:
        raise NotAllowed(deed.act)
    deed.location_id, deed.patient_id = location_id, patient_id
    deed.subject = f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else ""
    deed.detail = detail or {}
    deed.permitted = True


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an act. See the module's docstring."""
    app = function.__module__.split(".")[-2]
    name = f"{'outbox' if app == 'messages' else app}.{function.__name__}"

    @wraps(function)
    def do(*args: P.args, **kwargs: P.kwargs) -> R:
        if args:
            raise LawBroken(f"{name} takes keywords only")
        by, now, key = kwargs["by"], kwargs["now"], kwargs["key"]
        assert isinstance(by, Actor)
        assert isinstance(now, datetime)
        assert key is None or isinstance(key, str)
        deed = Deed(name, by, now, key or None, _content_hash(name, by, kwargs) if key else "")
        return _in_transaction(deed, lambda: function(*args, **kwargs))

    ACTS[name] = do
    return do


def _in_transaction(deed: Deed, body: Callable[[], R]) -> R:
    """Do the act once: a repeated key gets the first answer, the entries are written last, in order."""
    waiting = _to_write.get()
    outermost = waiting is None
    entries: list[Entry] = [] if waiting is None else waiting
    with transaction.atomic():
        if deed.key is not None:
            earlier = _earlier(deed.key)
            if earlier is not None:
                return cast(R, earlier.same_answer(deed))
        writes = _to_write.set(entries) if outermost else None
        deeds = _deeds.set((*_deeds.get(), deed))
        try:
            answer = body()
        finally:
            _deeds.reset(deeds)
            if writes is not None:
                _to_write.reset(writes)
        if not deed.permitted:
            raise LawBroken(f"{deed.act} did not say whom and where it concerns")
        entry = _entry(deed, answer)
        entries.append(entry)
        if outermost:
            # One order of chains for everybody, and last in the transaction: so nobody waits in a circle.
            for one in sorted(entries, key=lambda e: e.chain):
                one.save(force_insert=True)
    return answer


@dataclass(frozen=True, slots=True)
class _Done:
    """What an act done before with the same key was, and what it answered."""

    act: str
    content_hash: str
    answer: Any

    def same_answer(self, deed: Deed) -> Any:
        if self.act != deed.act or self.content_hash != deed.content_hash:
            raise Refused(KEY_REUSED)
        return self.answer


def _earlier(key: str) -> _Done | None:
    """The act done before with this key. A simultaneous repeat waits its turn there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT act, content_hash, answer FROM audit_earlier(%s)", [key])
        row = cursor.fetchone()
    return None if row is None else _Done(row[0], row[1], json.loads(row[2]))


def _entry(deed: Deed, answer: int | str) -> Entry:
    return Entry(
        chain=deed.location_id or 0,
        at=deed.now,
        actor=deed.by.mark,
        actor_name=deed.by.name,
        act=deed.act,
        location_id=deed.location_id,
        patient_id=deed.patient_id,
        subject=deed.subject,
        key=deed.key,
        content_hash=deed.content_hash,
        answer=answer,
        detail=deed.detail,
    )


def _content_hash(name: str, by: Actor, kwargs: dict[str, Any]) -> str:
    # A password must not be guessable from what the audit keeps; a slip says when a tablet wrote it, not what.
    content = {k: v for k, v in kwargs.items() if k not in {"by", "now", "key", "password", "slip"}}
    text = json.dumps([name, by.mark, content], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)
