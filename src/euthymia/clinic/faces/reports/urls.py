from django.urls import URLPattern, path

from euthymia.clinic.faces.reports import views

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", views.results, name="results"),
    path("audit/", views.audit, name="audit"),
]
