"""Notes in the margin on the screen: beside the form of an article, beside a review, on the way of an article."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Media
from django.forms.widgets import Script
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.ui.side_panels import BaseSidePanel

from meiri.asked_words import sentence_of
from meiri.newsroom.models import Article
from meiri.newsroom.saving import newest_version
from meiri.policy import may
from meiri.review.margin_notes import LONGEST_NOTE, LONGEST_QUOTE, MarginNote
from meiri.review.margin_noting import (
    MOST_NOTES,
    answer_note,
    may_resolve,
    place_of,
    resolve_note,
    write_note,
)


def notes_for(user, article: Article, given=None, refusal: str = "") -> dict:
    """What the list of an article's notes shows to `user`: each note, whether its words still stand in the newest version, whether the
    user may resolve it. Three queries, and those of the policy. `given`: what was sent and refused with the sentence `refusal`."""
    content = newest_version(article)
    changes = may(user, "change", article)
    notes = list(MarginNote.objects.filter(article=article.pk).to_read()[:MOST_NOTES])
    for note in notes:
        note.article = article
        note.is_gone = bool(note.quote) and place_of(note.quote, content) is None
        note.is_resolvable = changes or may_resolve(note, user)
    return {
        "article": article,
        "notes": notes,
        "unresolved": sum(note.resolved_at is None for note in notes),
        "note_given": given or {},
        "note_refusal": refusal,
        "longest": LONGEST_NOTE,
        "longest_quote": LONGEST_QUOTE,
    }


def notes_of_article(request, article_id: int) -> HttpResponse:
    """The notes of an article; with POST, one more (`quote`, `text`)."""
    article = get_object_or_404(Article, pk=article_id)
    if request.method == "POST":
        quote, text = request.POST.get("quote", ""), request.POST.get("text", "")
        return _done(request, article, lambda: write_note(article, quote, text, request.user))
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET", "POST"])
    return _list(request, article)


def settle_margin_note(request, note_id: int) -> HttpResponse:
    """What is done with one note: `deed` is answer (with `text`), resolve or reopen."""
    note = get_object_or_404(MarginNote.objects.select_related("article"), pk=note_id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])

    def settle() -> None:
        match request.POST.get("deed"):
            case "answer":
                answer_note(note, request.POST.get("text", ""), request.user)
            case "resolve" | "reopen" as deed:
                resolve_note(note, deed == "resolve", request.user)
            case _:
                raise ValidationError("请选择要做的事。")

    return _done(request, note.article, settle)


def _done(request, article: Article, deed) -> HttpResponse:
    """Do a deed, and show the notes as they are then: the list to a script, the way of the article to whoever has none."""
    refusal = ""
    try:
        deed()
    except (ValidationError, PermissionDenied) as error:
        refusal = sentence_of(error)
    if "application/x-fragment" in request.headers.get("Accept", ""):
        return _list(request, article, refusal)
    if refusal:
        messages.error(request, refusal)
    return redirect(reverse("review_article", args=[article.pk]) + "#margin-notes")


def _list(request, article: Article, refusal: str = "") -> HttpResponse:
    context = notes_for(request.user, article, request.POST if refusal else None, refusal)
    return HttpResponse(
        render_to_string("review/margin_notes.html", context, request), status=422 if refusal else 200
    )


class MarginNotesPanel(BaseSidePanel):
    """旁注 beside the form."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起旁注"
        icon_name = "comment"

    name = "margin-notes"
    title = "旁注"
    template_name = "review/margin_notes_panel.html"
    order = 345

    @property
    def media(self):
        scripts: list[Any] = [Script("review/margin_notes.js", type="module")]
        return Media(js=scripts, css={"all": ["review/margin_notes.css"]})

    def get_context_data(self, parent_context):
        # The script puts the key of the article in the place of the 0: a new one gets it when it is first saved.
        return super().get_context_data(parent_context) | {"address": reverse("review_notes", args=[0])}
