"""The letters desk in the newsroom: the list by stage, and one letter with what can be done to it."""

from cryptography.fernet import InvalidToken
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.letters import handling
from meiri.letters.models import Letter, Stage, StageCount

PER_PAGE = 50


class DeskView(WagtailAdminTemplateMixin, View):
    page_title = "群众来信"
    header_icon = "mail"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(handling.HANDLE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class LettersView(DeskView):
    template_name = "letters/admin/list.html"
    breadcrumbs_items = [*DeskView.breadcrumbs_items, {"url": "", "label": "群众来信"}]

    def get(self, request):
        stage = request.GET.get("stage")
        stage = stage if stage in Stage.values else Stage.RECEIVED
        letters = Letter.objects.filter(stage=stage).select_related("station").defer("text", "answer")
        start = request.GET.get("from", "")
        if start.isascii() and start.isdigit() and len(start) < 19:
            letters = letters.filter(pk__lt=int(start))
        letters = list(letters.order_by("-pk")[: PER_PAGE + 1])
        counts = dict(StageCount.objects.values_list("stage", "letters"))
        return self.render_to_response(
            self.get_context_data(
                letters=letters[:PER_PAGE],
                next=letters[PER_PAGE - 1].pk if len(letters) > PER_PAGE else None,
                stage=stage,
                stages=[(s.value, s.label, counts.get(s.value, 0)) for s in Stage],
            )
        )


class LetterView(DeskView):
    template_name = "letters/admin/letter.html"

    def setup(self, request, *args, letter_id, **kwargs):
        super().setup(request, *args, **kwargs)
        self.letter_id = letter_id

    def get(self, request, **kwargs):
        return self.answer_page(self.letter)

    def post(self, request, **kwargs):
        letter, given = self.letter, request.POST
        deeds = {
            "check": lambda: handling.check(letter, request.user),
            "route": lambda: handling.route(letter, given.get("unit", ""), request.user),
            "answer": lambda: handling.answer(
                letter, given.get("answer", ""), request.user, given.get("unit", "")
            ),
            "publish": lambda: handling.publish(letter, request.user, given.get("published_text", "")),
            "withdraw": lambda: handling.withdraw(letter, given.get("reason", ""), request.user),
            "close": lambda: handling.close(letter, given.get("reason", ""), request.user),
        }
        name = given.get("deed")
        try:
            if name == "open_contact":
                contact = handling.open_contact(letter, given.get("reason", ""), request.user)
                return self.answer_page(letter, contact=contact)
            if name not in deeds:
                raise ValidationError("请选择要做的事。")
            done = deeds[name]()
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.answer_page(letter, given=given)
        except InvalidToken:
            messages.error(request, "联系方式无法解密：数据目录里的 letters.key 与封存时所用的不是同一个。")
            return self.answer_page(letter)
        messages.success(request, f"来信已转为“{done.get_stage_display()}”。")
        return redirect("letters_desk_letter", letter.pk)

    @property
    def letter(self) -> Letter:
        return get_object_or_404(Letter.objects.select_related("station"), pk=self.letter_id)

    def answer_page(self, letter, **more):
        context = self.get_context_data(
            letter=letter,
            steps=list(letter.steps.select_related("by")),
            open_to_close=letter.stage != Stage.CLOSED,
            can_answer=letter.stage not in (Stage.PUBLISHED, Stage.CLOSED),
            can_publish=letter.stage == Stage.ANSWERED and letter.may_publish,
            can_open_contact=self.request.user.has_perm(handling.OPEN_CONTACT),
            **more,
        )
        response = self.render_to_response(context)
        response["Cache-Control"] = "no-store, private"
        return response

    def get_page_title(self):
        return "来信"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("letters_desk"), "label": "群众来信"},
            {"url": "", "label": "来信"},
        ]
