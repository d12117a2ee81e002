"""What the file of a picture says of itself: XMP, IPTC-IIM, EXIF, texts of PNG, and its C2PA manifest. Places, serial numbers and
all else that it says are not looked at. Loads nothing of Django."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from meiri.aigc import LONGEST_BLOCK, block_among
from meiri.media import xmp
from meiri.media.manifest_reading import read_credentials
from meiri.media.provenance import Provenance, line, source_type
from meiri.media.reencoding import ReencodedPicture

# Tags of EXIF 3.0, 4.6: Artist, Copyright, ImageDescription, XMP in a TIFF, the Exif part and its UserComment.
_ARTIST, _COPYRIGHT, _DESCRIPTION, _XMP, _EXIF_PART, _COMMENT = 0x013B, 0x8298, 0x010E, 0x02BC, 0x8769, 0x9286
# Datasets of record 2 of IPTC-IIM 4.2.
_BYLINE, _CREDIT, _COPYRIGHT_NOTICE = 80, 110, 116
_IPTC_RESOURCE = 0x0404
_MOST_DATASETS = 500
# Where programs that generate pictures write how, in texts of a PNG; and what stands there.
_GENERATORS = {
    "parameters": ("Stable Diffusion WebUI", re.compile(r"\bSteps: \d+")),
    "prompt": ("ComfyUI", re.compile(r'"class_type"')),
    "invokeai_metadata": ("InvokeAI", re.compile(r"^\{")),
    "sd-metadata": ("InvokeAI", re.compile(r"^\{")),
}


def provenance_of(content: bytes, picture: ReencodedPicture) -> Provenance:
    """What a file said of itself; `picture` was decoded from it."""
    told = {name: texts for name, texts in xmp.read_packet(_packet_of(content, picture)).items() if texts}
    iptc, exif = _iptc_of(picture), picture.exif
    block, is_broken = block_among([*told.get(xmp.AIGC, []), *_other_blocks(picture)])
    return Provenance(
        aigc=block,
        traces=_traces(picture) or ("标识不合规范，无法读出" if is_broken else ""),
        source_type=source_type(next(iter(told.get(xmp.SOURCE_TYPE, [])), "")),
        creator=_first(
            "、".join(told.get(xmp.CREATOR, [])), "、".join(iptc.get(_BYLINE, [])), exif.get(_ARTIST)
        ),
        credit=_first(*told.get(xmp.CREDIT, []), *iptc.get(_CREDIT, [])),
        rights=_first(*told.get(xmp.RIGHTS, []), *iptc.get(_COPYRIGHT_NOTICE, []), exif.get(_COPYRIGHT)),
        credentials=read_credentials(content, picture.format),
    )


def _first(*said: Any) -> str:
    return next((found for one in said if (found := line(_text(one)))), "")


def _text(said: Any) -> str:
    """EXIF has bytes where its writer knew no encoding; cameras fill fields with zeros."""
    if isinstance(said, bytes):
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeDecodeError):
                return said.decode(encoding).replace("\0", " ")
        return ""
    if not isinstance(said, str):
        return ""
    with suppress(UnicodeError):  # Pillow reads as Latin-1 what programs write as UTF-8
        return said.encode("latin-1").decode().replace("\0", " ")
    return said.replace("\0", " ")


def _packet_of(content: bytes, picture: ReencodedPicture) -> bytes:
    if picture.format == "GIF":
        # Pillow does not look there (ISO 16684-3, 1.1.2): the packet as it is, then a trailer that counts down.
        _, found, rest = content.partition(b"\x0bXMP DataXMP")
        return rest[: xmp.LARGEST].partition(b"\x01\xff\xfe\xfd")[0] if found else b""
    packet = picture.info.get("xmp") or picture.exif.get(_XMP) or picture.info.get("XML:com.adobe.xmp") or b""
    return packet.encode(errors="ignore") if isinstance(packet, str) else bytes(packet)


def _other_blocks(picture: ReencodedPicture) -> Iterator[str]:
    """Blocks outside of XMP, where the standard allows any key that contains AIGC: texts of a PNG, comments of EXIF."""
    for name, value in picture.info.items():
        if isinstance(name, str) and isinstance(value, str) and "AIGC" in name.upper():
            yield value
    comments = [picture.exif.get(_DESCRIPTION), picture.info.get("comment")]
    with suppress(Exception):  # Pillow raises whatever a broken part makes it trip over
        comments.append(picture.exif.get_ifd(_EXIF_PART).get(_COMMENT))
    for comment in comments:
        said = comment[8:] if isinstance(comment, bytes) and comment[:5] in (b"ASCII", b"UNICO") else comment
        text = _text(said).strip(" \0")
        if '"AIGC"' in text[:LONGEST_BLOCK] and text.startswith("{"):
            yield text


def _traces(picture: ReencodedPicture) -> str:
    for name, (program, pattern) in _GENERATORS.items():
        text = picture.info.get(name)
        if isinstance(text, str) and pattern.search(text[:LONGEST_BLOCK]):
            return program
    return ""


def _iptc_of(picture: ReencodedPicture) -> Mapping[int, list[str]]:
    """The texts of record 2 by their dataset (IPTC-IIM 4.2, 1.6)."""
    resources = picture.info.get("photoshop")
    data = resources.get(_IPTC_RESOURCE) if isinstance(resources, dict) else None
    found: dict[int, list[str]] = {}
    position = 0
    for _ in range(_MOST_DATASETS):
        if (
            not isinstance(data, bytes)
            or data[position : position + 1] != b"\x1c"
            or len(data) < position + 5
        ):
            break
        record, dataset = data[position + 1], data[position + 2]
        size = int.from_bytes(data[position + 3 : position + 5])
        if record == 2 and size < 0x8000:
            found.setdefault(dataset, []).append(_text(data[position + 5 : position + 5 + size]))
        position += 5 + size
    return found
