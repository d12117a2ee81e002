"""Comments in the newsroom: the moderators' queue, the rules for words, the questions that show a person."""

from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from meiri.comments.models import Question, WordRule
from meiri.comments.queue import CommentView, QueueView
from meiri.journal.snippets import RowViewSet
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "comments_queue": somewhere("comments.Comment", "moderate"),
        "comments_one": one("comments.Comment", "comment_id", "moderate"),
    }
)


@hooks.register("register_admin_urls")
def queue_address():
    return [
        path("comments/", QueueView.as_view(), name="comments_queue"),
        path("comments/<int:comment_id>/", CommentView.as_view(), name="comments_one"),
    ]


@hooks.register("register_admin_menu_item")
def queue_menu_item():
    return MenuItem("评论审核", reverse("comments_queue"), icon_name="comment", order=320)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="comments", codename="moderate_comment")


class WordRuleViewSet(RowViewSet):
    model = WordRule
    icon = "warning"
    list_display = ["name", "deed", "reason", BooleanColumn("active", label="启用")]
    list_filter = ["deed", "active"]
    search_fields = ["name", "lines"]
    list_per_page = 40


class QuestionViewSet(RowViewSet):
    model = Question
    icon = "help"
    list_display = ["question", BooleanColumn("active", label="启用")]
    list_per_page = 40


class CommentRulesGroup(SnippetViewSetGroup):
    items = (WordRuleViewSet, QuestionViewSet)
    menu_label = "评论规则"
    menu_icon = "comment"
    menu_order = 325


register_snippet(CommentRulesGroup)
