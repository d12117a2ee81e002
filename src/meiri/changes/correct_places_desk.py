"""Correcting words of a published thing in the admin, place by place: what is wrong and right, then each place to be ticked."""

from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.changes.correcting_places import LONGEST_NOTE, LONGEST_WORDS, correct_places, spots_of_thing
from meiri.changes.exchanging_words import Amendment, Spots
from meiri.changes.things import find_thing
from meiri.policy import check
from meiri.policy.checked_view import CheckedView


def ticked_in(given: QueryDict) -> Amendment | None:
    """What was ticked in a form that showed the places; None where it has not shown them yet."""
    digest = str(given.get("digest", ""))
    if not digest:
        return None
    places = {asked_number(text, most_digits=5) for text in given.getlist("place")}
    return Amendment(frozenset(place for place in places if place is not None), digest)


class CorrectPlacesView(CheckedView):
    page_title = "逐处更正"
    header_icon = "edit"
    template_name = "changes/correct_places.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        found = find_thing(kwargs["word"], kwargs["number"])
        if found is None or found[0].correction is None:
            raise Http404("There is no such thing that is corrected place by place.")
        self.kind, self.thing = found
        self.asked = found[0].correction.deed

    def check_permission(self):
        check(self.request.user, self.asked, self.thing)

    def get_page_subtitle(self):
        return str(self.thing)

    def get_breadcrumbs_items(self):
        history = reverse("changes_of_thing", args=[self.kind.word, self.thing.pk])
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": history, "label": f"修改记录：{self.thing}"},
            {"url": "", "label": self.page_title},
        ]

    def get(self, request, **kwargs):
        return self.answer({})

    def post(self, request, **kwargs):
        given, by = request.POST, request.user
        wrong, right, note = (given.get(name, "") for name in ("wrong", "right", "note"))
        amendment = ticked_in(given)
        try:
            if amendment is None:
                return self.answer(given, spots_of_thing(self.kind, self.thing, wrong, by))
            correct_places(self.kind, self.thing, wrong, right, amendment, note, by)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.answer(given, self.places_again(given) if amendment else None, 422)
        messages.success(request, "更正已刊登，读者能看到新的文字和更正。")
        return redirect("changes_of_thing", self.kind.word, self.thing.pk)

    def places_again(self, given: QueryDict) -> Spots | None:
        """The places of words that were shown before, as they are now; None where there are none any more."""
        try:
            return spots_of_thing(self.kind, self.thing, given.get("wrong", ""), self.request.user)
        except ValidationError:
            return None

    def answer(self, given, found=None, status=200):
        context = self.get_context_data(
            given=given, found=found, longest_words=LONGEST_WORDS, longest_note=LONGEST_NOTE
        )
        return self.render_to_response(context, status=status)
