from django.urls import path

from meiri.staff import views

urlpatterns = [
    path("", views.lookup, name="staff"),
    path("verify/<str:token>/", views.verify, name="staff-verify"),
]
