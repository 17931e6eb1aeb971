"""Who acts: a frozen value that says what this person may do, and where."""

from dataclasses import dataclass
from enum import StrEnum

from euthymia.clinic.foundation.audit.refusals import LawBroken


class Role(StrEnum):
    """What a person is to the practice. The last four are not staff."""

    FRONT_DESK = "front_desk"
    NURSE = "nurse"
    PHYSICIAN = "physician"
    BILLER = "biller"
    MEDICAL_DIRECTOR = "medical_director"
    OWNER = "owner"
    PATIENT = "patient"
    CALLER = "caller"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


STAFF_ROLES = (
    Role.FRONT_DESK,
    Role.NURSE,
    Role.PHYSICIAN,
    Role.BILLER,
    Role.MEDICAL_DIRECTOR,
    Role.OWNER,
)


@dataclass(frozen=True, slots=True)
class Post:
    """One role at one location."""

    location_id: int
    role: Role


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. `staff_id` for staff, `patient_id` for a patient by link, neither for a caller."""

    name: str
    posts: frozenset[Post] = frozenset()
    staff_id: int | None = None
    patient_id: int | None = None
    alone: Role | None = None
    """The one role of someone who is not staff."""

    @property
    def mark(self) -> str:
        """What the audit calls this person: staff:3, patient:12, caller, system."""
        if self.staff_id is not None:
            return f"staff:{self.staff_id}"
        if self.patient_id is not None:
            return f"patient:{self.patient_id}"
        return str(self.alone or Role.ANONYMOUS)

    @property
    def as_staff(self) -> int:
        """The staff id, where only staff may act: an act without one stops here."""
        if self.staff_id is None:
            raise LawBroken(f"{self.mark} is not staff")
        return self.staff_id

    def roles_at(self, location_id: int | None) -> frozenset[Role]:
        """The roles this person has at a location; at any location when none is named."""
        if self.alone is not None:
            return frozenset({self.alone})
        return frozenset(p.role for p in self.posts if location_id in (None, p.location_id))

    def locations(self, *roles: Role) -> frozenset[int]:
        """Where this person holds one of these roles (any role when none is named)."""
        return frozenset(p.location_id for p in self.posts if not roles or p.role in roles)


def patient_by_link(patient_id: int) -> Actor:
    """The patient himself, who came by a link of ours."""
    return Actor(name="the patient", patient_id=patient_id, alone=Role.PATIENT)


CALLER = Actor(name="a caller", alone=Role.CALLER)
SYSTEM = Actor(name="the program", alone=Role.SYSTEM)
NOBODY = Actor(name="nobody", alone=Role.ANONYMOUS)
