"""The editors' list of articles: newest change first, by keyset, without a count over the archive."""

from urllib.parse import urlencode

import django_filters
from django import forms
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.models import Revision
from wagtail.snippets.views.snippets import IndexView

from meiri.newsroom.keyset import Cursor
from meiri.newsroom.list_cells import QuickCheckboxColumn, QuickColumn, QuickTimeColumn, QuickTitleColumn
from meiri.newsroom.models import Article, Author, Byline, Source
from meiri.policy import among, may, rules_of, visible
from meiri.policy.reach import EVERYWHERE, Reach
from meiri.sections.models import Channel, Station

PAGE = 40
# How far back a search by words of the title looks, and how many it gives at most.
SEARCHED, MOST_TITLED = 20_000, 5_000
# So many of the published articles that have the words are listed, the best.
MOST_FOUND = 500
REBUILDING = f"检索正在重建，现在只能按标题查找最近修改的 {SEARCHED} 篇。"


STATES = [
    ("draft", "草稿"),
    ("scheduled", "定时"),
    ("live", "已发布"),
    ("changed", "已发布，有未发修改"),
    ("withdrawn", "已撤稿"),
]

# Articles of an author or a station up to which they are looked up by their keys.
MANY = 5_000
# Articles that a page of an editor's list is looked for in before the editor's places are.
WALKED = 10_000
# Those with an index of their own.
RARE = ("changed", "withdrawn")


def scheduled_versions():
    """The versions of articles that are to go live by themselves: a short, indexed list."""
    content_type = ContentType.objects.get_for_model(Article)
    return Revision.objects.filter(content_type=content_type, approved_go_live_at__isnull=False)


def in_state(queryset, state: str):
    """The articles of `queryset` that their editors find in `state`, one of `STATES`."""
    scheduled = scheduled_versions().values(article=Cast("object_id", BigIntegerField()))
    match state:
        case "draft":
            return queryset.not_live().filter(first_published_at=None).exclude(pk__in=scheduled)
        case "scheduled":
            return queryset.filter(pk__in=scheduled)
        case "changed":
            return queryset.filter(live=True, has_unpublished_changes=True)
        case "withdrawn":
            return queryset.filter(live=False, first_published_at__isnull=False)
        case _:
            return queryset.filter(live=True)


def in_rare_state(queryset, state: str):
    """As `in_state`, for a state that few articles have, in whole rows of the list and the order of `queryset`: by a walk along the index
    of the state, where each row is asked whether it is in `queryset`. By themselves databases begin with the places of an editor, which
    hold most of the archive, and sort what they find there."""
    rare = in_state(listed(Article.objects.all()), state).filter(among(queryset, "pk"))
    return rare.order_by(*queryset.query.order_by)


def listed(queryset):
    """The articles of `queryset` with what the list shows of each."""
    fields = (
        "title", "live", "has_unpublished_changes", "first_published_at", "go_live_at", "published_at",
        "updated_at", "channel__name", "editor__name", "source__name", "latest_revision",
        "created_by_id", "home_station_id", "binned_at",
    )  # fmt: skip
    return with_schedule(queryset.select_related("channel", "editor", "source").only(*fields))


def with_schedule(queryset):
    """The articles with `scheduled`: whether a version of them is to go live by itself."""
    own = scheduled_versions().filter(object_id=Cast(OuterRef("pk"), CharField()))
    return queryset.annotate(scheduled=Exists(own))


def state_of(article: Article) -> str:
    """The state of an article from `with_schedule`, in words."""
    if article.scheduled:
        return "已发布，定时更新" if article.live else "定时"
    if article.live:
        return "已发布，有未发修改" if article.has_unpublished_changes else "已发布"
    return "已撤稿" if article.first_published_at else "草稿"


def named(model, name: str) -> list[int]:
    """The keys of the rows with this exact name: there may be too many sources and authors for a menu."""
    return list(model.objects.filter(name=name.strip()).values_list("pk", flat=True)[:20])


