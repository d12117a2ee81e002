from django.urls import path, re_path

from meiri.letters import views

urlpatterns = [
    path("", views.index, name="letters"),
    path("write/", views.write, name="letter-write"),
    path("find/", views.find_letter, name="letter-find"),
    path("statistics/", views.numbers, name="letter-statistics"),
    path("published/<int:letter_id>/", views.published_letters, name="letter-published"),
    re_path(r"^(?P<receipt>[0-9A-Za-z-]{1,20})/$", views.progress, name="letter"),
]
