"""What an article has to say of itself before it is published: its source, its authors, its editor, its use of AI, its pictures."""

import re
from collections.abc import Iterator

from meiri.aigc import AigcLabel
from meiri.identity import site_name
from meiri.media.documents import kind_of_document
from meiri.media.models import Picture, RecordingOrigin
from meiri.newsroom.ai_record import lacking
from meiri.newsroom.article_choices import AiUse
from meiri.newsroom.body.stream import placed_pictures, placed_recordings
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublishingRule, Strictness

_MINORS = re.compile(
    r"未成年|少年犯|儿童|幼儿|婴儿|男童|女童|小学生|初中生|高中生|中学生|(?<![\d.〇一二三四五六七八九十百])(?:1[0-7]|[1-9]|十[一二三四五六七]?|[一二三四五六七八九])周?岁"
)
LONGEST_LOOKED_AT = 60_000
_PLAYED = {"video": "视频", "audio": "音频", "": "文件"}


def text_of(version) -> str:
    """The first `LONGEST_LOOKED_AT` characters of its text, a line for a paragraph."""
    return "\n".join(paragraphs(version.body.raw_data))[:LONGEST_LOOKED_AT]


class BylineCheck(PublicationCheck):
    """Who it comes from and who answers for it."""

    label = "来源与署名"
    asks_editors = True
    rules = (
        PublishingRule("source.missing", "来源"),
        PublishingRule("byline.missing", "作者，或本网来源"),
        PublishingRule("editor.missing", "责任编辑"),
    )

    def findings(self, version, revision, by) -> Iterator[Finding]:
        source = version.source
        if source is None:
            yield Finding("source.missing", "没有填写来源。", place="source")
        if not version.bylines.exists() and (source is None or source.name != site_name()):
            yield Finding("byline.missing", "没有作者：请署名，本网稿件请把来源写成本网。", place="bylines")
        if version.editor_id is None:
            yield Finding("editor.missing", "没有填写责任编辑。", place="editor")


class AiUseCheck(PublicationCheck):
    """What of it was made with AI is recorded, checked by somebody of the newsroom, and told to readers."""

    label = "人工智能"
    asks_editors = True
    before_last_review = True
    rules = (
        PublishingRule("ai.missing", "人工智能使用记录"),
        PublishingRule("ai.incomplete", "用了人工智能的，写全用途和核对人", Strictness.STOP),
        PublishingRule("ai.unmarked", "人工智能生成的内容写明标识"),
        PublishingRule(
            "ai.contradicted", "有 AI 标识的图片、视频、音频与人工智能使用记录一致", Strictness.STOP
        ),
    )

    def findings(self, version, revision, by) -> Iterator[Finding]:
        for code, sentence, place in lacking(version):
            yield Finding(code, sentence, place=place)
        if version.ai_use == AiUse.NONE:
            for name, place in labelled_in(version):
                yield Finding(
                    "ai.contradicted",
                    f"{name}，人工智能使用记录却是“{AiUse.NONE.label}”：请改选“辅助”或“生成”，标识有误的先更正标识。",
                    place=place,
                )


def labelled_in(version) -> Iterator[tuple[str, str]]:
    """What stands in an article with a label of artificial intelligence: in words, and where it stands. Two queries."""
    placed = list(placed_pictures(version.body.raw_data))
    pictures = Picture.objects.filter(pk__in=[one.picture for one in placed] + [version.picture_id])
    labels = dict(pictures.exclude(ai_label="").values_list("pk", "ai_label"))
    if version.picture_id in labels:
        yield f"题图标有“{AigcLabel(labels[version.picture_id]).words}”", "picture"
    for number, one in enumerate(placed, start=1):
        if one.picture in labels:
            yield f"正文第 {number} 张图片标有“{AigcLabel(labels[one.picture]).words}”", f"body:{one.block}"
    recordings = list(placed_recordings(version.body.raw_data))
    origins = RecordingOrigin.objects.filter(document__in=[key for key, _ in recordings]).exclude(ai_label="")
    found = (
        {origin.document_id: origin for origin in origins.select_related("document")} if recordings else {}
    )
    for key, block in recordings:
        if key in found:
            origin = found[key]
            kind = _PLAYED[kind_of_document(origin.document.file.name).plays]
            yield (
                f"{kind}“{origin.document.title[:30]}”标有“{AigcLabel(origin.ai_label).words}”",
                f"body:{block}",
            )


