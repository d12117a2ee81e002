from django.urls import path, re_path

from meiri.fronts import link_views

urlpatterns = [
    path("", link_views.links, name="links"),
    path("apply/", link_views.application, name="link-application"),
    re_path(r"^receipt/(?P<key>[A-Za-z0-9_-]{24})/$", link_views.receipt, name="link-receipt"),
]
