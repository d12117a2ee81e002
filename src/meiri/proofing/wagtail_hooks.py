"""Proofing in the admin: the panel beside the form, the word lists, the register of names."""

from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSetGroup

from meiri.journal.snippets import RowViewSet
from meiri.newsroom.editing import side_panels
from meiri.policy.gate import admit, everybody, somewhere
from meiri.proofing.dismissing import DISMISSED, TAKEN_BACK
from meiri.proofing.models import RegisteredName, StyleWord
from meiri.proofing.side_panel import ProofingSidePanel
from meiri.proofing.views import DismissalsView, NamesCsvView, WordsCsvView, dismiss_hint, proofread_written

admit(
    {
        "proofing_check": everybody,  # they ask by themselves, and tell a script why not
        "proofing_dismiss": everybody,
        "proofing_words_csv": somewhere("proofing.StyleWord", "add"),
        "proofing_names_csv": somewhere("proofing.RegisteredName", "add"),
        "proofing_dismissals": somewhere("proofing.StyleWord", "change"),
    }
)


@hooks.register("register_admin_urls")
def proofing_addresses():
    return [
        path("proofing/check/", proofread_written, name="proofing_check"),
        path("proofing/dismiss/", dismiss_hint, name="proofing_dismiss"),
        path("proofing/dismissals/", DismissalsView.as_view(), name="proofing_dismissals"),
        path("proofing/words/csv/", WordsCsvView.as_view(), name="proofing_words_csv"),
        path("proofing/names/csv/", NamesCsvView.as_view(), name="proofing_names_csv"),
    ]


class WithCsv(IndexView):
    """A list that can be brought in and taken out as a file."""

    csv_url = ""

    @property
    def header_buttons(self):
        return [
            *super().header_buttons,
            HeaderButton("导入与导出", url=reverse(self.csv_url), icon_name="download"),
        ]


class WordIndexView(WithCsv):
    csv_url = "proofing_words_csv"


class NameIndexView(WithCsv):
    csv_url = "proofing_names_csv"


class StyleWordViewSet(RowViewSet):
    model = StyleWord
    icon = "warning"
    index_view_class = WordIndexView
    list_display = [
        "word",
        "level",
        "replacement",
        "reason",
        "word_list",
        BooleanColumn("active", label="启用"),
    ]
    list_filter = ["level", "word_list", "active"]
    search_fields = ["word", "reason", "replacement"]
    list_per_page = 50
    panels = [
        FieldRowPanel([FieldPanel("word"), FieldPanel("level")]),
        FieldPanel("reason"),
        FieldPanel("replacement"),
        FieldPanel("stands_in"),
        FieldRowPanel([FieldPanel("word_list"), FieldPanel("active")]),
    ]


class RegisteredNameViewSet(RowViewSet):
    model = RegisteredName
    icon = "user"
    index_view_class = NameIndexView
    list_display = ["name", "kind", "title", "since", "until", "note"]
    list_filter = ["kind"]
    search_fields = ["name", "title", "wrong"]
    list_per_page = 50
    panels = [
        FieldPanel("kind"),
        FieldRowPanel([FieldPanel("name"), FieldPanel("title")]),
        FieldRowPanel([FieldPanel("since"), FieldPanel("until")]),
        FieldPanel("wrong"),
        FieldPanel("note"),
    ]


class ProofingGroup(SnippetViewSetGroup):
    items = (StyleWordViewSet, RegisteredNameViewSet)
    menu_label = "校对资料"
    menu_icon = "glasses"
    menu_order = 155

    def get_submenu_items(self):
        return [
            *super().get_submenu_items(),
            MenuItem("忽略的提示", reverse("proofing_dismissals"), icon_name="history", order=900),
        ]


register_snippet(ProofingGroup)
side_panels.append(ProofingSidePanel)


@hooks.register("register_log_actions")
def proofing_log_actions(actions):
    for action, label in ((DISMISSED, "忽略校对提示"), (TAKEN_BACK, "恢复校对提示")):
        actions.register_action(action)(told_as(label))


def told_as(deed: str) -> type[LogFormatter]:
    """How the history of an article tells of a hint."""

    class OfHint(LogFormatter):
        label = deed

        def format_message(self, log_entry):
            told = log_entry.data
            reason = f"，原因：{told['reason']}" if told.get("reason") else ""
            return f"{deed}“{told.get('words', '')}”{reason}"

    return OfHint