class PictureCheck(PublicationCheck):
    """Whose each picture is, what it shows to those who do not see it, and whether it may still be shown."""

    label = "图片"
    asks_editors = True
    rules = (
        PublishingRule("picture.credit", "图片署名"),
        PublishingRule("picture.alt", "图片替代文字"),
        PublishingRule("picture.expired", "图片在授权期内", Strictness.STOP),
        PublishingRule("picture.withdrawn", "没有已撤下的图片"),
        PublishingRule("picture.unfetched", "没有缺少的图片"),
    )

    def findings(self, version, revision, by) -> Iterator[Finding]:
        placed = list(placed_pictures(version.body.raw_data))
        pictures = Picture.objects.in_bulk([p.picture for p in placed] + [version.picture_id])
        if version.picture_id in pictures:
            yield from self._of(pictures[version.picture_id], "题图", "picture", "")
        for number, one in enumerate(placed, start=1):
            if one.picture in pictures:
                picture, place = pictures[one.picture], f"body:{one.block}"
                yield from self._of(picture, f"正文第 {number} 张图片", place, one.credit, one.caption)
        unfetched = [block for block in version.body.raw_data if block["type"] == "missing_picture"]
        if unfetched:
            yield Finding(
                "picture.unfetched",
                f"正文里有 {len(unfetched)} 张图片没有取到：请补上，或删去这一块。",
                place=f"body:{unfetched[0].get('id') or ''}",
            )

    def findings_of_entries(self, entries) -> Iterator[tuple[int, Finding]]:
        placed = [
            (number, one) for number, entry in enumerate(entries) for one in placed_pictures(entry.body)
        ]
        pictures = Picture.objects.in_bulk({one.picture for _number, one in placed}) if placed else {}
        for number, one in placed:
            if one.picture in pictures:
                for finding in self._of(
                    pictures[one.picture], "图片", f"body:{one.block}", one.credit, one.caption
                ):
                    yield number, finding

    def _of(
        self, picture: Picture, name: str, place: str, credit: str, caption: str = ""
    ) -> Iterator[Finding]:
        about = f"{name}“{(caption or picture.caption or picture.title)[:30]}”"
        if picture.withdrawn_at:
            # It is not shown, whatever is lacking of it: a line says so in its place.
            yield Finding(
                "picture.withdrawn",
                f"{about}已经撤下，读者看到的是撤下的说明。请换图或移除。",
                place=place,
            )
            return
        if not (credit or picture.credit):
            yield Finding("picture.credit", f"{about}没有署名（供图）。", place=place)
        if not (picture.description or caption or picture.caption):
            yield Finding("picture.alt", f"{about}没有替代文字或图片说明。", place=place)
        if picture.is_expired:
            yield Finding(
                "picture.expired",
                f"{about}授权已于{picture.valid_until:%Y年%-m月%-d日}到期，请换图。",
                place=place,
            )


class MinorsCheck(PublicationCheck):
    """What tells of children was looked at with their rights in mind."""

    label = "未成年人"
    asks_editors = True
    rules = (PublishingRule("minors.unchecked", "涉及未成年人的内容已核对"),)

    def findings(self, version, revision, by) -> Iterator[Finding]:
        if version.minors:
            return
        text = f"{version.title}\n{version.summary}\n{text_of(version)}"
        if found := _MINORS.search(text):
            yield Finding(
                "minors.unchecked",
                f"提到“{found[0]}”：请核对未成年人的姓名、影像和隐私，并选定“未成年人”一栏。",
                place="minors",
            )
