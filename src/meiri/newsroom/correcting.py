"""What a newsroom does about an error that readers have seen: correct it in the open, and take a correction back.

Each deed is atomic and ends with one journal entry of its own. Where the text is amended too, that is a publication like
any other, in the same transaction.
"""

from collections.abc import Callable
from html import escape

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.journal.log import actor, append
from meiri.newsroom.corrections import LONGEST, Correction
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import check_may_publish, publish


@transaction.atomic
def correct(
    article: Article, wrong: str, right: str, by=None, note: str = "", amend: bool = False
) -> Correction:
    """Tell readers that `wrong` should be `right` (更正). `by` is the editor, None for the system.

    With `amend` the words are exchanged in the article itself as well, which is published anew. Raises `ValidationError` in
    words for the editor, `PublishPermissionError` where `by` may not publish the article.
    """
    check_may_publish(article, by)
    article = Article.objects.select_for_update().get(pk=article.pk)
    wrong, right, note = _words(wrong, right, note)
    if not article.live:
        raise ValidationError("稿件没有发布，读者看不到更正。")
    if amend:
        publish(amended(article, wrong, right), by=by)
    correction = Correction.objects.create(
        article=article, wrong=wrong, right=right, note=note, in_text=amend, published_by=by
    )
    _tell(correction, "correction.published", by, in_text=amend)
    return correction


@transaction.atomic
def withdraw_correction(correction: Correction, reason: str, by=None) -> Correction:
    """Take a correction back (撤回更正). Readers still see it, and why it no longer holds."""
    correction = Correction.objects.select_for_update().select_related("article").get(pk=correction.pk)
    check_may_publish(correction.article, by)
    if correction.withdrawn_at:
        raise ValidationError("这条更正已经撤回。")
    reason = reason.strip()
    if not reason:
        raise ValidationError("请写明撤回更正的原因。")
    if len(reason) > 200:
        raise ValidationError("撤回原因请控制在 200 字以内。")
    correction.withdrawn_at, correction.withdrawal_reason = timezone.now(), reason
    correction.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    _tell(correction, "correction.withdrawn", by, reason=reason)
    return correction


def amended(article: Article, wrong: str, right: str) -> Article:
    """`article` with `right` in place of `wrong` wherever it stands in its titles, summary and body; not saved."""
    if article.has_unpublished_changes:
        raise ValidationError("稿件有尚未发布的修改。请先发布或放弃这些修改，再更正正文。")
    found = 0

    def exchange(text: str) -> str:
        nonlocal found
        found += text.count(wrong)
        return text.replace(wrong, right)

    def exchange_html(text: str) -> str:
        nonlocal found
        found += text.count(escape(wrong, quote=False))
        return text.replace(escape(wrong, quote=False), escape(right, quote=False))

    for name in ("kicker", "title", "subtitle", "short_title", "summary"):
        setattr(article, name, exchange(getattr(article, name)))
    body = [dict(block) for block in article.body.raw_data]
    for block in body:
        block["value"] = _exchanged(block["type"], block["value"], exchange, exchange_html)
    article.body = article.body.stream_block.to_python(body)
    if not found:
        raise ValidationError("稿件里没有找到“原文”中的文字，请逐字照抄，或改为只刊登更正。")
    return article


def _exchanged(kind: str, value, exchange: Callable[[str], str], exchange_html: Callable[[str], str]):
    """The raw value of a block of the body with its words exchanged; addresses and keys stay as they are."""
    match kind:
        case "text":
            return exchange_html(value)
        case "heading":
            return exchange(value)
        case "quote" | "image" | "video" | "audio" | "related":
            words = ("text", "speaker", "caption", "credit", "title", "transcript")
            return {k: exchange(v) if k in words and isinstance(v, str) else v for k, v in value.items()}
        case "gallery":
            pictures = [
                {**item, "value": _exchanged("image", item["value"], exchange, exchange_html)}
                for item in value["pictures"]
            ]
            return {**value, "pictures": pictures}
        case "table" if value:
            rows = [
                [exchange(c) if isinstance(c, str) else c for c in row] for row in value.get("data") or []
            ]
            return {**value, "data": rows}
        case _:
            return value


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


def _tell(correction: Correction, kind: str, by, **payload) -> None:
    article = correction.article
    append(
        kind,
        [article.content_key, "corrections"],
        {
            "correction": correction.pk,
            "title": article.title,
            "url": article.get_absolute_url(),
            "wrong": correction.wrong,
            "right": correction.right,
            **payload,
        },
        actor(by),
    )
