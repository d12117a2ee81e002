"""What is known of where a video or a sound comes from: a row beside its document, written with it by whatever door it comes."""

import secrets
from dataclasses import replace
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from wagtail.documents.models import Document

from meiri.aigc import LONGEST_FIELD, AigcBlock, AigcLabel, NotAigc
from meiri.journal.content_keys import DOCUMENT
from meiri.journal.public_models import Public
from meiri.journal.recording import recording
from meiri.media.events import RecordingLabelled
from meiri.media.labelled_media import LabelledMedia, label_field
from meiri.media.provenance import LONGEST, OF_RECORDINGS, Provenance

# What editors write of it.
ENTERED = ("ai_label", "ai_label_reason", "producer", "produce_id", "credit", "rights")


def new_number() -> str:
    """It stands in the file before the row has a number."""
    return f"recording-{secrets.token_hex(8)}"


class InFile(models.TextChoices):
    """What became of a label that an editor set: whether the file that readers get carries it."""

    AS_IT_CAME = "", "文件保持上传时的样子"
    WRITTEN = "written", "已写入文件"
    FORMAT = "format", "没有写入：这种格式不能写入标识，文件保持原样"
    MANIFEST = "manifest", "没有写入：文件带有内容凭证，写入会使凭证失效，又不能由本站接续签发，文件保持原样"
    FAILED = "failed", "没有写入：文件的结构不允许，文件保持原样"


class LabelSaid(NamedTuple):
    """What a label says of its maker."""

    label: AigcLabel | None
    producer: str
    produce_id: str


class RecordingOrigin(LabelledMedia):
    """What is known of a document that is a video or a sound. `producer` and `produce_id` are those of the AIGC block."""

    objects: ClassVar[Any] = models.Manager()
    document: Any = models.OneToOneField(
        Document, verbose_name="文件", on_delete=models.CASCADE, related_name="origin", editable=False
    )
    ai_label = label_field("读者在播放器上看到。文件自带的标识不能删除，可以确认或加强。")
    producer = models.CharField(
        "AI 内容的生成者",
        max_length=LONGEST_FIELD,
        blank=True,
        help_text="服务提供者的编码或名称，文件自带的已经填好。",
    )
    produce_id = models.CharField("AI 内容的生成编号", max_length=LONGEST_FIELD, blank=True)
    credit = models.CharField("署名", max_length=60, blank=True, help_text="作者或机构，如“林晚舟 摄”。")
    rights = models.CharField("版权", max_length=LONGEST, blank=True, help_text="如“© 2026 某电视台”。")
    in_file = models.CharField(
        "标识写入文件", max_length=8, blank=True, choices=InFile.choices, editable=False
    )
    number = models.CharField("传播编号", max_length=30, default=new_number, editable=False)

    document_id: int
    words = OF_RECORDINGS
    # It goes with its document: that it is there is no use of the document.
    wagtail_reference_index_ignore = True
    public = Public(
        ("provenance", "ai_label", "ai_label_reason", "producer", "produce_id", "credit", "rights"),
        keys=lambda origin: [DOCUMENT.key(origin.document_id)],
        key_forms=(DOCUMENT,),
        appears=False,
    )

    class Meta:
        verbose_name = "视频、音频的来历"
        verbose_name_plural = "视频、音频的来历"

    def __str__(self):
        return self.document.title

    @property
    def own_number(self) -> str:
        return self.number

    def take_provenance(self, known: Provenance) -> None:
        super().take_provenance(known)
        self.in_file = InFile.AS_IT_CAME
        self.rights = self.rights or known.rights
        if block := known.aigc:
            self.producer, self.produce_id = (
                self.producer or block.producer,
                self.produce_id or block.produce_id,
            )

    def take_file(self, known: Provenance) -> None:
        """Note what another file says, in place of what the one before it said: that was no editor's word."""
        old = RecordingOrigin()
        old.take_provenance(self.known)
        for name in ("producer", "produce_id", "credit", "rights"):
            if getattr(self, name) == getattr(old, name):
                setattr(self, name, "")
        self.take_provenance(known)

    def block(self) -> AigcBlock | None:
        found = super().block()
        return found and replace(found, producer=self.producer, produce_id=self.produce_id)

    @property
    def seconds(self) -> int:
        """How long it plays, 0 where that is not known."""
        return self.known.seconds

    @property
    def label_said(self) -> LabelSaid:
        return LabelSaid(self.label, self.producer, self.produce_id) if self.label else NOTHING_SAID

    def told(self) -> list[tuple[str, str]]:
        own = {"生成者": self.producer, "生成编号": self.produce_id, "版权": self.rights}
        found = [(word, own.pop(word, "") or said) for word, said in super().told()]
        return [
            *found,
            *((word, said) for word, said in own.items() if said and (self.label or word == "版权")),
        ]

    def told_to_editors(self) -> list[tuple[str, str]]:
        """The same, and whether the file carries the label."""
        became = InFile(self.in_file)
        if not became:
            return self.told()
        is_gone = became is InFile.WRITTEN and not self.label
        said = ("文件里的标识", "已去掉") if is_gone else ("标识写入文件", became.label)
        return [*self.told(), said]

    def clean(self):
        super().clean()
        wrong = {
            name: ValidationError("不能含有引号、反斜线和换行。")
            for name in ("producer", "produce_id")
            if not _fits_a_block(name, getattr(self, name))
        }
        if (self.producer or self.produce_id) and not self.ai_label:
            wrong["ai_label"] = ValidationError("写了生成者或生成编号，请选定 AI 标识。")
        if wrong:
            raise ValidationError(wrong)

    def save(self, *args, **kwargs):
        with recording():
            before = type(self)._base_manager.select_for_update().filter(pk=self.pk).first()
            self.check_label(before)
            super().save(*args, **kwargs)
            if before:
                self.record_label(before)

    def labelled(self, **said: str) -> RecordingLabelled:
        key = self.document_id
        return RecordingLabelled(keys=[DOCUMENT.key(key)], id=str(key), name=str(self)[:200], **said)


NOTHING_SAID = LabelSaid(None, "", "")


def _fits_a_block(name: str, value: str) -> bool:
    try:
        AigcBlock(AigcLabel.IS, **{name: value})
    except NotAigc:
        return False
    return True


def said_by_file(known: Provenance) -> LabelSaid:
    """What the AIGC block of a file says."""
    block = known.aigc
    return LabelSaid(block.label, block.producer, block.produce_id) if block else NOTHING_SAID


def origin_of(document: Any) -> RecordingOrigin | None:
    """What is known of a document that is a video or a sound; None of any other. No query where the document was read with it."""
    try:
        return document.origin if document is not None and document.pk else None
    except ObjectDoesNotExist:
        return None
