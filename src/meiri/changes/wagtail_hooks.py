"""The changes of published things in the admin: of each for whoever may see the thing itself."""

from django.urls import path
from wagtail import hooks

from meiri.changes.changes_desk import ChangesView
from meiri.changes.things import find_thing
from meiri.policy import may
from meiri.policy.gate import admit


def may_see_thing(request, kwargs) -> bool:
    found = find_thing(kwargs["word"], kwargs["number"])
    return found is not None and may(request.user, "see", found[1])


admit({"changes_of_thing": may_see_thing})


@hooks.register("register_admin_urls")
def changes_addresses():
    return [
        path("changes/<slug:word>/<int:number>/", ChangesView.as_view(), name="changes_of_thing"),
    ]
