"""A sign-in is opened by the program only, and its password is nowhere to be read."""

from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.practice.acts import open_account
from euthymia.clinic.foundation.practice.models import Account, Staff
from tests.acts.laws import ActLaws


class TestOpenAccount(ActLaws):
    act = open_account
    name = "practice.open_account"
    by = "system"
    refused = ("desk", "physician", "director", "stranger")
    rows = Account
    about_patient = False

    def arguments(self, cast):
        return {"staff_id": Staff.objects.get(slug="nurse").pk, "password": "another long password"}

    def test_the_audit_says_who_did_what_where_to_whom(self, cast):
        self.do(cast, key="k", **self.arguments(cast))
        entry = Entry.objects.get(key="k")
        assert entry.act == self.name
        assert "another long password" not in str(Entry.objects.filter(key="k").values().get())

    def test_the_password_works_and_is_not_kept_as_typed(self, cast):
        self.do(cast, **self.arguments(cast))
        account = Account.objects.get(staff__slug="nurse")
        assert account.check_password("another long password")
        assert "another long password" not in account.password
