from django.urls import URLPattern, path

from euthymia.clinic.faces.desk import chart, plan, views

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", views.board_page, name="board"),
    path("stream/", views.board_stream, name="stream"),
    path("paper/", views.paper, name="paper"),
    path("paper/stream/", views.paper_stream, name="paper_stream"),
    path("chairs/<uuid:ref>/stream/", views.chair_stream, name="chair_stream"),
    path("beat/", views.beat_stream, name="beat"),
    path("search/", views.search, name="search"),
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/<int:task_id>/", views.task, name="task"),
    path("patients/new/", views.new_patient, name="new_patient"),
    path("patients/<uuid:ref>/", chart.chart, name="chart"),
    path("patients/<uuid:ref>/lookers/", chart.lookers, name="lookers"),
    path("patients/<uuid:ref>/note/", chart.note, name="note"),
    path("patients/<uuid:ref>/payment/", chart.payment, name="payment"),
    path("patients/<uuid:ref>/plan/", plan.plan, name="plan"),
    path("patients/<uuid:ref>/plan/<int:plan_id>/sign/", plan.sign, name="sign_plan"),
]
