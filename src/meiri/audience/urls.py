from django.urls import path

from meiri.audience import views

urlpatterns = [
    path("fragments/hot/", views.hot, name="hot-fragment"),
    path("fragments/hot/difang/<slug:slug>/", views.hot_of_station, name="hot-of-station"),
    path("guanggao/<int:advertisement_id>/", views.advertisement_followed, name="advertisement-followed"),
    path("links/<int:link_id>/", views.link_clicked, name="link-clicked"),
    path("hot/", views.hot_page, name="hot"),
]
