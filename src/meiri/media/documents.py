"""Documents that readers are offered, videos and recordings among them: which there are, and how each is told by its content."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from wagtail.documents.models import Document
from wagtail.models import CollectionViewRestriction

from meiri.journal.content_keys import DOCUMENT, ContentKey
from meiri.journal.public_models import Public, declare

# What is read of a file to tell what it is.
BEGINNING = 64 * 1024


@dataclass(frozen=True)
class DocumentKind:
    """`is_it` looks at the beginning of a file. What is `inline` is shown or played where it stands."""

    content_type: str
    is_it: Callable[[bytes], bool]
    inline: bool = False
    plays: str = ""

    @property
    def is_text(self) -> bool:
        return self.content_type.startswith("text/")


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_text(content: bytes) -> bool:
    return b"\0" not in content


# Of ISO/IEC 14496-12 files: which of them a browser plays, by their first brand. Pictures (HEIC, AVIF) have others.
_PLAYED = re.compile(rb"iso.|mp4.|avc1|M4[AVBP] |MSNV|dash|f4v |qt  |3gp.|mmp4")


def _is_mp4(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and _PLAYED.fullmatch(content[8:12]) is not None


def _is_webm(content: bytes) -> bool:
    # EBML (RFC 8794): the type of the document stands in its head.
    return content.startswith(b"\x1aE\xdf\xa3") and b"\x42\x82\x84webm" in content[:256]


def _is_mp3(content: bytes) -> bool:
    if content.startswith(b"ID3"):
        return True
    # A frame's head (ISO/IEC 11172-3): eleven bits of sync, MPEG 1 or 2, layer III, a bit rate and a sampling rate.
    first, second, third = (*content[:3], 0, 0, 0)[:3]
    return (
        first == 0xFF
        and second & 0xE6 == 0xE2
        and second & 0x18 != 0x08
        and third & 0xF0 not in (0, 0xF0)
        and third & 0x0C != 0x0C
    )


def _is_ogg(content: bytes) -> bool:
    return content.startswith(b"OggS") and any(
        codec in content[:256]
        for codec in (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC", b"\x80theora")
    )


def _is_wave(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WAVE"


def _is_flac(content: bytes) -> bool:
    if not content.startswith(b"ID3"):
        return content.startswith(b"fLaC")
    # A manifest of C2PA stands in an ID3 tag before it, whose length has seven bits a byte.
    length = sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=False))
    return content[10 + length :][:4] == b"fLaC"


_ZIP = _begins(b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = "application/vnd.openxmlformats-officedocument."
# By the suffix of a file's name, in lower case; settings.WAGTAILDOCS_EXTENSIONS says which may be uploaded.
KINDS = {
    "pdf": DocumentKind("application/pdf", lambda content: b"%PDF-" in content[:1024], inline=True),
    "docx": DocumentKind(f"{_OFFICE}wordprocessingml.document", _ZIP),
    "xlsx": DocumentKind(f"{_OFFICE}spreadsheetml.sheet", _ZIP),
    "pptx": DocumentKind(f"{_OFFICE}presentationml.presentation", _ZIP),
    "zip": DocumentKind("application/zip", _ZIP),
    "txt": DocumentKind("text/plain; charset=utf-8", _is_text),
    "csv": DocumentKind("text/csv; charset=utf-8", _is_text),
    "vtt": DocumentKind("text/vtt; charset=utf-8", _is_text, inline=True),
    "mp4": DocumentKind("video/mp4", _is_mp4, inline=True, plays="video"),
    "m4v": DocumentKind("video/mp4", _is_mp4, inline=True, plays="video"),
    "webm": DocumentKind("video/webm", _is_webm, inline=True, plays="video"),
    "mp3": DocumentKind("audio/mpeg", _is_mp3, inline=True, plays="audio"),
    "m4a": DocumentKind("audio/mp4", _is_mp4, inline=True, plays="audio"),
    "ogg": DocumentKind("audio/ogg", _is_ogg, inline=True, plays="audio"),
    "oga": DocumentKind("audio/ogg", _is_ogg, inline=True, plays="audio"),
    "opus": DocumentKind("audio/ogg", _is_ogg, inline=True, plays="audio"),
    "wav": DocumentKind("audio/wav", _is_wave, inline=True, plays="audio"),
    "flac": DocumentKind("audio/flac", _is_flac, inline=True, plays="audio"),
}
_UNKNOWN = DocumentKind("application/octet-stream", lambda content: False)


def kind_of_document(name: str) -> DocumentKind:
    """The kind of the file `name` by its suffix; one that nothing is known of is handed out as mere bytes."""
    return KINDS.get(PurePosixPath(name).suffix[1:].lower(), _UNKNOWN)


def document_key(document: Document) -> ContentKey:
    return DOCUMENT.key(document.pk)


declare(
    Document,
    Public(
        ("title", "file"),
        keys=lambda document: [document_key(document)],
        key_forms=(DOCUMENT,),
        appears=False,
    ),
)
# Who may open the documents of a collection.
declare(
    CollectionViewRestriction,
    Public(("restriction_type", "collection"), relations=("groups",), keys=lambda restriction: []),
)
