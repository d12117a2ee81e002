"""What the panel beside the form asks, the files of word lists and names, and the list of what editors let pass."""

import json
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.newsroom.models import Article
from meiri.newsroom.text_length import length_of
from meiri.policy import may
from meiri.policy.checked_view import CheckedView
from meiri.proofing.checking import RULE_NAMED, proofread
from meiri.proofing.csv_files import CsvFault, CsvTable, NamesCsv, WordsCsv
from meiri.proofing.dismissing import dismiss, take_back
from meiri.proofing.known import known
from meiri.proofing.models import Dismissal, RegisteredName, StyleWord, dismissed_in
from meiri.proofing.passages import published_texts_of
from meiri.proofing.rules.rule import Hint, Level, Passage

LARGEST_BODY = 1 << 20
LONGEST = 60_000  # characters of all passages together
MOST_PASSAGES = 3_000
PER_PAGE = 50
BAD = "JSON with article and passages is wanted."


class MessageRefused(Exception):
    """A message that can't be answered; `status` of HTTP, and a sentence for editors."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status


@require_POST
def proofread_written(request) -> JsonResponse:
    """What proofing doubts in the article that is being written, as JSON.

    The body is JSON too: `article` (its key, null where it was never saved), `passages`, a list of `[place, part, text]`. Offsets are
    in characters (code points). Answers 400 for what is not of that form, 403 where the user may not change the article, 413 for
    too long a text.
    """
    try:
        article, asked = _asked(request)
        passages = _passages(asked)
    except MessageRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.status)
    hints = proofread(passages, known(published=published_texts_of(article) if article else ()))
    let_pass = dismissed_in(article) if article else set()
    told = [hint for hint in hints if (hint.rule.name, hint.words) not in let_pass]
    length = length_of(passage.text for passage in passages if passage.place.startswith("body:"))
    return JsonResponse(
        {
            "hints": [_told(hint) for hint in told],
            "dismissed": len(hints) - len(told),
            "may_override": article is not None and may(request.user, "publish", article),
            "characters": length.characters,
            "without_marks": length.without_marks,
            "minutes": length.minutes,
        }
    )


@require_POST
def dismiss_hint(request) -> JsonResponse:
    """Let a hint pass in an article, or with `back` let it show again. JSON: `article`, `rule`, `words`, `reason`."""
    try:
        article, asked = _asked(request)
        if article is None:
            raise MessageRefused(409, "稿件还没有保存，请稍后再试。")
        rule, words, reason = (asked.get(name, "") for name in ("rule", "words", "reason"))
        if not all(isinstance(text, str) for text in (rule, words, reason)):
            raise MessageRefused(400, BAD)
        if asked.get("back"):
            take_back(article, rule, words, request.user)
        else:
            dismiss(article, rule, words, reason, request.user)
    except MessageRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.status)
    except PermissionDenied as error:
        return JsonResponse({"error": str(error)}, status=403)
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0]}, status=400)
    return JsonResponse({"done": True})


def _asked(request) -> tuple[Article | None, dict[str, Any]]:
    """The article that a message names, None where it was never saved, and the message. Raises `MessageRefused`."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise MessageRefused(413, "稿件太长，没有校对。")
    try:
        asked = json.loads(request.body)
        key = asked["article"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise MessageRefused(400, BAD) from None
    if key is None:
        if not may(request.user, "add", Article):
            raise MessageRefused(403, "您没有写稿的权限。")
        return None, asked
    if not isinstance(key, int) or isinstance(key, bool) or not 0 < key <= LARGEST_ID:
        raise MessageRefused(400, BAD)
    article = Article.objects.filter(pk=key).first()
    if article is None or not may(request.user, "change", article):
        raise MessageRefused(403, "您没有修改这篇稿件的权限。")
    return article, asked


def _passages(asked: dict[str, Any]) -> list[Passage]:
    given = asked.get("passages")
    if not isinstance(given, list) or len(given) > MOST_PASSAGES:
        raise MessageRefused(
            400 if not isinstance(given, list) else 413,
            BAD if not isinstance(given, list) else "稿件太长，没有校对。",
        )
    passages = []
    for one in given:
        match one:
            case [str(place), int(part), str(text)]:
                passages.append(Passage(place[:100], text, part))
            case _:
                raise MessageRefused(400, BAD)
    if sum(len(passage.text) for passage in passages) > LONGEST:
        raise MessageRefused(413, "稿件太长，没有校对。")
    return passages


def _told(hint: Hint) -> dict[str, Any]:
    return {
        "passage": hint.passage,
        "start": hint.start,
        "end": hint.end,
        "words": hint.words,
        "rule": hint.rule.name,
        "label": hint.rule.label,
        "level": hint.level.value,
        "level_label": hint.level.label,
        "sentence": hint.sentence,
        "norm": hint.rule.norm,
        "replacements": hint.replacements,
        "is_banned": hint.level == Level.BANNED,
    }


class CsvForm(forms.Form):
    file = forms.FileField(label="CSV 文件", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))


class CsvView(CheckedView):
    """A file of rows: it is downloaded with `?export`, and taken when it is posted."""

    template_name = "proofing/csv.html"
    table: CsvTable
    list_url = ""
    deed = "add"
    header_icon = "download"

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse(self.list_url), "label": self.table.model._meta.verbose_name},
            {"url": "", "label": "导入与导出"},
        ]

    def get(self, request):
        if "export" in request.GET:
            answer = StreamingHttpResponse(
                self.table.write(self.table.model._default_manager.iterator()),
                content_type="text/csv; charset=utf-8",
            )
            answer["Content-Disposition"] = f'attachment; filename="{self.table.model._meta.model_name}.csv"'
            return answer
        return self._shown(CsvForm())

    def post(self, request) -> HttpResponse:
        form = CsvForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                outcome = self.table.read(form.cleaned_data["file"].read())
            except CsvFault as fault:
                form.add_error("file", str(fault))
            else:
                messages.success(
                    request,
                    f"已导入：新增 {outcome.added} 条，修改 {outcome.changed} 条，相同 {outcome.same} 条。",
                )
                return redirect(reverse(self.list_url))
        return self._shown(form)

    def _shown(self, form):
        return self.render_to_response(self.get_context_data(form=form, table=self.table))


class WordsCsvView(CsvView):
    page_title = "用语规范：导入与导出"
    table = WordsCsv()
    thing = StyleWord
    list_url = "wagtailsnippets_proofing_styleword:list"


class NamesCsvView(CsvView):
    page_title = "名录：导入与导出"
    table = NamesCsv()
    thing = RegisteredName
    list_url = "wagtailsnippets_proofing_registeredname:list"


class DismissalsView(CheckedView):
    """What editors let pass, newest first; of those who keep the lists."""

    page_title = "忽略的提示"
    header_icon = "history"
    template_name = "proofing/dismissals.html"
    deed, thing = "change", StyleWord
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "忽略的提示"}]

    def get(self, request):
        rows = Dismissal.objects.select_related("article", "by").order_by("-pk")
        if before := asked_number(request.GET.get("from")):
            rows = rows.filter(pk__lt=before)
        if only_banned := "banned" in request.GET:
            rows = rows.filter(is_banned_word=True)
        found = list(rows[: PER_PAGE + 1])
        shown = [
            (row, RULE_NAMED[row.rule].label if row.rule in RULE_NAMED else row.rule)
            for row in found[:PER_PAGE]
        ]
        return self.render_to_response(
            self.get_context_data(
                rows=shown,
                only_banned=only_banned,
                next=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
            )
        )
