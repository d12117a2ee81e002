from django.urls import path

from meiri.polls import views

urlpatterns = [
    path("polls/<int:article_id>/<uuid:block>/", views.poll, name="poll"),
    path("fragments/polls/<int:article_id>/<uuid:block>/", views.result, name="poll-result"),
]
