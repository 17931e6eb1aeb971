from django.urls import URLPattern, path

from euthymia.clinic.faces.exchange import views

app_name = "exchange"
urlpatterns: list[URLPattern] = [path("patients/<uuid:ref>/chart.json", views.chart, name="chart")]
