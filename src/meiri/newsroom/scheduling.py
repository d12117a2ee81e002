"""What goes live and ends by itself, each at its second and once, whatever number of workers look.

Every worker looks once a second, and at the moment when something falls due within the next one, and takes one version at a time in a transaction of its own: it locks the version and asks again
whether it is due, so that of several workers one publishes it, and one that dies halfway leaves it as it was. No lease is held
between versions: who is left goes on at once. A version that can't be published stops no other.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.log_actions import log
from wagtail.models import DraftStateMixin, Page, Revision

from meiri.asked_words import sentence_of
from meiri.newsroom.clock import local
from meiri.operations.duty_roster import alarm_with_duty
from meiri.personal.models import Notice
from meiri.personal.notices import tell

logger = logging.getLogger(__name__)

# The deed of the log: a schedule ended without a publication.
STOPPED = "newsroom.schedule_stopped"
# How long until the next look where nothing falls due sooner.
LOOK = timedelta(seconds=1)
# From when on editors are told that a publication was late.
LATE = timedelta(seconds=10)
# So many versions one look takes; the next look goes on.
AT_ONCE = 200
# After so many errors a schedule ends; the pause between two tries doubles up to this many seconds.
MOST_TRIES, LONGEST_PAUSE = 8, 60


@dataclass
class _Failure:
    """A version that could not be published: how often that was tried, and when it may be tried again (monotonic)."""

    tries: int
    not_before: float


_failures: dict[int, _Failure] = {}


def publish_scheduled() -> timedelta:
    """Publish the versions that are due, and end what was to end. How long until it is to be called again. Raises nothing of a
    single version."""
    began = timezone.now()
    next_times = [_end_expired(model) for model in _models_with_endings(began + LOOK)]
    next_times.append(_publish_due())
    wait = min(filter(None, next_times), default=began + LOOK) - timezone.now()
    return min(max(wait, timedelta()), LOOK)


def _publish_due() -> datetime | None:
    """When the next version falls due, where that is within `LOOK`."""
    now = timezone.now()
    paused = [pk for pk, failure in _failures.items() if failure.not_before > monotonic()]
    soon = Revision.objects.filter(approved_go_live_at__lte=now + LOOK).exclude(pk__in=paused)
    soon = soon.order_by("approved_go_live_at", "pk")
    found = list(soon.values_list("pk", "approved_go_live_at")[:AT_ONCE])
    for pk, when in found:
        if when > now:
            return when
        try:
            publish_due_version(pk, when)
            _failures.pop(pk, None)
        except (PublishPermissionError, ValidationError) as error:
            _end_schedule(pk, when, sentence_of(error))
        except OperationalError:
            logger.exception("The version %s could not be published now; it will be tried again", pk)
        except Exception as error:
            logger.exception("The version %s could not be published; it will be tried again", pk)
            _note_failure(pk, when, error)
    return now if len(found) == AT_ONCE else None


@transaction.atomic
def publish_due_version(pk: int, when: datetime) -> bool:
    """Publish the version `pk` that was to go live at `when`, unless another worker has or its editors changed their minds.
    Whether it was."""
    waiting = Revision.objects.select_for_update(skip_locked=True).filter(pk=pk, approved_go_live_at=when)
    version = waiting.first()
    if version is None:
        return False
    if version.content_object is None:
        Revision.objects.filter(pk=pk).update(approved_go_live_at=None)
        return False
    version.publish(log_action="wagtail.publish.scheduled")
    late = timezone.now() - when
    if late >= LATE:
        logger.warning("%s was to go live at %s and is %s late", version.object_str, when, late)
        at, now = local(when), local(timezone.now())
        _tell(
            version,
            f"《{version.object_str}》定于{at:%m月%d日 %H:%M:%S}发布，实际{now:%H:%M:%S}发布，晚了{_in_words(late)}。",
        )
    return True


def _in_words(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "小时"), (minutes, "分"), (seconds, "秒")]
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _note_failure(pk: int, when: datetime, error: Exception) -> None:
    """Try a version again after a while, and tell its editors; end its schedule where that was tried often enough."""
    tries = _failures[pk].tries + 1 if pk in _failures else 1
    if tries >= MOST_TRIES:
        _end_schedule(pk, when, f"发布时出错（{type(error).__name__}），试了 {tries} 次。")
        return
    _failures[pk] = _Failure(tries, monotonic() + min(LONGEST_PAUSE, 2**tries))
    version = Revision.objects.filter(pk=pk).first()
    if version is not None:
        _tell(
            version,
            f"《{version.object_str}》定于{local(when):%m月%d日 %H:%M:%S}发布，发布时出错，系统会再试；请联系技术人员。",
        )


@transaction.atomic
def _end_schedule(pk: int, when: datetime, why: str) -> None:
    """The version is not to go live by itself any more; its editors are told why, by the one worker that ends it."""
    _failures.pop(pk, None)
    version = Revision.objects.filter(pk=pk).first()
    waiting = Revision.objects.filter(pk=pk, approved_go_live_at=when)
    if version is None or not waiting.update(approved_go_live_at=None):
        return
    logger.warning("%s was to go live at %s and does not: %s", version.object_str, when, why)
    if thing := version.content_object:
        log(thing, STOPPED, revision=version, data={"reason": why, "go_live_at": when.isoformat()})
    _tell(version, f"《{version.object_str}》没有按时发布，定时已取消：{why}")


def _tell(version: Revision, text: str) -> None:
    """Tell whoever wrote the version and whoever made the thing, each once."""
    thing = version.content_object
    people = {person.pk: person for person in (version.user, getattr(thing, "created_by", None)) if person}
    for person in people.values():
        url = AdminURLFinder(person).get_edit_url(thing) or "" if thing is not None else ""
        if not Notice.objects.filter(member=person, text__startswith=text[:200]).exists():
            tell(person, alarm_with_duty(text), url)


@cache
def _scheduled_models() -> tuple[Any, ...]:
    snippets = (model for model in apps.get_models() if issubclass(model, DraftStateMixin))
    return Page, *(model for model in snippets if not issubclass(model, Page))


def _models_with_endings(until: datetime) -> list[Any]:
    """The models of which something that readers see ends before `until`. One query, not composed anew: it is asked each second."""
    models = _scheduled_models()
    with connection.cursor() as cursor:
        cursor.execute(_endings_sql(), [connection.ops.adapt_datetimefield_value(until)] * len(models))
        return [models[number] for (number,) in cursor.fetchall()]


@cache
def _endings_sql() -> str:
    quoted = connection.ops.quote_name
    fields = (model._meta.get_field("expire_at") for model in _scheduled_models())
    return " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {quoted(field.model._meta.db_table)}"  # noqa: S608
        f" WHERE {quoted('live')} AND {quoted(field.column)} < %s)"
        for number, field in enumerate(fields)
    )


def _end_expired(model: Any) -> datetime | None:
    """Take what was to end by now from readers, one thing at a time. When the next one ends, where that is within `LOOK`."""
    now = timezone.now()
    ending = model._default_manager.filter(live=True, expire_at__lt=now + LOOK).order_by("expire_at")
    found = list(ending[:AT_ONCE])
    for thing in found:
        if thing.expire_at >= now:
            return thing.expire_at
        try:
            with transaction.atomic():
                thing.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
        except Exception:
            logger.exception("%s could not be ended; it will be tried again", thing)
    return now if len(found) == AT_ONCE else None
