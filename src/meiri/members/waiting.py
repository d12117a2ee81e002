"""What of contributors and of avatars waits for those who handle it."""

from django.urls import reverse

from meiri.members.avatars import Avatar, AvatarState
from meiri.members.models import Application, Decision, Manuscript
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.newsroom.waiting import address_of
from meiri.policy import may, visible


class SentManuscripts(InboxSection):
    heading, order = "通讯员来稿", 70

    def waiting(self, user):
        if not may(user, "handle", Manuscript):
            return None
        waiting = visible(user, Manuscript.objects.filter(state=Decision.WAITING), "handle")
        return waiting.select_related("article", "member").order_by("pk")

    def item(self, manuscript):
        sender = str(manuscript.member or "")
        return InboxItem(manuscript.title, address_of(manuscript.article), sender, manuscript.sent_at)

    def address(self):
        return reverse("contributors_desk") + "?list=manuscripts"


class Applicants(InboxSection):
    heading, order = "通讯员申请", 71

    def waiting(self, user):
        if not may(user, "handle", Application):
            return None
        return Application.objects.filter(state=Decision.WAITING).order_by("pk")

    def item(self, application):
        address = reverse("contributors_desk") + "?list=applications"
        return InboxItem(application.name, address, application.reasons[:40], application.sent_at)

    def address(self):
        return reverse("contributors_desk") + "?list=applications"


class SentAvatars(InboxSection):
    heading, order = "会员头像", 72

    def waiting(self, user):
        if not may(user, "moderate", Avatar):
            return None
        return Avatar.objects.filter(state=AvatarState.WAITING).select_related("member").order_by("pk")

    def item(self, avatar):
        return InboxItem(str(avatar.member), self.address(), "", avatar.sent_at)

    def address(self):
        return reverse("avatars_desk")


def register() -> None:
    for section in (SentManuscripts(), Applicants(), SentAvatars()):
        register_inbox(section)
