"""The changes of published things in the admin: of each for whoever may see the thing itself."""

from django.urls import path
from wagtail import hooks

from meiri.changes.changes_desk import ChangesView
from meiri.changes.things import kind_called
from meiri.policy import may
from meiri.policy.gate import admit


def may_see_thing(request, kwargs) -> bool:
    kind = kind_called(kwargs["word"])
    row = kind.row(kwargs["number"]) if kind else None
    return row is not None and may(request.user, "see", row)


admit({"changes_of_thing": may_see_thing})


@hooks.register("register_admin_urls")
def changes_addresses():
    return [
        path("changes/<slug:word>/<int:number>/", ChangesView.as_view(), name="changes_of_thing"),
    ]
