from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.policy.gate import admit, one, somewhere
from meiri.polls.poll_desk import PollResultView, PollsView

admit(
    {
        "polls_desk": somewhere("polls.Poll", "see"),
        "polls_result": one("polls.Poll", "poll_id", "see"),
    }
)


@hooks.register("register_admin_urls")
def desk_addresses():
    return [
        path("polls/", PollsView.as_view(), name="polls_desk"),
        path("polls/<int:poll_id>.csv", PollResultView.as_view(), name="polls_result"),
    ]


@hooks.register("register_admin_menu_item")
def desk_menu_item():
    return MenuItem("投票", reverse("polls_desk"), icon_name="tasks", order=327, name="polls")
