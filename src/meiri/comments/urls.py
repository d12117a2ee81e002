from django.urls import path

from meiri.comments import reacting, receipts, views

urlpatterns = [
    path("comments/<int:article_id>/", views.comments, name="comments"),
    path("comments/<int:article_id>/form/", views.form, name="comments-form"),
    path("comments/like/<int:comment_id>/", reacting.like, name="comment-like"),
    path("comments/report/<int:comment_id>/", reacting.report, name="comment-report"),
    path("comments/receipt/<slug:key>/", receipts.receipt, name="comment-receipt"),
    path("comments/mine/", receipts.mine, name="comments-mine"),
    path("comments/mine/<int:comment_id>/", receipts.mine_one, name="comment-mine"),
    path("fragments/comments/<int:article_id>/", views.fragment, name="comments-fragment"),
]
