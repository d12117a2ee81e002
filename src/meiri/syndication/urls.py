from django.urls import path

from meiri.syndication.api import api

urlpatterns = [path("api/v1/", api.urls)]
