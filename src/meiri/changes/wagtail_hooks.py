"""The changes of published things in the admin: of each for whoever may see the thing itself."""

from django.urls import path
from wagtail import hooks

from meiri.changes.changes_desk import ChangesView, ShowWordingView
from meiri.changes.correct_places_desk import CorrectPlacesView
from meiri.changes.models import PublishedChange
from meiri.changes.things import find_thing, split_name
from meiri.policy import may
from meiri.policy.gate import admit


def may_see_thing(request, kwargs) -> bool:
    found = find_thing(kwargs["word"], kwargs["number"])
    return found is not None and may(request.user, "see", found[1])


def may_show_wording(request, kwargs) -> bool:
    change = PublishedChange.objects.filter(pk=kwargs["change_id"]).first()
    found = find_thing(*split_name(change.thing)) if change else None
    return found is not None and may(request.user, "publish", found[1])


def may_correct_thing(request, kwargs) -> bool:
    found = find_thing(kwargs["word"], kwargs["number"])
    correction = found[0].correction if found else None
    return found is not None and correction is not None and may(request.user, correction.deed, found[1])


admit(
    {
        "changes_of_thing": may_see_thing,
        "show_wording": may_show_wording,
        "correct_places": may_correct_thing,
    }
)


@hooks.register("register_admin_urls")
def changes_addresses():
    return [
        path("changes/<slug:word>/<int:number>/", ChangesView.as_view(), name="changes_of_thing"),
        path("changes/<slug:word>/<int:number>/correct/", CorrectPlacesView.as_view(), name="correct_places"),
        path("changes/<int:change_id>/wording/", ShowWordingView.as_view(), name="show_wording"),
    ]
