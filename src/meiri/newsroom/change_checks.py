"""A published article that is changed: of which kind, why, and whether a small repair is one."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from meiri.changes.models import ChangeKind
from meiri.newsroom.ai_record import told_of_ai
from meiri.newsroom.body.stream import keys_in_body
from meiri.newsroom.changes import count_changed, fields_changed, parts_changed
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublishingRule
from meiri.newsroom.telling_words import figures_of, names_of, negations_of
from meiri.policy import may

# Characters that a small repair (错字, 标点) may touch.
SMALL = 20
# The fields that a small repair leaves as they are.
LEFT = (
    *(
        "title",
        "kicker",
        "subtitle",
        "short_title",
        "picture",
        "published_at",
        "dateline",
        "kind",
        "origin",
        "source",
    ),
    *("original_title", "original_url"),
)


class ChangeCheck(PublicationCheck):
    label = "修改"
    asks_editors = True
    rules = (PublishingRule("change.reason", "修改已发布的稿件时写明类别和原因"),)

    def findings(self, version, revision, by) -> Iterator[Finding]:
        if version.first_published_at is None:
            return
        before = Article.objects.filter(pk=version.pk, live=True).first()
        if before is None:
            return
        parts = parts_changed(before, version)
        if revision is not None:
            revision.parts_changed = parts  # the publication that follows notes them
        if not parts:
            return
        if not version.change_kind or not version.change_reason.strip():
            yield Finding(
                "change.reason",
                "这篇稿件已经发布：请选修改类别并写明原因，读者在修改记录里可以看到。",
                place="change_kind" if not version.change_kind else "change_reason",
            )
        if version.change_kind == ChangeKind.SMALL:
            if by is not None and not may(by, "repair", version):
                yield Finding(
                    "change.small", "您没有小改已发布稿件的权限，请选“更新”或“更正”。", place="change_kind"
                )
            elif why := beyond_small(before, version):
                yield Finding(
                    "change.small", f"这不是小改：{'；'.join(why)}。请选“更新”或“更正”。", place="change_kind"
                )


def beyond_small(before, after) -> list[str]:
    """Why a change is more than a small repair; nothing where it is one. Both are versions of one article. Two queries."""
    found = [f"{label}改了" for label in fields_changed(before, after, LEFT)]
    if told_of_ai(before) != told_of_ai(after):
        found.append("人工智能生成标识改了")
    if _signed(before) != _signed(after):
        found.append("作者改了")
    old, new = before.body.raw_data, after.body.raw_data
    if keys_in_body(old) != keys_in_body(new):
        found.append("正文里的图片、文件改了")
    elif [block["type"] for block in old] != [block["type"] for block in new]:
        found.append("正文里的标题、图表等改了")
    ours, theirs = (
        "\n".join([version.summary, *paragraphs(version.body.raw_data)]) for version in (before, after)
    )
    return found + beyond_small_words(ours, theirs)


def beyond_small_words(ours: str, theirs: str) -> list[str]:
    """Why a change of words is more than a small repair; nothing where it is one."""
    found = [
        f"{word}改了"
        for word, of in (("数字", figures_of), ("人名、地名、机构名", names_of), ("否定词", negations_of))
        if of(ours) != of(theirs)
    ]
    if (size := characters_changed(ours, theirs)) > SMALL:
        found.append(f"改了 {size} 个字以上，小改不超过 {SMALL} 个字")
    return found


def check_small(kind: str, ours: str, theirs: str) -> None:
    """Raise `ValidationError` where a change of `kind` is said to be a small repair and is more."""
    if kind == ChangeKind.SMALL and (why := beyond_small_words(ours, theirs)):
        raise ValidationError(f"这不是小改：{'；'.join(why)}。请选“更新”或“更正”。")


def _signed(version) -> list[tuple[int, str]]:
    return [(byline.author_id, byline.credit) for byline in version.bylines.all()]


def characters_changed(ours: str, theirs: str) -> int:
    """How many characters are not the same; where a text is too long to be compared, that of its middle that differs."""
    start = next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    ours, theirs = ours[start:], theirs[start:]
    end = next(
        (n for n, (a, b) in enumerate(zip(reversed(ours), reversed(theirs), strict=False)) if a != b),
        min(len(ours), len(theirs)),
    )
    ours, theirs = ours[: len(ours) - end], theirs[: len(theirs) - end]
    if max(len(ours), len(theirs)) > SMALL * 100:
        return max(len(ours), len(theirs))
    return count_changed(ours, theirs)
