from django.urls import URLPattern

app_name = "boosters"
urlpatterns: list[URLPattern] = []
