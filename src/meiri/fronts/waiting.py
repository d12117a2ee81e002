"""What of the fronts waits for those who keep them."""

from django.urls import reverse

from meiri.fronts.friend_links import FriendLink
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.policy import may


class LinkApplications(InboxSection):
    heading, order = "友情链接申请", 80

    def waiting(self, user):
        if not may(user, "change", FriendLink):
            return None
        return FriendLink.objects.filter(state=FriendLink.State.APPLIED).order_by("pk")

    def item(self, link):
        return InboxItem(
            link.name, reverse("wagtailsnippets_fronts_friendlink:edit", args=[link.pk]), link.url
        )

    def address(self):
        return reverse("wagtailsnippets_fronts_friendlink:list") + "?state=applied"


def register() -> None:
    register_inbox(LinkApplications())
