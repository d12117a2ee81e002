"""相似稿件 and 稿件血缘 in the newsroom: a look-up while writing, a comparison, and the versions of a story."""

import json
from collections.abc import Sequence

from django.contrib.auth.mixins import UserPassesTestMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.newsroom.listing import state_of, with_schedule
from meiri.newsroom.models import Article
from meiri.policy import check, may
from meiri.search.article_texts import ArticleText, words_of
from meiri.search.comparing import compare
from meiri.search.duplicates import Match, near_duplicates
from meiri.search.lineage import (
    NotPossible,
    dismiss_proposal,
    likely_tie,
    lineage_in_words,
    record_version,
    remove_version,
    show_versions,
    tree_of,
    when,
)
from meiri.search.minhash import LONGEST, comparable_text, similarity
from meiri.search.models import ProposedVersion, Story, Tie, Version
from meiri.search.visible import has_drafts_open_to, may_write, visible_to
from meiri.visitors.characters import mended_data

# A text of `LONGEST` characters as JSON, each escaped, with its title.
LARGEST_BODY = 6 * (LONGEST + 1_000)
LONGEST_TITLE = 500
# Some of the matches may be drafts of other desks, of which the editor is not told.
LOOKED_AT, TOLD = 8, 5


def clock(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


@require_POST
def similar(request):
    """Articles like the one that is being written, as JSON.

    The body is JSON too: `article` (its key, null where it was never saved), `title`, `text`. Answers 400 for what is not of
    that form, 403 where the user writes no articles, 413 for too long a text.
    """
    if not may_write(request.user):
        return JsonResponse({"error": "您没有写稿的权限。"}, status=403)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return JsonResponse({"error": "稿件太长，没有查找相似稿件。"}, status=413)
    try:
        asked = mended_data(json.loads(request.body))
        own, title, text = asked["article"], asked["title"], asked["text"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return HttpResponseBadRequest("JSON with article, title and text is wanted.")
    if not (isinstance(title, str) and isinstance(text, str) and (own is None or _is_key(own))):
        return HttpResponseBadRequest("JSON with article, title and text is wanted.")
    article = Article.objects.filter(pk=own).first() if own else None
    matches = near_duplicates(
        title[:LONGEST_TITLE], text[:LONGEST], exclude=[own] if own else [], count=LOOKED_AT
    )
    visible = visible_to(request.user, [match.article_id for match in matches])
    told = [match for match in matches if match.article_id in visible][:TOLD]
    drafts = has_drafts_open_to(request.user, [match.article_id for match in told])
    parent = Version.objects.filter(pk=own).values_list("parent", flat=True).first() if own else None
    may_record = article is not None and may(request.user, "change", article)
    return JsonResponse(
        {
            "matches": [
                _told(m, visible[m.article_id], article, parent, request.user, m.article_id in drafts)
                for m in told
            ],
            "may_record": may_record,
            "lineage": lineage_in_words(own) if article else [],
            "lineage_url": reverse("search_lineage", args=[own]) if article else None,
        }
    )


def _is_key(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID


def _told(
    match: Match, other: Article, article: Article | None, parent: int | None, user, with_draft: bool
) -> dict:
    if not with_draft:
        match = match._replace(title=other.title)
    same_source = article is not None and article.source_id == other.source_id
    return {
        "id": other.pk,
        "words": match.in_words(),
        "title": match.title,
        "percent": match.percent,
        "source": match.source,
        "time": clock(match.at),
        "state": "已发布" if match.live else ("已撤稿" if other.first_published_at else "草稿"),
        "edit_url": AdminURLFinder(user).get_edit_url(other) or "",
        "compare_url": reverse("search_compare_written", args=[other.pk]),
        "recorded": other.pk == parent,
        "likely": likely_tie(match.percent, same_source).value,
    }


class WritersOnly(UserPassesTestMixin):
    raise_exception = True

    def test_func(self):
        return may_write(self.request.user)


def article_for(user, pk: int) -> Article:
    """The article, where the user may be told of it. Raises `Http404` where there is none, `PermissionDenied`."""
    if pk > LARGEST_ID or not Article.objects.filter(pk=pk).exists():
        raise Http404
    try:
        return visible_to(user, [pk])[pk]
    except KeyError:
        raise PermissionDenied from None


def words_for(user, keys: list[int]) -> dict[int, ArticleText]:
    """The words of articles that `user` may be told of: the published ones where the newest draft is not theirs to see."""
    return words_of(keys, as_published=set(keys) - has_drafts_open_to(user, keys))


class CompareView(WritersOnly, WagtailAdminTemplateMixin, View):
    """Two saved articles, or what is being written and a saved one, sentence by sentence."""

    page_title = "比对"
    header_icon = "copy"
    template_name = "search/admin/compare.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "比对"}]

    def get(self, request, first, second):
        articles = [article_for(request.user, key) for key in (first, second)]
        words = words_for(request.user, [first, second])
        return self.answer(words[first], words[second], articles)

    def answer(self, first: ArticleText, second: ArticleText, articles: Sequence[Article | None]):
        percent = int(similarity(first.compared, second.compared) * 100)
        rows = compare(f"{first.title}\n{first.text[:LONGEST]}", f"{second.title}\n{second.text[:LONGEST]}")
        heads = [
            {
                "title": words.title or "（无标题）",
                "source": article.source.name if article and article.source else "",
                "time": clock(when(article)) if article else "正在写的稿件",
                "edit_url": AdminURLFinder(self.request.user).get_edit_url(article) if article else None,
                "letters": len(comparable_text(words.text)),
            }
            for words, article in zip((first, second), articles, strict=True)
        ]
        return self.render_to_response(self.get_context_data(rows=rows, heads=heads, percent=percent))


class CompareWrittenView(CompareView):
    """What is being written, sent from the form, against a saved article."""

    def get(self, request, second):
        return redirect("wagtailadmin_home")

    def post(self, request, second):
        other = article_for(request.user, second)
        written = ArticleText(
            request.POST.get("title", "")[:LONGEST_TITLE],
            request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST],
        )
        return self.answer(written, words_for(request.user, [second])[second], [None, other])


class LineageView(WritersOnly, WagtailAdminTemplateMixin, View):
    """The story of an article: which comes from which, what an import proposes, whether readers see it."""

    page_title = "稿件血缘"
    header_icon = "list-ul"
    template_name = "search/admin/lineage.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "稿件血缘"}]

    def get(self, request, pk):
        return self.render_to_response(self.get_context_data(**self.shown(article_for(request.user, pk))))

    def shown(self, article: Article) -> dict:
        tree = tree_of(article.pk)
        visible = visible_to(self.request.user, [branch.article.pk for branch in tree])
        states = {
            a.pk: state_of(a)
            for a in with_schedule(Article.objects.filter(pk__in=[b.article.pk for b in tree]))
        }
        finder = AdminURLFinder(self.request.user)
        proposal = ProposedVersion.objects.filter(pk=article.pk).first()
        proposed = visible_to(self.request.user, [proposal.parent_id]) if proposal else {}
        return {
            "article": article,
            "article_url": finder.get_edit_url(article),
            "lines": [
                {
                    "branch": branch,
                    "state": states[branch.article.pk],
                    "time": clock(when(branch.article)),
                    "edit_url": finder.get_edit_url(branch.article),
                    "current": branch.article.pk == article.pk,
                    "visible": branch.article.pk in visible,
                    "compared_with": branch.parent_id if branch.parent_id in visible else None,
                }
                for branch in tree
            ],
            "proposal": proposal if proposal and proposal.parent_id in proposed else None,
            "proposed": proposed.get(proposal.parent_id) if proposal else None,
            "shown": Story.objects.filter(versions=article.pk, shown=True).exists(),
            "comes_from": Version.objects.filter(pk=article.pk, parent__isnull=False).exists(),
            "ties": Tie.choices,
            "may_change": may(self.request.user, "change", article),
            "may_publish": may(self.request.user, "publish", article),
        }

    def post(self, request, pk):
        article = article_for(request.user, pk)
        deed, wanted = request.POST.get("deed"), request.POST.get("other", "")
        try:
            told = self.done(article, deed, wanted)
        except NotPossible as error:
            return self.told(article, str(error), failed=True)
        if told is None:
            return HttpResponseBadRequest("An unknown deed.")
        return self.told(article, told)

    def done(self, article: Article, deed: str | None, wanted: str) -> str | None:
        """Do what the editor asks for and say so; None for what is no deed. Raises `NotPossible`, `PermissionDenied`."""
        user = self.request.user
        if deed in ("show", "hide"):
            check(user, "publish", article)
            show_versions(article, deed == "show", by=user)
            return "读者现在可以看到相关版本。" if deed == "show" else "读者不再看到相关版本。"
        if deed == "dismiss":
            check(user, "change", article)
            dismiss_proposal(article)
            return "已忽略这条建议。"
        if deed == "remove":
            check(user, self.needed(article.pk), article)
            remove_version(article, by=user)
            return "已移除，这篇稿件不再是别的稿件的版本。"
        if deed in Tie.values:
            parent = article_for(user, _number(wanted))
            check(user, self.needed(article.pk, parent.pk), article)
            record_version(article, parent, Tie(deed), by=user)
            return f"已记下：这篇是《{parent.title}》的{Tie(deed).label}。"
        return None

    def needed(self, *keys: int) -> str:
        """Who may change what readers see is who may publish."""
        return "publish" if Story.objects.filter(versions__in=keys, shown=True).exists() else "change"

    def told(self, article: Article, words: str, failed: bool = False):
        if "application/json" in self.request.headers.get("Accept", ""):
            return JsonResponse({"error" if failed else "message": words}, status=422 if failed else 200)
        (messages.error if failed else messages.success)(self.request, words)
        return redirect("search_lineage", article.pk)


def _number(text: str) -> int:
    """A key that an editor typed. Raises `NotPossible`."""
    number = asked_number(text, most_digits=19)
    if not number or number > LARGEST_ID:
        raise NotPossible("请填写稿件的编号（数字）。")
    return number
