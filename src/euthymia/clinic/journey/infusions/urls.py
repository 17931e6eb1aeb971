from django.urls import URLPattern, path

from euthymia.clinic.journey.infusions import (
    after_views,
    beforehand_views,
    booking_views,
    button_views,
    drug_views,
    record_views,
    sign_views,
    views,
)

app_name = "infusions"
urlpatterns: list[URLPattern] = [
    path("drug-log/", drug_views.drug_log, name="drug_log"),
    path("book/<uuid:ref>/", booking_views.booking, name="book"),
    path("<uuid:ref>/", views.chair, name="chair"),
    path("<uuid:ref>/cancel/", booking_views.cancel, name="cancel"),
    path("<uuid:ref>/ask/", beforehand_views.ask, name="ask_beforehand"),
    path("<uuid:ref>/arrive/", views.arrived, name="arrive"),
    path("<uuid:ref>/gate/", views.gate, name="gate"),
    path("<uuid:ref>/order/", views.order, name="order"),
    path("<uuid:ref>/confirm/", views.confirm, name="confirm"),
    path("<uuid:ref>/start/", views.start, name="start"),
    path("<uuid:ref>/vitals/", views.vitals, name="vitals"),
    path("<uuid:ref>/vitals/<int:vitals_id>/", views.correct, name="correct"),
    path("<uuid:ref>/told/", sign_views.told, name="told"),
    path("<uuid:ref>/event/", views.event, name="event"),
    path("<uuid:ref>/rate/", views.rate, name="rate"),
    path("<uuid:ref>/end/", views.end, name="end"),
    path("<uuid:ref>/waste/", views.waste, name="waste"),
    path("<uuid:ref>/button/", button_views.give, name="give_button"),
    path("<uuid:ref>/button/answer/", button_views.answer, name="answer_call"),
    path("<uuid:ref>/button/settle/", button_views.settle, name="settle_call"),
    path("<uuid:ref>/record/", record_views.record, name="record"),
    path("<uuid:ref>/record.pdf", record_views.paper, name="paper"),
    path("<uuid:ref>/sheet/", after_views.sheet, name="sheet"),
    path("<uuid:ref>/sheet/send/", after_views.send, name="send_sheet"),
    path("<uuid:ref>/discharge/", views.discharge, name="discharge"),
]
