"""Every address x who may: the one table. An address that is missing here fails test_urls.py.

Columns: how it is asked for (GET or POST), and the roles that get an answer for what is theirs. Everyone else is
told that it is not there, in the same words for unknown, elsewhere and not allowed; who is not signed in is sent to
the sign-in (GET) or refused (POST).
"""

from dataclasses import dataclass

DESK = frozenset({"front_desk", "nurse", "physician", "medical_director"})
CLINIC = frozenset({"nurse", "physician", "medical_director"})
PRESCRIBE = frozenset({"physician", "medical_director"})
CONTACT = DESK | {"biller", "owner"}
MONEY = frozenset({"front_desk", "biller", "owner", "medical_director", "physician"})
REPORT = frozenset({"medical_director", "owner", "physician", "biller"})
AUDIT = frozenset({"medical_director", "owner"})
PUBLIC = None
"""Anybody, by link or without."""


@dataclass(frozen=True)
class Row:
    """Who gets an answer, by method. A method that is not named is refused with 405."""

    get: frozenset[str] | str | None = "no"
    post: frozenset[str] | str | None = "no"


ROWS: dict[str, Row] = {
    "up": Row(get=PUBLIC),
    "hello": Row(get=PUBLIC),
    "website:home": Row(get=PUBLIC),
    "website:prepare": Row(get=PUBLIC),
    "website:explorer": Row(get=PUBLIC),
    "website:times": Row(get=PUBLIC),
    "website:details": Row(get=PUBLIC, post=PUBLIC),
    "website:call": Row(get=PUBLIC),
    "website:move": Row(get=PUBLIC, post=PUBLIC),
    "website:cancel": Row(post=PUBLIC),
    "website:calendar": Row(get=PUBLIC),
    "portal:intake": Row(get=PUBLIC),
    "portal:intake_check": Row(get=PUBLIC, post=PUBLIC),
    "portal:intake_step": Row(get=PUBLIC, post=PUBLIC),
    "portal:intake_save": Row(post=PUBLIC),
    "portal:agreement": Row(get=PUBLIC, post=PUBLIC),
    "portal:paper": Row(get=PUBLIC),
    "portal:scores": Row(get=PUBLIC, post=PUBLIC),
    "portal:after": Row(get=PUBLIC),
    "portal:before": Row(get=PUBLIC, post=PUBLIC),
    "portal:help": Row(get=PUBLIC, post=PUBLIC),
    "consults:calls": Row(get=DESK),
    "consults:call": Row(get=DESK, post=DESK),
    "consults:save": Row(post=DESK),
    "consults:cancel": Row(post=DESK),
    "outcomes:scores": Row(get=CLINIC),
    "outcomes:ask": Row(post=CONTACT),
    "outcomes:enter": Row(get=CLINIC, post=CLINIC),
    "outcomes:mark_read": Row(post=CLINIC),
    "screening:screening": Row(get=CLINIC),
    "screening:run": Row(post=CLINIC),
    "screening:decide": Row(post=CLINIC),
    "boosters:booster": Row(get=CLINIC),
    "boosters:sign": Row(post=CLINIC),
    "boosters:decline": Row(post=CLINIC),
    "stock:log": Row(get=CLINIC, post=CLINIC),
    "stock:vial": Row(get=CLINIC),
    "stock:open": Row(post=CLINIC),
    "stock:dispose": Row(post=CLINIC),
    "stock:lose": Row(post=CLINIC),
    "stock:send": Row(post=CLINIC),
    "stock:transfer": Row(get=CLINIC, post=CLINIC),
    "stock:count": Row(get=CLINIC, post=CLINIC),
    "stock:log_csv": Row(get=CLINIC),
    "stock:log_pdf": Row(get=CLINIC),
    "stock:counted": Row(get=CLINIC),
    "stock:count_pdf": Row(get=CLINIC),
    "stock:count_csv": Row(get=CLINIC),
    "stock:case": Row(get=CLINIC),
    "stock:notice": Row(post=CLINIC),
    "stock:form": Row(post=CLINIC),
    "stock:close": Row(post=CLINIC),
    "infusions:worker": Row(get=PUBLIC),
    "infusions:manifest": Row(get=PUBLIC),
    "infusions:shell": Row(get=PUBLIC),
    "infusions:chairs": Row(get=DESK),
    "infusions:book": Row(get=CONTACT, post=CONTACT),
    "infusions:chair": Row(get=DESK),
    "infusions:look": Row(post=CONTACT | AUDIT),
    "infusions:move": Row(get=DESK, post=DESK),
    "infusions:cancel": Row(get=DESK, post=DESK),
    "infusions:ask_beforehand": Row(post=DESK),
    "infusions:arrive": Row(post=DESK),
    "infusions:gate": Row(post=CLINIC),
    "infusions:order": Row(post=CLINIC),
    "infusions:confirm": Row(post=CLINIC),
    "infusions:start": Row(post=CLINIC),
    "infusions:vitals": Row(post=CLINIC),
    "infusions:correct": Row(get=CLINIC, post=CLINIC),
    "infusions:told": Row(post=CLINIC),
    "infusions:event": Row(post=CLINIC),
    "infusions:rate": Row(post=CLINIC),
    "infusions:end": Row(post=CLINIC),
    "infusions:waste": Row(post=CLINIC),
    "infusions:sheet": Row(get=CLINIC),
    "infusions:send_sheet": Row(post=CLINIC),
    "infusions:record": Row(get=CLINIC, post=CLINIC),
    "infusions:paper": Row(get=CLINIC),
    "infusions:give_button": Row(post=DESK),
    "infusions:answer_call": Row(post=CLINIC),
    "infusions:settle_call": Row(post=CLINIC),
    "infusions:discharge": Row(post=CLINIC),
    "reports:results": Row(get=REPORT),
    "reports:audit": Row(get=AUDIT),
    "desk:board": Row(get=DESK),
    "desk:paper": Row(get=CLINIC),
    "desk:search": Row(get=CONTACT, post=CONTACT),
    "desk:tasks": Row(get=DESK),
    "desk:task": Row(get=DESK, post=DESK),
    "desk:new_patient": Row(get=DESK, post=DESK),
    "desk:chart": Row(get=CONTACT),
    "desk:lookers": Row(get=CLINIC),
    "desk:note": Row(post=CLINIC),
    "desk:payment": Row(post=MONEY),
    "desk:plan": Row(get=CLINIC, post=CLINIC),
    "desk:sign_plan": Row(post=CLINIC),
    "exchange:chart": Row(get=CLINIC),
}

# Addresses whose answer is looked after elsewhere: the sign-in library, and the live stream (test_board.py).
ELSEWHERE = frozenset({"desk:stream", "desk:beat", "desk:chair_stream", "desk:paper_stream", "portal:help_stream"})
LIBRARY_PREFIXES = ("account_", "mfa_")
