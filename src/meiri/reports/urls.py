from django.urls import path, re_path

from meiri.reports import views

urlpatterns = [
    path("<int:article_id>/", views.error, name="report-error"),
    path("barrier/", views.barrier, name="report-barrier"),
    re_path(r"^receipt/(?P<key>[A-Za-z0-9_-]{24})/$", views.receipt, name="report-receipt"),
]
