"""Choosing by typing: fields of the article's form that hold what is chosen and look for the rest, however much there is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When
from django.http import JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from meiri.asked_numbers import asked_number
from meiri.newsroom.initials import has_initials
from meiri.newsroom.models import Author, Source
from meiri.newsroom.people import people_of_newsroom, people_with
from meiri.newsroom.permissions import PUBLISH
from meiri.newsroom.posts import name_of
from meiri.policy.reach import reach
from meiri.sections.models import Channel, Station, Subsection, Topic

# How many are offered at once, and how many names are looked through for their first letters.
OFFERED = 20
MOST_READ = 20_000
LONGEST_QUERY = 60
MOST_KEYS = 200


def numbers_of(keys: Iterable[str]) -> list[int]:
    return [number for key in keys if (number := asked_number(key)) is not None]


def label_for_station(user, station: Station) -> str:
    """A station as the form calls it: one at which `user` does not publish is offered the article."""
    found = reach(user, PUBLISH)
    return str(station) if not found or found.has_station(station.pk) else f"{station}（送稿）"


def label_for_subsection(subsection: Subsection) -> str:
    return subsection.full_name


def _stations_first(user, stations: QuerySet) -> QuerySet:
    """Those at which `user` publishes before the others."""
    own = Case(When(pk__in=reach(user, PUBLISH).stations, then=Value(0)), default=Value(1))
    return stations.annotate(own=own if reach(user, PUBLISH).stations else Value(0, IntegerField())).order_by(
        "own", "order"
    )


def _label(user, row: Model) -> str:
    return str(row)


class Choices:
    """What may be chosen in a field: rows of `model`, found by their names. `note` tells rows of one name apart."""

    def __init__(
        self,
        model: type[Model],
        order: Callable[[Any, QuerySet], QuerySet],
        label: Callable[[Any, Any], str] = _label,
        note: str = "",
    ):
        self.model, self.order, self.label, self.note = model, order, label, note

    def rows(self) -> QuerySet:
        """All rows, with what their labels need."""
        return self.model._default_manager.all()

    def of_keys(self, user, keys: Iterable[str]) -> list[dict]:
        """The rows of these keys, in their order, as they are shown."""
        wanted = numbers_of(keys)[:MOST_KEYS]
        rows = self.rows().in_bulk(wanted)
        return self.shown_all(user, [rows[key] for key in wanted if key in rows])

    def offered(self, within: Mapping[str, str]) -> QuerySet:
        """The rows that are offered at all. `within`: what other fields of the form hold."""
        return self.rows()

    def found(self, user, typed: str, within: Mapping[str, str]) -> tuple[list[dict], bool]:
        """The rows whose names have `typed` in them or begin with its letters, at most `OFFERED`; and whether there are more.
        Without anything typed the first ones. At most three queries."""
        typed = " ".join(typed.split())[:LONGEST_QUERY]
        rows = self.order(user, self.offered(within))
        if typed:
            begins = Case(When(name__istartswith=typed, then=Value(0)), default=Value(1))
            named = self.named(rows, typed).annotate(begins=begins)
            rows = named.order_by("begins", *named.query.order_by)
        found = list(rows[: OFFERED + 1])
        if typed.isascii() and typed.isalnum() and len(found) <= OFFERED:
            found += self._with_initials(user, typed.lower(), OFFERED + 1 - len(found), found, within)
        return self.shown_all(user, found[:OFFERED]), len(found) > OFFERED

    def named(self, rows: QuerySet, typed: str) -> QuerySet:
        """Those of `rows` that are called so."""
        return rows.filter(name__icontains=typed)

    def notes(self, rows: list) -> dict[Any, str]:
        """What stands beside the names of `rows`, by their keys."""
        return {row.pk: str(getattr(row, self.note) or "") for row in rows} if self.note else {}

    def _with_initials(self, user, typed: str, number: int, but: list, within: Mapping[str, str]) -> list:
        names = self.offered(within).order_by("-pk").values_list("pk", "name")[:MOST_READ]
        keys = [key for key, name in names if has_initials(name, typed)]
        rows = self.order(user, self.offered(within).filter(pk__in=keys[:500]))
        return list(rows.exclude(pk__in=[row.pk for row in but])[:number])

    def shown_all(self, user, rows: list) -> list[dict]:
        notes = self.notes(rows)
        return [
            {"key": str(row.pk), "label": self.label(user, row), "note": notes.get(row.pk, "")}
            for row in rows
        ]


class SubsectionChoices(Choices):
    """Those of the channel and of the stations that the form names."""

    def __init__(self):
        super().__init__(
            Subsection,
            lambda user, rows: rows.order_by("order", "pk"),
            lambda user, row: label_for_subsection(row),
        )

    def rows(self):
        return Subsection.objects.with_parents()

    def offered(self, within):
        channels = numbers_of(within.get("channel", "").split(","))[:1]
        stations = numbers_of(within.get("stations", "").split(","))[:MOST_KEYS]
        return self.rows().visible().filter(Q(channel__in=channels) | Q(station__in=stations))


class PeopleChoices(Choices):
    """Those who work in the newsroom, found by name or account."""

    def __init__(self):
        super().__init__(get_user_model(), lambda user, rows: rows, lambda user, person: name_of(person))
        self.note = get_user_model().USERNAME_FIELD

    def found(self, user, typed, within):
        people = people_with(people_of_newsroom().filter(is_active=True), typed)
        rows = list(people[: OFFERED + 1])
        return self.shown_all(user, rows[:OFFERED]), len(rows) > OFFERED


CHOICES = {
    "people": PeopleChoices(),
    "topics": Choices(Topic, lambda user, rows: rows.order_by("-pk")),
    "subsections": SubsectionChoices(),
    "channels": Choices(Channel, lambda user, rows: rows.order_by("order")),
    "stations": Choices(Station, _stations_first, label_for_station),
    "source": Choices(Source, lambda user, rows: rows.order_by("name")),
    "author": Choices(Author, lambda user, rows: rows.order_by("name", "pk"), note="role"),
}
# The others are those of apps above.
OF_ARTICLES = frozenset(CHOICES)


def offer_choices(request, field: str) -> JsonResponse:
    """What may be chosen in a field: of `?keys=1,2` those, else what `?q=` finds."""
    choices = CHOICES[field]
    if "keys" in request.GET:
        rows, more = choices.of_keys(request.user, request.GET["keys"].split(",")), False
    else:
        rows, more = choices.found(request.user, request.GET.get("q", ""), request.GET)
    answer = JsonResponse({"choices": rows, "more": more})
    answer["Cache-Control"] = "no-store, private"
    return answer


class PickerMixin(forms.Select):
    """A select that holds what is chosen alone; its script looks for the rest (`static/newsroom/picker.js`)."""

    class Media:
        js = ("newsroom/picker.js",)

    def __init__(self, field: str, within: Sequence[str] = (), attrs=None):
        """`within`: the fields of the form whose values say what is offered."""
        super().__init__(attrs)
        self.field, self.within = field, within

    def optgroups(self, name, value, attrs=None):
        keys = numbers_of(map(str, value))
        offered: Any = self.choices
        rows = offered.queryset.in_bulk(keys) if keys else {}
        chosen = [(str(key), offered.field.label_from_instance(rows[key])) for key in keys if key in rows]
        options = chosen if self.allow_multiple_selected else [("", ""), *chosen]
        return [
            (None, [self.create_option(name, key, label, bool(key) or not chosen, number)], number)
            for number, (key, label) in enumerate(options)
        ]

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        select = super().render(name, value, attrs, renderer)
        url = reverse("article_choices", args=[self.field])
        within = format_html(' data-within="{}"', " ".join(self.within)) if self.within else ""
        return format_html('<meiri-picker data-url="{}"{}>{}</meiri-picker>', url, within, select)


class Picker(PickerMixin):
    pass


class MultiplePicker(PickerMixin, forms.SelectMultiple):
    pass
