"""Pictures whose licence runs out soon wait for editors who may change them."""

from django.urls import reverse

from meiri.media.licences import expiring
from meiri.media.models import Picture
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.policy import may, visible


class ExpiringLicences(InboxSection):
    heading, order = "授权将到期的图片", 80

    def waiting(self, user):
        if not may(user, "change", Picture):
            return None
        return visible(user, expiring(), "change").select_related("replacement")

    def item(self, picture):
        then = f"，到期换用“{picture.replacement}”" if picture.replacement else "，到期撤下"
        return InboxItem(picture.title, reverse("media_licences"), f"{picture.valid_until:%Y-%m-%d} 止{then}")

    def address(self):
        return reverse("media_licences")


def register() -> None:
    register_inbox(ExpiringLicences())
