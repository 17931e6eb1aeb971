"""Signing in and out, and the second factor. Of the library's addresses only those that staff need."""

from allauth.account import views as account
from django.urls import include, path

from euthymia.clinic.foundation.practice.hello import hello

urlpatterns = [
    path("hello/", hello, name="hello"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]
