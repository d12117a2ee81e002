"""The letters desk in the newsroom: the list by stage, and one letter with what can be done to it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import InvalidToken
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin import messages

from meiri.asked_numbers import asked_number
from meiri.changes.models import CHOSEN
from meiri.letters import handling, published_letters
from meiri.letters.masking import proposal
from meiri.letters.models import SEALED, Letter, Stage
from meiri.letters.permissions import handling_desks, letters_of, may_handle
from meiri.letters.tally import stages
from meiri.policy import may
from meiri.policy.checked_view import CheckedView
from meiri.sections.models import Station
from meiri.security.log import note_event
from meiri.security.models import Event

PER_PAGE = 50
OVERDUE = "overdue"
# Above it the number of overdue letters is not counted on.
MOST_COUNTED = 99
LOCKED = "无法解密：数据目录里的 letters.key 与封存时所用的不是同一个。"


class DeskView(CheckedView):
    page_title = "群众来信"
    header_icon = "mail"

    def check_permission(self):
        if not may_handle(self.request.user):
            raise PermissionDenied

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "same-origin"
        return response


class LettersView(DeskView):
    """Letters at a stage, the newest first, or those overdue, the longest waiting first; by station and by desk."""

    template_name = "letters/admin/list.html"
    breadcrumbs_items = [*DeskView.breadcrumbs_items, {"url": "", "label": "群众来信"}]

    def get(self, request):
        asked = request.GET
        which = asked.get("stage")
        which = which if which in [*Stage.values, OVERDUE] else Stage.RECEIVED
        chosen = {name: number for name in ("station", "desk") if (number := asked_number(asked.get(name)))}
        mine = letters_of(request.user)
        letters = mine.filter(**{f"{name}_id": number for name, number in chosen.items()})
        letters = letters.select_related("station", "desk__group").defer(
            *(
                "text",
                "answer",
                "unit",
                "closing_words",
                "sealed_print",
                "published_text",
                "published_answer",
                "sealed_contact",
            )
        )
        found = self._page(letters, which, asked.get("from", ""))
        more, shown = len(found) > PER_PAGE, found[:PER_PAGE]
        counts = stages()
        overdue = mine.overdue()[: MOST_COUNTED + 1].count()
        return self.render_to_response(
            self.get_context_data(
                letters=shown,
                next=urlencode({"stage": which, **chosen, "from": self._position(shown[-1], which)})
                if more
                else None,
                which=which,
                chosen={"station": None, "desk": None, **chosen},
                kept=urlencode(chosen),
                stages=[(s.value, s.label, counts.get(s.value, 0)) for s in Stage],
                overdue=f"{MOST_COUNTED}+" if overdue > MOST_COUNTED else overdue,
                stations=Station.objects.visible(),
                desks=handling_desks(),
            )
        )

    def _page(self, letters, which: str, start: str) -> list[Letter]:
        if which == OVERDUE:
            day, _, key = start.partition("_")
            letters = letters.overdue().order_by("due_on", "pk")
            if (number := asked_number(key)) is not None and (since := _day(day)):
                letters = letters.filter(due_on__gte=since).exclude(due_on=since, pk__lte=number)
        else:
            letters = letters.filter(stage=which).order_by("-pk")
            if (number := asked_number(start)) is not None:
                letters = letters.filter(pk__lt=number)
        return list(letters[: PER_PAGE + 1])

    def _position(self, letter: Letter, which: str) -> str:
        return f"{letter.due_on}_{letter.pk}" if which == OVERDUE else str(letter.pk)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class LetterView(DeskView):
    template_name = "letters/admin/letter.html"

    def setup(self, request, *args, letter_id, **kwargs):
        super().setup(request, *args, **kwargs)
        self.letter_id = letter_id

    def get(self, request, **kwargs):
        return self.answer_page(self.letter)

    def post(self, request, **kwargs):
        letter, given = self.letter, request.POST
        name = given.get("deed", "")
        try:
            if name == "open_contact":
                contact = handling.open_contact(letter, given.get("reason", ""), request.user)
                return self.answer_page(letter, contact=contact)
            done = self._do(name, letter, given)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.answer_page(letter, given=given)
        except InvalidToken:
            messages.error(request, f"联系方式{LOCKED}")
            return self.answer_page(letter)
        messages.success(request, done)
        still_mine = letters_of(request.user).filter(pk=letter.pk).exists()
        return redirect("letters_desk_letter", letter.pk) if still_mine else redirect("letters_desk")

    def _do(self, name: str, letter: Letter, given) -> str:
        """Do the deed called `name` with what was given, and say that it is done."""
        by = self.request.user
        deeds: dict[str, Callable[[], Any]] = {
            "check": lambda: handling.check_letter(letter, by),
            "route": lambda: handling.route_letter(letter, given.get("unit", ""), by),
            "answer": lambda: handling.answer_letter(
                letter, given.get("answer", ""), by, given.get("unit", "")
            ),
            "publish": lambda: self._publish(letter, given),
            "withdraw": lambda: published_letters.withdraw_letter(letter, given.get("reason", ""), by),
            "restore": lambda: published_letters.restore_letter(letter, given.get("reason", ""), by),
            "close": lambda: handling.close_letter(letter, given.get("reason", ""), by),
            "hand_over": lambda: self._hand_over(letter, given),
            "note": lambda: handling.note_on_letter(letter, given.get("note", ""), by),
            "reply": lambda: handling.reply_to_writer(letter, given.get("reply", ""), by),
        }
        if name not in deeds:
            raise ValidationError("请选择要做的事。")
        done = deeds[name]()
        said = {
            "hand_over": "来信已改派。",
            "note": "备注已保存。",
            "reply": "回复已保存，来信人查询时可见。",
        }
        return said.get(name) or f"来信已转为“{Stage(done.stage).label}”。"

    def _publish(self, letter: Letter, given) -> Letter:
        if not given.get("confirmed"):
            raise ValidationError("请逐字核对刊登稿并勾选确认，再公开刊登。")
        return published_letters.publish_letter(
            letter,
            self.request.user,
            given.get("published_text", ""),
            given.get("published_answer", ""),
            given.get("published_subject", ""),
            given.get("change_kind", ""),
            given.get("change_reason", ""),
        )

    def _hand_over(self, letter: Letter, given) -> Letter:
        station_id, desk_id = asked_number(given.get("station")), asked_number(given.get("desk"))
        station = Station.objects.filter(pk=station_id).first() if station_id else None
        desk = next((d for d in handling_desks() if d.pk == desk_id), None)
        if (station_id and station is None) or (desk_id and desk is None):
            raise ValidationError("请从列表里选择地区和承办。")
        return handling.hand_over_letter(letter, station, desk, given.get("note", ""), self.request.user)

    @cached_property
    def letter(self) -> Letter:
        letters = letters_of(self.request.user).select_related("station", "desk__group")
        return get_object_or_404(letters, pk=self.letter_id)

    def answer_page(self, letter, given=None, contact=None):
        """The letter, with what was given for it where that could not be done, and the `contact` that was asked for."""
        can_publish = letter.stage in (Stage.ANSWERED, Stage.PUBLISHED) and letter.may_publish
        context = self.get_context_data(
            letter=letter,
            steps=list(letter.steps.select_related("by")),
            said=list(letter.messages.select_related("by")),
            attachments=list(letter.attachments.defer("sealed")),
            open_to_close=letter.stage != Stage.CLOSED,
            can_answer=letter.stage not in (Stage.PUBLISHED, Stage.CLOSED),
            can_publish=can_publish,
            proposed=self._proposed(letter) if can_publish else None,
            can_open_contact=may(self.request.user, "open_contact", letter),
            stations=Station.objects.visible(),
            desks=handling_desks(),
            given=given,
            reasons={given.get("deed"): given.get("reason")} if given else {},
            contact=contact,
            kinds=CHOSEN,
            standing=published_letters.reach_of_letter(letter) if letter.published_at else None,
        )
        return self.render_to_response(context)

    def _proposed(self, letter: Letter) -> dict[str, str]:
        """What the editor is shown to mend before print. The writer's name is looked up to be masked, not shown."""
        if letter.published_at:
            texts = letter.published_subject, letter.published_text, letter.published_answer
            return dict(zip(("subject", "text", "answer"), texts, strict=True))
        try:
            who = letter.contact()
        except InvalidToken:
            who = {}
        written = {"subject": letter.subject, "text": letter.text, "answer": letter.answer}
        return {part: proposal(str(text), **who) for part, text in written.items()}

    def get_page_title(self):
        return "来信"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("letters_desk"), "label": "群众来信"},
            {"url": "", "label": "来信"},
        ]


class AttachmentView(DeskView):
    """One attachment as a file to be saved; a browser neither guesses what it is nor runs anything in it."""

    def get(self, request, letter_id: int, attachment_id: int):
        letter = get_object_or_404(letters_of(request.user).defer(*SEALED), pk=letter_id)
        attachment = get_object_or_404(letter.attachments, pk=attachment_id)
        try:
            content = attachment.content()
        except InvalidToken:
            raise Http404(LOCKED) from None
        note_event(Event.ATTACHMENT_OPENED, about=f"来信 {letter.receipt}", attachment=attachment.pk)
        ending = "jpg" if attachment.is_picture else "pdf"
        return HttpResponse(
            content,
            content_type=attachment.type,
            headers={
                "Content-Disposition": f'attachment; filename="{letter.receipt}-{attachment.pk}.{ending}"',
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "same-origin",
            },
        )
