"""How the house says no: a code for tests and a sentence for the person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule's answer when something may not be done. `sentence` is shown to the person as it stands."""

    code: str
    sentence: str


class Refused(Exception):
    """Carries a Refusal out of an act, so that the transaction is undone and the page can show it.

    `field` names the form field that the sentence belongs beside, if there is one.
    """

    def __init__(self, refusal: Refusal, field: str | None = None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.field = field


class NotAllowed(Exception):
    """The person may not do this there. The page answers as if the thing were not there."""


class LawBroken(AssertionError):
    """A fault in the program itself: an act that did not say whom or where it concerns."""
