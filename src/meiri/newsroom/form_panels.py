"""What stands where in the form of an article: the text, beside it where it belongs and who signs, then the rest."""

from django import forms
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.widgets import AdminAutoHeightTextInput

from meiri.newsroom.picking import MultiplePicker, Picker


class BlockMarks(forms.TextInput):
    """Holds the marks of blocks, which its script puts beside each block of the body (`static/newsroom/ai_marks.js`)."""

    class Media:
        js = ("newsroom/ai_marks.js",)

    def __init__(self, attrs=None):
        super().__init__({"hidden": "", "data-ai-marks": "", **(attrs or {})})


class PlainPanel(FieldPanel):
    """A field without the button for comments, which Wagtail's forms of snippets show and never serve."""

    def __init__(self, *args, **options):
        super().__init__(*args, **{"disable_comments": True} | options)


class NamedPanel:
    """For a group of panels: a short name, from which the ids of all that is in it are made."""

    def __init__(self, *args, name: str, **options):
        super().__init__(*args, **options)
        self.name = name

    def clone_kwargs(self):
        return super().clone_kwargs() | {"name": self.name}  # type: ignore[misc]

    @property
    def clean_name(self):
        return self.name


class Group(NamedPanel, MultiFieldPanel):
    pass


class CompactGroup(Group):
    """Fields with a third of the markup that Wagtail gives to each."""

    class BoundPanel(MultiFieldPanel.BoundPanel):
        template_name = "newsroom/compact_fields.html"


class Tab(NamedPanel, ObjectList):
    pass


BELONGING = Group(
    [
        PlainPanel("channel", widget=forms.Select),
        PlainPanel(
            "stations",
            widget=MultiplePicker("stations"),
            help_text="标“送稿”的，发布时送去，由那里的编辑决定是否采用。",
        ),
        PlainPanel("subsections", widget=MultiplePicker("subsections", within=("channel", "stations"))),
        PlainPanel("source", widget=Picker("source")),
        FieldRowPanel([PlainPanel("origin"), PlainPanel("kind")]),
        InlinePanel(
            "bylines",
            [PlainPanel("author", widget=Picker("author")), PlainPanel("credit")],
            heading="作者",
            label="作者",
            min_num=0,
            max_num=20,
        ),
        PlainPanel("editor", widget=Picker("author")),
        PlainPanel("topics", widget=MultiplePicker("topics")),
        PlainPanel("tags"),
    ],
    heading="归属与署名",
    classname="article-belonging",
    name="belonging",
)
LEADING = Group(
    [PlainPanel("kicker"), PlainPanel("subtitle"), PlainPanel("short_title")],
    heading="引题、副题和短标题",
    name="leading",
)
ORIGINAL = Group(
    [
        PlainPanel("dateline"),
        PlainPanel("original_title"),
        PlainPanel("original_url"),
    ],
    heading="原文",
    name="original",
)

AI = CompactGroup(
    [
        PlainPanel("ai_use"),
        PlainPanel("ai_kinds"),
        PlainPanel("ai_checked_by", widget=Picker("people")),
        PlainPanel("aigc_label"),
        PlainPanel("ai_blocks", widget=BlockMarks),
    ],
    classname="compact-fields",
    name="ai",
)
CHANGING = Group(
    [FieldRowPanel([PlainPanel("change_kind"), PlainPanel("change_reason")])],
    heading="修改已发布的稿件",
    name="changing",
)

ARTICLE_TABS = [
    Tab(
        [
            PlainPanel("title"),
            PlainPanel("body"),
            BELONGING,
            PlainPanel("picture"),
            PlainPanel("summary", widget=AdminAutoHeightTextInput),
            LEADING,
            CHANGING,
        ],
        heading="稿件",
        classname="article-writing",
        name="writing",
    ),
    Tab(
        [
            ORIGINAL,
            PlainPanel("published_at", help_text="精确到秒，不晚于现在；不填则取发布的那一刻。"),
            FieldRowPanel([PlainPanel("go_live_at"), PlainPanel("expire_at")]),
            HelpPanel(template="newsroom/embargo_state.html", heading="禁发期"),
            AI,
            CompactGroup(
                [
                    PlainPanel("comment_policy"),
                    PlainPanel("minors"),
                    # Who only writes does not set what readers see.
                    PlainPanel("minors_risk", permission="newsroom.publish_article"),
                ],
                classname="compact-fields",
                name="handling",
            ),
        ],
        heading="原文与发布",
        name="publishing",
    ),
]
