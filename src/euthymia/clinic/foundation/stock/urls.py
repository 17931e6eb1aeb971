from django.urls import URLPattern, path

from euthymia.clinic.foundation.stock import views

app_name = "stock"
urlpatterns: list[URLPattern] = [
    path("", views.log, name="log"),
    path("vials/<int:vial_id>/", views.vial, name="vial"),
    path("vials/<int:vial_id>/open/", views.opened, name="open"),
    path("vials/<int:vial_id>/dispose/", views.dispose, name="dispose"),
    path("vials/<int:vial_id>/lose/", views.lose, name="lose"),
    path("vials/<int:vial_id>/send/", views.send, name="send"),
    path("transfers/<int:transfer_id>/", views.transfer, name="transfer"),
    path("locations/<int:location_id>/count/", views.count, name="count"),
    path("locations/<int:location_id>/log.csv", views.log_csv, name="log_csv"),
    path("locations/<int:location_id>/log.pdf", views.log_pdf, name="log_pdf"),
    path("counts/<int:count_id>/", views.counted, name="counted"),
    path("counts/<int:count_id>/count.pdf", views.count_pdf, name="count_pdf"),
    path("counts/<int:count_id>/count.csv", views.count_csv, name="count_csv"),
    path("cases/<int:case_id>/", views.case, name="case"),
    path("cases/<int:case_id>/notice/", views.notice, name="notice"),
    path("cases/<int:case_id>/form/", views.form_sent, name="form"),
    path("cases/<int:case_id>/close/", views.close, name="close"),
]
