"""What is written to a caller. No drug, no diagnosis: a letter may be read by others."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event


def time_in_words(at: datetime, zone: str) -> str:
    """An instant as people of that zone say it: Tuesday 24 November at 10:30 am EST."""
    local = at.astimezone(ZoneInfo(zone))
    clock = local.strftime("%I:%M %p").lstrip("0").lower()
    return f"{local:%A} {local.day} {local:%B} at {clock} {local.tzname()}"


def calendar_file(*, ref: str, at: datetime, minutes: int, practice_name: str, phone: str, made_at: datetime) -> str:
    """The call as an iCalendar file."""
    event = Event()
    event.add("uid", f"{ref}@euthymia")
    event.add("dtstamp", made_at)
    event.add("dtstart", at)
    event.add("dtend", at + timedelta(minutes=minutes))
    event.add("summary", f"Phone call with {practice_name}")
    event.add("description", f"We call you. To reach us: {phone}")
    calendar = Calendar()
    calendar.add("prodid", "-//Euthymia//Calls//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def booked_letter(*, name: str, when: str, link: str, practice_name: str, phone: str) -> str:
    """The confirmation of a call."""
    return (
        f"Hello {name},\n\n"
        f"Your free phone call with {practice_name} is booked for {when}. We will call you.\n\n"
        f"To move or cancel it: {link}\n\n"
        f"If you need us before then: {phone}. In danger, call 911. "
        f"To talk to someone at any hour, call or text 988.\n\n"
        f"{practice_name}\n"
    )


def reminder_letter(*, name: str, when: str, practice_name: str, phone: str) -> str:
    """The reminder on the day before a call."""
    return (
        f"Hello {name},\n\n"
        f"A reminder: {practice_name} will call you on {when}.\n\n"
        f"To move or cancel the call, use the link in our first letter, or phone {phone}.\n\n"
        f"In danger, call 911. To talk to someone at any hour, call or text 988.\n\n"
        f"{practice_name}\n"
    )


def cancelled_letter(*, name: str, when: str, link: str, practice_name: str, phone: str) -> str:
    """That a call was cancelled."""
    return (
        f"Hello {name},\n\nYour phone call on {when} is cancelled. To book another: {link}\n\n"
        f"{practice_name}, {phone}\n"
    )


def intake_letter(*, name: str, link: str, practice_name: str, phone: str, days: int) -> str:
    """The link to the questions before the first visit."""
    return (
        f"Hello {name},\n\nThank you for talking with us. Before your first visit we have some questions. "
        f"You can stop and come back at any time, on any device:\n\n{link}\n\n"
        f"The link is for you alone and works for {days} days. Questions? {phone}\n\n{practice_name}\n"
    )
