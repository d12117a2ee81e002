from django.urls import path

from meiri.comments import views

urlpatterns = [
    path("comments/<int:article_id>/", views.comments, name="comments"),
    path("fragments/comments/<int:article_id>/", views.fragment, name="comments-fragment"),
]
