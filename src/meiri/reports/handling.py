"""What the newsroom does with reports. Each deed is atomic and ends with one journal entry, which says nothing of what a
reader wrote: the journal stays for good.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.changes.exchanging_words import Amendment
from meiri.journal.log import actor, append
from meiri.newsroom.correcting import correct as publish_correction
from meiri.policy import may
from meiri.reports.events import ReportAnswered, ReportCorrected, ReportEvent, ReportReceived, ReportRefused
from meiri.reports.models import LONGEST, Report, ReportState


@transaction.atomic
def receive_report(report: Report) -> Report:
    """Keep a report that has just been written, for the article's editor (责任编辑). One that came before stays as it is."""
    earlier = Report.objects.filter(key_digest=report.key_digest).first()
    if earlier:
        return earlier
    editor = report.article.editor if report.article else None
    if editor and editor.user and editor.user.is_active:
        report.responsible = editor.user
    report.save(force_insert=True)
    _note(report, ReportReceived, None)
    return report


def answer_report(report: Report, text: str, by) -> Report:
    """Tell the reader something without a correction. Raises `ValidationError`, `PermissionDenied`."""
    return _close(report, ReportState.ANSWERED, text, "请填写给读者的答复。", by)


def refuse_report(report: Report, text: str, by) -> Report:
    """Tell the reader why the text stays as it is. Raises `ValidationError`, `PermissionDenied`."""
    return _close(report, ReportState.REFUSED, text, "请写明不采纳的原因，读者会看到。", by)


@transaction.atomic
def correct_by_report(
    report: Report,
    wrong: str,
    right: str,
    by,
    note: str = "",
    amendment: Amendment | None = None,
    text: str = "",
) -> Report:
    """Publish a correction because of the report, and tell the reader. See `newsroom.correcting.correct`."""
    report = _take(report, by)
    if report.article is None:
        raise ValidationError("无障碍反馈不涉及稿件，不能转为更正。")
    report.correction = publish_correction(report.article, wrong, right, by, note, amendment)
    return _move(report, ReportState.CORRECTED, _words(text), by)


@transaction.atomic
def _close(report: Report, state: ReportState, text: str, empty: str, by) -> Report:
    report = _take(report, by)
    text = _words(text)
    if not text:
        raise ValidationError(empty)
    return _move(report, state, text, by)


def _take(report: Report, by) -> Report:
    """The report, locked, if `by` may handle it and nothing was corrected because of it yet."""
    if by is None or not may(by, "handle", report):
        raise PermissionDenied("The report is of an article that this editor's desk does not cover.")
    report = Report.objects.select_for_update().get(pk=report.pk)
    if report.state == ReportState.CORRECTED:
        raise ValidationError("这条纠错已经更正。")
    return report


def _words(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST:
        raise ValidationError(f"答复请控制在 {LONGEST} 字以内。")
    return text


def _move(report: Report, state: ReportState, text: str, by) -> Report:
    report.state, report.answer = state, text
    report.handled_by, report.handled_at = by, timezone.now()
    report.save()
    _note(report, _HANDLED[state], by)
    return report


_HANDLED: dict[ReportState, type[ReportEvent]] = {
    ReportState.CORRECTED: ReportCorrected,
    ReportState.ANSWERED: ReportAnswered,
    ReportState.REFUSED: ReportRefused,
}


def _note(report: Report, event: type[ReportEvent], by) -> None:
    append(event(keys=[report.content_key], report=report.pk, article=report.article_id), actor(by))