class ArticleFilterSet(WagtailFilterSet):
    channel = django_filters.ModelChoiceFilter(
        label="频道", queryset=Channel.objects.all(), empty_label="全部频道"
    )
    station = django_filters.ModelChoiceFilter(
        label="地方站", queryset=Station.objects.all(), empty_label="全部地方站", method="at_station"
    )
    state = django_filters.ChoiceFilter(
        label="状态",
        choices=STATES,
        empty_label="全部状态",
        method="found_in_state",
        widget=forms.RadioSelect,
    )
    author = django_filters.CharFilter(label="作者（全名）", method="signed_by")
    source = django_filters.CharFilter(label="来源（全名）", method="from_source")
    published_at = django_filters.DateFromToRangeFilter(label="发布日期", widget=DateRangePickerWidget)

    class Meta:
        model = Article
        fields = ["channel", "station", "state", "author", "source", "published_at"]

    def at_station(self, queryset, name, station):
        return named_by(Article.stations.through.objects.filter(station=station), queryset)

    def signed_by(self, queryset, name, author):
        return named_by(Byline.objects.filter(author__in=named(Author, author)), queryset)

    def from_source(self, queryset, name, source):
        return queryset.filter(source__in=named(Source, source))

    def found_in_state(self, queryset, name, state):
        return in_rare_state(queryset, state) if state in RARE else in_state(queryset, state)


def named_by(rows, articles):
    """Those of `articles` that `rows` of another table name. Few are looked up by their keys; where there are many, some stand on every
    page of the list, and each article is asked as the list is walked through."""
    keys = set(rows.order_by().values_list("article_id", flat=True)[: MANY + 1])
    if len(keys) <= MANY:
        return articles.filter(pk__in=keys)
    return articles.filter(Exists(rows.filter(article=OuterRef("pk"))))


def with_words(queryset, words: str, user=None):
    """The articles of `queryset` with the number `words`; or the published ones that have `words` anywhere, which the search index tells,
    and those that readers do not see with `words` in their titles. For a `user` who sees some articles alone those of their places and
    their own are looked for beside the best of all. And a notice for the editor where the index can't tell: then all are found by their
    titles, among those changed last."""
    words = words.strip()
    if not words:
        return queryset, ""
    if words.isdecimal() and len(words) <= 18:
        return queryset.filter(pk=int(words)), ""
    within = rules_of(Article).reach(user, "see") if user else EVERYWHERE
    published = published_with(words, within)
    looked_through = Article.objects.all() if published is None else Article.objects.not_live()
    wanted = Q(pk__in=newest_keys(looked_through))
    if not within.everywhere:
        wanted |= Q(pk__in=newest_keys(Article.objects.filter(created_by=user)))
    # Keys, not a condition: with one a database may walk through the archive in the order of the list.
    titled = Article.objects.filter(wanted, title__icontains=words).values_list("pk", flat=True)
    found = {*titled[:MOST_TITLED], *(published or [])}
    return queryset.filter(pk__in=found), "" if published is not None else REBUILDING


def newest_keys(queryset):
    """The keys of the articles of `queryset` that were changed last, as a sub-select."""
    return queryset.order_by("-updated_at", "-pk").values("pk")[:SEARCHED]


def published_with(words: str, within: Reach) -> list[int] | None:
    """The keys of published articles that have `words`, the best, at most `MOST_FOUND` of all and as many `within`; None while the index
    can't tell."""
    return import_string(settings.ARTICLE_FINDER)(words, MOST_FOUND, within)


class KeysetPage(list):
    """One page of the list, with what leads to its neighbours."""

    older: str = ""
    newer: str = ""


def turn(
    queryset, older_than: Cursor | None, newer_than: Cursor | None, size: int, *, walks: bool = False
) -> KeysetPage:
    """The page of `queryset` (ordered by `-updated_at, -pk`) after `older_than` or before `newer_than`. `walks`: where its rows are some
    of each part of the archive, it is found by a walk from there."""
    backwards = older_than is None and newer_than is not None
    beyond = Q()
    if older_than:
        at, pk = older_than.at, older_than.key
        beyond = Q(updated_at__lte=at) & ~Q(updated_at=at, pk__gte=pk)
    elif newer_than:
        at, pk = newer_than.at, newer_than.key
        beyond = Q(updated_at__gte=at) & ~Q(updated_at=at, pk__lte=pk)
        queryset = queryset.order_by("updated_at", "pk")
    rows = _walked(queryset, beyond, size + 1) if walks else None
    rows = list(queryset.filter(beyond)[: size + 1]) if rows is None else rows
    more, rows = len(rows) > size, rows[:size]
    page = KeysetPage(reversed(rows) if backwards else rows)
    if page:
        has_older, has_newer = (True, more) if backwards else (more, older_than is not None)
        page.older = str(Cursor(page[-1].updated_at, page[-1].pk)) if has_older else ""
        page.newer = str(Cursor(page[0].updated_at, page[0].pk)) if has_newer else ""
    return page


