"""The members' addresses. Names that begin with `account_`, `mfa_` and `socialaccount_` are those by which allauth knows its pages."""

from allauth.account import views as account_views
from django.urls import include, path

from meiri.members import contributing_views, keeping_views, other_views, push_views, searching_views, views
from meiri.members.second_factor import ActivationView

urlpatterns = [
    path("", views.home, name="members"),
    path("register/", views.SignupView.as_view(), name="account_signup"),
    path("login/", views.LoginView.as_view(), name="account_login"),
    path("login/code/", views.RequestCodeView.as_view(), name="account_request_login_code"),
    path("login/code/confirm/", account_views.confirm_login_code, name="account_confirm_login_code"),
    path("login/refused/", views.home, name="account_inactive"),
    path("logout/", views.sign_out, name="account_logout"),
    path("again/", account_views.reauthenticate, name="account_reauthenticate"),
    path("email/", account_views.email, name="account_email"),
    path("email/confirm/", account_views.email_verification_sent, name="account_email_verification_sent"),
    path("phone/", account_views.change_phone, name="account_change_phone"),
    path("phone/confirm/", account_views.verify_phone, name="account_verify_phone"),
    path("nickname/", views.change_nickname, name="member-nickname"),
    path("password/", views.change_password, name="account_change_password"),
    path("sign-ins/", views.open_sign_ins, name="member-sign-ins"),
    path("sign-ins/<int:key>/end/", views.end_sign_in, name="member-sign-in-end"),
    path("sign-ins/end-others/", views.end_other_sign_ins, name="member-sign-ins-end"),
    path("contributing/", contributing_views.contributing_page, name="member-contributing"),
    path("contributing/write/", contributing_views.write, name="member-write"),
    path("export/", views.export, name="member-export"),
    path("favourites/", keeping_views.favourites, name="member-favourites"),
    path("favourites/<int:article_id>/", keeping_views.favourite, name="member-favourite"),
    path("fragments/<int:article_id>/", keeping_views.article_fragment, name="member-article"),
    path("history/", keeping_views.history, name="member-history"),
    path("following/", keeping_views.following, name="member-following"),
    path("following/<str:kind>/<str:slug>/", keeping_views.follow, name="member-follow"),
    path("searches/", searching_views.searches, name="member-searches"),
    path("searches/save/", searching_views.save, name="member-search-save"),
    path("searches/<int:key>/", searching_views.saved_search, name="member-search"),
    path("notices/", keeping_views.notice_list, name="member-notices"),
    path("notices/read/", keeping_views.read_notices, name="member-notices-read"),
    path("notices/ways/", views.choose_notices, name="member-notice-ways"),
    path("push/", push_views.subscribe_browser, name="member-push"),
    path("push/<int:key>/end/", push_views.end_browser, name="member-push-end"),
    path("leave/", views.leave, name="member-leave"),
    path("other/", other_views.accounts, name="socialaccount_connections"),
    path("other/join/", other_views.JoinView.as_view(), name="socialaccount_signup"),
    path("other/again/", other_views.sign_in_again, name="member-sign-in-again"),
    path("other/<int:key>/part/", other_views.take_away, name="other-account-part"),
    path("other/<slug:way>/", other_views.set_out, name="other-account"),
    path("other/<slug:way>/back/", other_views.back, name="other-account-back"),
    path("security/totp/activate/", ActivationView.as_view(), name="mfa_activate_totp"),
    path("security/webauthn/login/", views.PasskeyLoginView.as_view(), name="mfa_login_webauthn"),
    path("security/", include("allauth.mfa.urls")),
]
