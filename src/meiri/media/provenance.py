"""What is known of where a picture, a video or a sound comes from: by what its file said when it came, and by what editors say.

Kept as JSON beside it. Loads nothing of Django: files are read in guarded processes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from meiri.aigc import AigcBlock, AigcLabel, NotAigc
from meiri.media import xmp

# Characters of a name or a line of rights.
LONGEST = 200
MOST_ACTIONS = 20
_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# The digital source types of IPTC (cv.iptc.org, 2024), in words, and what those of them that speak of artificial intelligence say.
SOURCE_TYPES = {
    "trainedAlgorithmicMedia": "人工智能生成",
    "compositeWithTrainedAlgorithmicMedia": "用人工智能修改或合成",
    "compositeSynthetic": "含有合成的部分",
    "algorithmicMedia": "由算法生成，未用人工智能",
    "algorithmicallyEnhanced": "经算法修饰",
    "digitalCapture": "照相机拍摄",
    "computationalCapture": "照相机拍摄，多帧合成",
    "negativeFilm": "底片扫描",
    "positiveFilm": "正片扫描",
    "print": "印刷品扫描",
    "humanEdits": "经人修改",
    "minorHumanEdits": "经人略作修改",
    "compositeCapture": "多张照片合成",
    "virtualRecording": "屏幕或虚拟场景录制",
    "screenCapture": "屏幕截图",
    "dataDrivenMedia": "由数据绘制",
    "digitalArt": "数字绘画",
    "digitalCreation": "数字创作",
    "composite": "多种素材合成",
}
AI_TYPES = {
    "trainedAlgorithmicMedia": AigcLabel.IS,
    "compositeWithTrainedAlgorithmicMedia": AigcLabel.IS,
    "compositeSynthetic": AigcLabel.MAY_BE,
}
# What the steps of a manifest are called (C2PA 2.2, 18.14).
ACTIONS = {
    "c2pa.created": "创作",
    "c2pa.opened": "打开",
    "c2pa.placed": "放入素材",
    "c2pa.edited": "编辑",
    "c2pa.edited.metadata": "修改元数据",
    "c2pa.dubbed": "配音",
    "c2pa.translated": "翻译",
    "c2pa.cropped": "裁切",
    "c2pa.resized": "缩放",
    "c2pa.color_adjustments": "调色",
    "c2pa.converted": "转换格式",
    "c2pa.transcoded": "转码",
    "c2pa.published": "发布",
    "c2pa.redacted": "删去部分信息",
    "c2pa.filtered": "滤镜",
    "c2pa.drawing": "绘画",
    "c2pa.removed": "移除素材",
    "c2pa.repackaged": "重新打包",
    "c2pa.orientation": "旋转",
}
STATES = {
    "trusted": "签名有效，签发者在信任名单上",
    "valid": "签名有效，签发者身份未经本网核实",
    "invalid": "签名无效，内容或凭证被改动过",
    "unreadable": "凭证读不出来",
}


class MediaWords(NamedTuple):
    """How what is known of a kind of media is called. `kept`: what became of the manifest of an uploaded file."""

    name: str
    credit: str
    kept: Mapping[bool, str]


OF_PICTURES = MediaWords(
    "图片",
    "供图",
    {
        True: "已作为来源写进本站制作的各个尺寸，其中的地点、设备序列号、缩略图等已删去",
        False: "没有写进本站制作的尺寸",
    },
)
OF_RECORDINGS = MediaWords(
    "视频或音频",
    "署名",
    {
        True: "本站改动过文件的元数据，原来的凭证已作为来源写进本站签发的凭证，其中的地点、设备序列号等已删去",
        False: "文件里的地点或设备信息已经删去，原来的凭证与文件不再相符，已从文件里取出",
    },
)


@dataclass(frozen=True)
class ContentCredentials:
    """What the C2PA manifest of a file said when it came: `state` is a key of `STATES`; times are as the signature has them.
    `is_kept`: whether the files made here have it as their parent; None where nobody tried, or the file is as it came."""

    state: str
    signer: str = ""
    generator: str = ""
    signed_at: str = ""
    actions: tuple[str, ...] = ()
    source_type: str = ""
    is_kept: bool | None = None

    def said(self, words: MediaWords = OF_PICTURES) -> list[tuple[str, str]]:
        """In Chinese words, without what is empty."""
        steps = "、".join(dict.fromkeys(ACTIONS.get(action, action) for action in self.actions))
        lines = [
            ("内容凭证", STATES[self.state]),
            ("签发者", self.signer),
            ("制作软件", self.generator),
            ("签发时间", self.signed_at),
            ("制作过程", steps),
            ("凭证沿用", "" if self.is_kept is None else words.kept[self.is_kept]),
        ]
        return [line for line in lines if line[1]]


_TEXTS = ("traces", "title", "creator", "credit", "rights")


@dataclass(frozen=True)
class Provenance:
    """What a file said of itself. `traces`: the program that left notes of generating it without a label; `source_type`: a
    word of IPTC's vocabulary, a key of `SOURCE_TYPES`. "" and None where it said nothing. `seconds`: how long it plays, 0 of a picture."""

    aigc: AigcBlock | None = None
    traces: str = ""
    source_type: str = ""
    creator: str = ""
    credit: str = ""
    rights: str = ""
    credentials: ContentCredentials | None = None
    title: str = ""
    seconds: int = 0

    @classmethod
    def from_json(cls, stored: object) -> "Provenance":
        """As `as_json` made it; of what is none, what can be read of it."""
        read: Mapping[str, Any] = stored if isinstance(stored, dict) else {}
        try:
            block = AigcBlock.from_dict(read["aigc"]) if "aigc" in read else None
        except NotAigc:
            block = None
        texts = {name: line(read.get(name)) for name in _TEXTS}
        seconds = read.get("seconds")
        return cls(
            block,
            source_type=source_type(read.get("source_type")),
            credentials=_credentials(read),
            seconds=seconds if type(seconds) is int and seconds > 0 else 0,
            **texts,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, without what is empty."""
        found: dict[str, Any] = {
            name: value for name in ("source_type", *_TEXTS, "seconds") if (value := getattr(self, name))
        }
        if self.aigc:
            found["aigc"] = self.aigc.as_dict()
        if made := self.credentials:
            found["credentials"] = {**vars(made), "actions": list(made.actions)}
            if made.is_kept is None:
                del found["credentials"]["is_kept"]
        return found

    def with_manifest(self, is_kept: bool) -> "Provenance":
        """The same, with what became of its manifest."""
        return replace(self, credentials=self.credentials and replace(self.credentials, is_kept=is_kept))

    @property
    def label(self) -> AigcLabel | None:
        """The surest that the file says: its block, its digital source type or its manifest's, or traces of a program."""
        made = self.credentials
        said = [
            self.aigc.label if self.aigc else None,
            AI_TYPES.get(self.source_type),
            AI_TYPES.get(made.source_type) if made and made.state in ("trusted", "valid") else None,
            AigcLabel.SUSPECTED if self.traces or (made and made.source_type in AI_TYPES) else None,
        ]
        return min(filter(None, said), key=lambda label: label.value, default=None)

    @property
    def named_credit(self) -> str:
        """Whom the file credits."""
        return self.credit or self.creator

    def said(self, words: MediaWords = OF_PICTURES) -> list[tuple[str, str]]:
        """What the file said, in Chinese words, without what is empty."""
        lines = [
            *(self.aigc.said() if self.aigc else []),
            ("生成痕迹", self.traces),
            ("制作方式", SOURCE_TYPES.get(self.source_type, "")),
            ("题名", self.title),
            ("作者", self.creator),
            (words.credit, self.credit),
            ("版权", self.rights),
            *(self.credentials.said(words) if self.credentials else []),
        ]
        return [line for line in lines if line[1]]

    def packet(self) -> bytes:
        """The XMP that files made of the picture carry; b"" where nothing is known. Reserved codes, which are long, are left out
        where a JPEG could not hold them."""
        packet = self._packet(self.aigc)
        if len(packet) > xmp.LARGEST_WRITTEN and self.aigc:
            packet = self._packet(replace(self.aigc, reserved1="", reserved2=""))
        return packet

    def _packet(self, block: AigcBlock | None) -> bytes:
        return xmp.write_packet(
            {
                xmp.AIGC: [block.as_json()] if block else [],
                xmp.SOURCE_TYPE: [_VOCABULARY + self.source_type] if self.source_type else [],
                xmp.CREATOR: [self.creator],
                xmp.CREDIT: [self.credit],
                xmp.RIGHTS: [self.rights],
            }
        )


def source_type(said: object) -> str:
    """The word of IPTC's vocabulary that an address or a word names; "" for any other."""
    word = said.strip().rpartition("/")[2] if isinstance(said, str) else ""
    return word if word in SOURCE_TYPES else ""


def source_type_address(word: str) -> str:
    return _VOCABULARY + word


def line(said: object) -> str:
    """A text on one line, cut to what is kept."""
    if not isinstance(said, str):
        return ""
    return "".join(c for c in " ".join(said.split()) if c.isprintable())[:LONGEST]


def _credentials(read: Mapping[str, Any]) -> ContentCredentials | None:
    made = read.get("credentials")
    if not isinstance(made, dict) or made.get("state") not in STATES:
        return None
    actions = made.get("actions")
    return ContentCredentials(
        made["state"],
        signer=line(made.get("signer")),
        generator=line(made.get("generator")),
        signed_at=line(made.get("signed_at")),
        actions=tuple(line(action) for action in actions[:MOST_ACTIONS]) if isinstance(actions, list) else (),
        source_type=source_type(made.get("source_type")),
        is_kept=kept if isinstance(kept := made.get("is_kept"), bool) else None,
    )