def _walked(queryset, beyond: Q, count: int) -> list[Article] | None:
    """The first `count` of `queryset` beyond a place of the list, by a walk through the articles in its order, each of which is asked
    whether it is in `queryset`; None where so many are not among the next `WALKED`. What an editor of some places sees is a
    condition for which databases read all of these places, and sort them."""
    order = queryset.query.order_by
    way = Article.objects.filter(beyond).order_by(*order)
    end = way.values_list("updated_at", flat=True)[WALKED : WALKED + 1].first()
    if end is not None:
        way = way.filter(updated_at__lte=end) if order[0] == "updated_at" else way.filter(updated_at__gte=end)
    rows = list(listed(way.filter(among(queryset, "pk")))[:count])
    return rows if len(rows) == count or end is None else None


class ArticleIndexView(IndexView):
    is_searchable = True
    search_fields = ["title"]
    paginate_by = PAGE
    default_ordering = None
    notice = ""

    def get_base_queryset(self):
        return listed(visible(self.request.user, Article.objects.all()))

    def order_queryset(self, queryset):
        return queryset.order_by("-updated_at", "-pk")

    @cached_property
    def columns(self):
        columns = super().columns
        for column in columns:
            column.sort_key = None  # there is one order: any other would sort the archive
        return [QuickCheckboxColumn("bulk_actions", obj_type="snippet"), *columns[1:]]

    def _get_title_column(self, field_name, **kwargs):
        return super()._get_title_column(field_name, column_class=QuickTitleColumn, **kwargs)

    def search_queryset(self, queryset):
        found, self.notice = with_words(queryset, self.search_query, self.request.user)
        return found

    def paginate_queryset(self, queryset, page_size):
        older = Cursor.parse(self.request.GET.get("older"))
        newer = Cursor.parse(self.request.GET.get("newer"))
        seen = rules_of(Article).reach(self.request.user, "see")
        # What words were found in is a list of keys already.
        walks = not seen.everywhere and not self.search_query
        self.page = turn(queryset, older, newer, page_size, walks=walks)
        shown = Article.objects.filter(pk__in=[article.pk for article in self.page])
        self.changed_here = set(visible(self.request.user, shown, "change").values_list("pk", flat=True))
        return None, None, self.page, False

    def get_edit_url(self, instance):
        return super().get_edit_url(instance) if instance.pk in self.changed_here else None

    def get_delete_url(self, instance):
        return super().get_delete_url(instance) if may(self.request.user, "delete", instance) else None

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["notice"] = self.notice
        context["older_url"] = self.neighbour_url("older", self.page.older)
        context["newer_url"] = self.neighbour_url("newer", self.page.newer)
        return context

    def neighbour_url(self, direction: str, position: str) -> str:
        if not position:
            return ""
        kept = [
            (k, v) for k, v in self.request.GET.items() if k not in ("older", "newer", "_w_filter_fragment")
        ]
        return f"{self.index_url}?{urlencode([*kept, (direction, position)])}"


# Left out on a phone, where titles need the room.
WIDE = "on-wide-screens"
COLUMNS = [
    "title",
    QuickColumn("state", label="状态", accessor=state_of),
    QuickColumn("channel", label="频道", accessor=lambda article: article.channel or "未选频道"),
    QuickColumn(
        "editor", label="责任编辑", accessor=lambda a: a.editor.name if a.editor else "—", classname=WIDE
    ),
    QuickColumn(
        "source", label="来源", accessor=lambda a: a.source.name if a.source else "—", classname=WIDE
    ),
    QuickTimeColumn("published_at", label="发布时间", classname=WIDE),
    QuickTimeColumn("updated_at", label="最后修改"),
]
