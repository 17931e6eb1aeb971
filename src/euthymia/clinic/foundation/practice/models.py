"""The practice itself: locations, chairs, staff and their posts, prices, templates, signed settings, texts."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from euthymia.clinic.foundation.audit.actors import STAFF_ROLES, Role
from euthymia.clinic.foundation.audit.models import Tracked


class Practice(Tracked):
    """The one practice that this database runs."""

    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=30)
    email = models.EmailField()
    file_sha256 = models.CharField(max_length=64)
    """The practice file that this was read from."""
    call_settings = models.JSONField(default=dict)
    """slot_minutes, days_ahead and what else the file says of the free call."""

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="practice_only_one")]


class Location(Tracked):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300)
    zone = models.CharField(max_length=60)
    """IANA name of the zone whose wall clock rules here."""
    phone = models.CharField(max_length=30)
    registration_number = models.CharField(max_length=40, default="")
    """The controlled-drug registration of this address."""
    hours = models.JSONField(default=dict)
    """Weekday (mon..sun) -> list of [from, to) in local wall time, "09:00"."""
    holidays = ArrayField(models.DateField(), default=list)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Chair(Tracked):
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="chairs")
    name = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["location", "name"], name="practice_chair_named_once")]


class Staff(Tracked):
    """A member of staff. What he may do comes from his posts, never from a flag."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(unique=True)
    credential = models.CharField(max_length=60, default="")
    npi = models.CharField(max_length=10, default="")
    call_hours = models.JSONField(default=dict)
    """Weekday -> list of [from, to) in the location's wall time, when free calls may be booked with him."""

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class PostHeld(Tracked):
    """One role of one member of staff at one location, for a period [held_from, held_to)."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="posts")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=[(r, r) for r in STAFF_ROLES])
    held_from = models.DateField()
    held_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "location", "role"], name="practice_post_once"),
            models.CheckConstraint(condition=Q(role__in=[str(r) for r in STAFF_ROLES]), name="practice_post_role"),
            models.CheckConstraint(
                condition=Q(held_to__isnull=True) | Q(held_to__gt=F("held_from")), name="practice_post_period"
            ),
        ]


class Accounts(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A sign-in. Kept apart from Staff: its last_login and password are no act of the practice."""

    email = models.EmailField(unique=True)
    staff = models.OneToOneField(Staff, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    held: "list[PostHeld] | None" = None
    """The posts of its staff member, where they were read with it."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []
    objects = Accounts()


class Price(Tracked):
    code = models.CharField(max_length=40, unique=True)
    what = models.CharField(max_length=200)
    service_code = models.CharField(max_length=20, default="")
    """Typed by the practice: no code list is shipped."""
    amount_cents = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["id"]


class Package(Tracked):
    """Several sessions sold together."""

    code = models.CharField(max_length=40, unique=True)
    what = models.CharField(max_length=200)
    sessions = models.PositiveSmallIntegerField()
    amount_cents = models.PositiveIntegerField()


class CourseTemplate(Tracked):
    code = models.CharField(max_length=40, unique=True)
    condition = models.CharField(max_length=80)
    mg_per_kg = models.DecimalField(max_digits=5, decimal_places=3)
    minutes = models.PositiveSmallIntegerField()
    schedule_days = ArrayField(models.PositiveSmallIntegerField())
    """Days of the infusions, the first being 0."""
    review_after = ArrayField(models.PositiveSmallIntegerField(), default=list)
    """After which infusions the physician signs to go on."""
    evidence = models.TextField(default="")
    source = models.CharField(max_length=300)
    instruments = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        ordering: ClassVar = ["id"]


class Threshold(Tracked):
    """A number that the medical director answers for."""

    code = models.CharField(max_length=80, unique=True)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=40)
    source = models.CharField(max_length=300)
    verified = models.BooleanField()
    """Whether the figure was compared with the primary text."""
    signed_by = models.CharField(max_length=120, default="")
    signed_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["code"]


class Wording(Tracked):
    """A text that people read or sign: consent, financial agreement, cancellation policy, messages. Versioned."""

    kind = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=200, default="")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    """What a program needs of it: a cancellation policy's hours and cents."""
    in_force = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="practice_wording_version"),
            models.UniqueConstraint(fields=["kind"], condition=Q(in_force=True), name="practice_one_wording_in_force"),
        ]


ROLE_NAMES: dict[str, str] = {
    Role.FRONT_DESK: "Front desk",
    Role.NURSE: "Nurse",
    Role.PHYSICIAN: "Physician",
    Role.BILLER: "Biller",
    Role.MEDICAL_DIRECTOR: "Medical director",
    Role.OWNER: "Owner",
}
