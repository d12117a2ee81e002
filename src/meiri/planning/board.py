"""Planning in the admin: the board by state, the calendar by day, one item with what is decided of it."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.live.models import Coverage
from meiri.planning import deciding
from meiri.planning.counted_articles import month_bounds
from meiri.planning.forms import AssignmentForm, PlanItemForm
from meiri.planning.models import OPEN_STATES, Assignment, PlanItem, PlanState
from meiri.policy import may, visible
from meiri.policy.checked_view import CheckedView
from meiri.sections.models import Channel, Station

# Cards of one state on the board; items of a month in the calendar.
SHOWN, MOST_OF_MONTH = 40, 600


class PlanningView(CheckedView):
    page_title = "选题"
    header_icon = "list-ul"

    deed, thing = "see", PlanItem

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("planning_board"), "label": "选题"},
        ]

    def items(self):
        """What the user sees, narrowed by what the address asks for."""
        asked = self.request.GET
        found = visible(self.request.user, PlanItem.objects.to_list())
        if (channel := asked_number(asked.get("channel"))) is not None:
            found = found.filter(channel=channel)
        if (station := asked_number(asked.get("station"))) is not None:
            found = found.filter(station=station)
        if asked.get("mine"):
            found = found.filter(pk__in=Assignment.objects.filter(user=self.request.user.pk).values("item"))
        return found

    def get_context_data(self, **context):
        asked = self.request.GET
        return super().get_context_data(
            channels=Channel.objects.order_by("order", "pk"),
            stations=Station.objects.order_by("order", "pk"),
            chosen={name: asked.get(name, "") for name in ("channel", "station", "mine")},
            may_add=may(self.request.user, "add", PlanItem),
            **context,
        )


class BoardView(PlanningView):
    """Open items in a column for each state, the nearest day first; what ended last behind them."""

    template_name = "planning/board.html"

    def get(self, request):
        columns = []
        for state in (*OPEN_STATES, PlanState.PUBLISHED, PlanState.DROPPED):
            rows = self.items().filter(state=state)
            order = ("day", "pk") if state in OPEN_STATES else ("-pk",)
            found = list(rows.order_by(*order)[: SHOWN + 1])
            columns.append((state, found[:SHOWN], len(found) > SHOWN))
        return self.render_to_response(self.get_context_data(columns=columns, today=timezone.localdate()))


class CalendarView(PlanningView):
    """A month, day by day: items, and the coverages that are to begin."""

    template_name = "planning/calendar.html"

    def get(self, request):
        first, after = month_bounds(asked_month(request.GET.get("month")))
        items = self.items().in_days(first, after).order_by("day", "hour", "pk")[:MOST_OF_MONTH]
        days: dict[date, list] = {first + timedelta(days=n): [] for n in range((after - first).days)}
        for item in items:
            days[item.day].append(item)
        zone = timezone.get_current_timezone()
        begin, end = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, after))
        planned = Coverage.objects.filter(planned_at__gte=begin, planned_at__lt=end)
        coverages: dict[date, list] = {}
        for coverage in visible(request.user, planned).order_by("planned_at")[:MOST_OF_MONTH]:
            coverages.setdefault(timezone.localtime(coverage.planned_at).date(), []).append(coverage)
        context = self.get_context_data(
            days=[(day, found, coverages.get(day, [])) for day, found in days.items()],
            month=first,
            previous=first - timedelta(days=1),
            next=after,
            today=timezone.localdate(),
        )
        return self.render_to_response(context)


def asked_month(words: str | None) -> date:
    """The month that an address asks for as `2026-11`, else the present one."""
    today = timezone.localdate()
    try:
        year, month = map(int, (words or "").split("-"))
        return date(year, month, 1) if 2000 <= year <= 2100 else today
    except ValueError:
        return today


class NewItemView(PlanningView):
    """A proposal. What somebody comes from (a letter, a comment, a report) gives its title and is kept as where it came from."""

    deed = "add"
    template_name = "planning/item_form.html"
    page_title = "报题"

    def get(self, request):
        asked = request.GET
        initial = {"title": asked.get("title", "")[:120], "idea": asked.get("idea", "")[:2000]}
        return self.answer_form(PlanItemForm(initial=initial), origin_of(asked.get("origin")))

    def post(self, request):
        form, origin = PlanItemForm(request.POST), origin_of(request.POST.get("origin"))
        if not form.is_valid():
            return self.answer_form(form, origin, 422)
        form.instance.origin = origin
        item = deciding.propose_item(form.instance, request.user)
        messages.success(request, "已报题。")
        return redirect("planning_item", item.pk)

    def answer_form(self, form, origin, status=200):
        context = self.get_context_data(form=form, media=form.media, origin=origin)
        return self.render_to_response(context, status=status)


def origin_of(address: str | None) -> str:
    """An address of the admin, as where an item came from; empty for anything else."""
    address = address or ""
    return address[:200] if address.startswith("/admin/") and address.isascii() and " " not in address else ""


class OneItemView(PlanningView):
    @cached_property
    def item(self) -> PlanItem:
        items = PlanItem.objects.select_related("channel", "station", "proposed_by", "theme")
        return get_object_or_404(items, pk=self.kwargs["item_id"])

    def check_permission(self):
        self.thing = self.item
        super().check_permission()

    def get_page_title(self):
        return self.item.title

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.item.title}]


class ItemView(OneItemView):
    template_name = "planning/item.html"

    def get(self, request, **kwargs):
        return self.answer_item(AssignmentForm())

    def post(self, request, **kwargs):
        given, by, item = request.POST, request.user, self.item
        deeds = {
            "comment": lambda: deciding.comment_on_item(item, given.get("text", ""), by),
            "settle": lambda: deciding.settle_item(item, by),
            "drop": lambda: deciding.drop_item(item, given.get("reason", ""), by),
            "cancel": lambda: deciding.cancel_assignment(self.assignment(), by),
        }
        try:
            match given.get("deed"):
                case "assign":
                    form = AssignmentForm(given)
                    if not form.is_valid():
                        return self.answer_item(form, 422)
                    deciding.assign_person(item, **form.cleaned_data, by=by)
                case "start":
                    begun = deciding.start_assignment(self.assignment(), by)
                    if isinstance(begun, Coverage):
                        return redirect("live_console", begun.pk)
                    return redirect("wagtailsnippets_newsroom_article:edit", begun.pk)
                case deed if deed in deeds:
                    deeds[deed]()
                case _:
                    raise ValidationError("请选择要做的事。")
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.answer_item(AssignmentForm(), 422)
        return redirect("planning_item", item.pk)

    def assignment(self) -> Assignment:
        number = asked_number(self.request.POST.get("assignment"))
        return get_object_or_404(self.item.assignments.all(), pk=number)

    def answer_item(self, form, status=200):
        item, user = self.item, self.request.user
        context = self.get_context_data(
            item=item,
            form=form,
            media=form.media,
            decides=may(user, "decide", item),
            may_change=may(user, "change", item),
            assignments=list(item.assignments.select_related("user", "article__channel", "coverage")),
            comments=list(item.comments.select_related("by")[: deciding.MOST_COMMENTS]),
        )
        return self.render_to_response(context, status=status)


class ItemFormView(OneItemView):
    deed = "change"
    template_name = "planning/item_form.html"

    def get(self, request, **kwargs):
        return self.answer_form(PlanItemForm(instance=self.item))

    def post(self, request, **kwargs):
        form = PlanItemForm(request.POST, instance=self.item)
        if not form.is_valid():
            return self.answer_form(form, 422)
        try:
            deciding.change_item(form.instance, request.user)
        except PermissionDenied as error:
            form.add_error(None, str(error))
            return self.answer_form(form, 422)
        return redirect("planning_item", self.item.pk)

    def answer_form(self, form, status=200):
        context = self.get_context_data(form=form, media=form.media, item=self.item)
        return self.render_to_response(context, status=status)
