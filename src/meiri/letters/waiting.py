"""What of letters waits for those who handle them."""

from django.urls import reverse

from meiri.letters.models import Letter, Stage
from meiri.letters.permissions import letters_of, may_handle
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.policy import visible


class ReceivedLetters(InboxSection):
    heading, order = "新到来信", 60

    def waiting(self, user):
        if not may_handle(user):
            return None
        received = letters_of(user).filter(stage=Stage.RECEIVED).select_related("station")
        return received.only("receipt", "created_at", "station__name").order_by("pk")

    def item(self, letter):
        address = reverse("letters_desk_letter", args=[letter.pk])
        # What was written is sealed, and stays within the desk's own pages.
        return InboxItem(f"来信 {letter.receipt}", address, str(letter.station or ""), letter.created_at)

    def address(self):
        return reverse("letters_desk")


class OverdueLetters(InboxSection):
    heading, order = "逾期来信", 61

    def waiting(self, user):
        if not may_handle(user):
            return None
        overdue = visible(user, Letter.objects.overdue(), "handle").select_related("station")
        return overdue.only("receipt", "stage", "due_on", "created_at", "station__name").order_by(
            "due_on", "pk"
        )

    def item(self, letter):
        address = reverse("letters_desk_letter", args=[letter.pk])
        note = f"{letter.get_stage_display()}，应于 {letter.due_on} 前办理"
        return InboxItem(f"来信 {letter.receipt}", address, note, letter.created_at)

    def address(self):
        return reverse("letters_desk") + "?stage=overdue"


def register() -> None:
    for section in (ReceivedLetters(), OverdueLetters()):
        register_inbox(section)
