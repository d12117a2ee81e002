"""What a newsroom does about an error that readers have seen: correct it in the open, and take a correction back.

Each deed is atomic and ends with one journal entry of its own. Where the text is amended too, that is a publication like
any other, in the same transaction.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.changes.exchanging_words import NO_SPOTS, Amendment, Spots, check_spots, check_ticked
from meiri.journal.content_keys import CORRECTIONS
from meiri.journal.log import actor, append
from meiri.newsroom.corrections import LONGEST, Correction
from meiri.newsroom.events import CorrectionEvent, CorrectionPublished, CorrectionWithdrawn
from meiri.newsroom.exchanging import exchange, spots_of
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import check_may_publish, publish


@transaction.atomic
def correct(
    article: Article, wrong: str, right: str, by=None, note: str = "", amendment: Amendment | None = None
) -> Correction:
    """Tell readers that `wrong` should be `right` (更正). `by` is the editor, None for the system.

    With an `amendment` the words are exchanged in the article itself as well, which is published anew. Raises `ValidationError` in
    words for the editor, `PublishPermissionError` where `by` may not publish the article.
    """
    check_may_publish(article, by)
    article = Article.objects.select_for_update().get(pk=article.pk)
    wrong, right, note = _words(wrong, right, note)
    if not article.live:
        raise ValidationError("稿件没有发布，读者看不到更正。")
    in_text = amendment is not None
    if amendment:
        publish(amended(article, wrong, right, amendment), by=by)
    correction = Correction.objects.create(
        article=article, wrong=wrong, right=right, note=note, in_text=in_text, published_by=by
    )
    _tell(correction, CorrectionPublished, by, in_text=in_text)
    return correction


@transaction.atomic
def withdraw_correction(correction: Correction, reason: str, by=None) -> Correction:
    """Take a correction back (撤回更正). Readers still see it, and why it no longer holds."""
    correction = Correction.objects.select_for_update().select_related("article").get(pk=correction.pk)
    check_may_publish(correction.article, by)
    if correction.withdrawn_at:
        raise ValidationError("这条更正已经撤回。")
    reason = asked_words(reason, 200, "请写明撤回更正的原因。", "撤回原因")
    correction.withdrawn_at, correction.withdrawal_reason = timezone.now(), reason
    correction.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    _tell(correction, CorrectionWithdrawn, by, reason=reason)
    return correction


def places_of(article: Article, wrong: str) -> Spots:
    """Where `wrong` stands in an article that can be amended. Raises `ValidationError` where it does not, or too often."""
    if article.has_unpublished_changes:
        raise ValidationError("稿件有尚未发布的修改。请先发布或放弃这些修改，再更正正文。")
    found = spots_of(article, wrong.strip()) if wrong.strip() else NO_SPOTS
    return check_spots(found, "稿件里没有找到“原文”中的文字，请逐字照抄，或改为只刊登更正。")


def amended(article: Article, wrong: str, right: str, amendment: Amendment) -> Article:
    """`article` with `right` in place of `wrong` where the editor ticked it; not saved."""
    check_ticked(places_of(article, wrong), amendment, "请勾选要改的地方，或改为只刊登更正。")
    exchange(article, wrong, right, amendment.places)
    return article


def _words(wrong: str, right: str, note: str) -> tuple[str, str, str]:
    wrong, right, note = wrong.strip(), right.strip(), note.strip()
    if not wrong or not right:
        raise ValidationError("请写明原文和更正后的文字。")
    if wrong == right:
        raise ValidationError("原文和更正后的文字相同。")
    if max(len(wrong), len(right)) > LONGEST:
        raise ValidationError(f"原文和更正后的文字请各控制在 {LONGEST} 字以内。")
    if len(note) > 200:
        raise ValidationError("说明请控制在 200 字以内。")
    return wrong, right, note


def _tell(correction: Correction, event: type[CorrectionEvent], by, **payload) -> None:
    article = correction.article
    append(
        event(
            keys=[article.content_key, CORRECTIONS],
            correction=correction.pk,
            title=article.title,
            url=article.get_absolute_url(),
            wrong=correction.wrong,
            right=correction.right,
            **payload,
        ),
        actor(by),
    )
