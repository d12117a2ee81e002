from django.urls import path

from meiri.members import views

urlpatterns = [
    path("", views.home, name="members"),
    path("register/", views.RegisterView.as_view(), name="member-register"),
    path("login/", views.LoginView.as_view(), name="member-login"),
    path("logout/", views.sign_out, name="member-logout"),
    path("nickname/", views.change_nickname, name="member-nickname"),
    path("password/", views.change_password, name="member-password"),
    path("leave/", views.leave, name="member-leave"),
]
