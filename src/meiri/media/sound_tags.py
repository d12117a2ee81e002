"""The tags of sound files by mutagen: ID3v2 of MP3 and WAV, Vorbis comments of Ogg and FLAC (decision 84). Loads nothing of Django; files of
outsiders are read and written in guarded processes."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

from mutagen.flac import FLAC
from mutagen.id3 import ID3, PRIV, TXXX, ID3NoHeaderError
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggspeex import OggSpeex
from mutagen.oggtheora import OggTheora
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

MOST_VALUES = 500
# The frame of ID3 that holds XMP (XMP Specification, Part 3, 2.3.3), and how C2PA's object is told.
_XMP_OWNER = "XMP"
_MANIFEST = "c2pa"
_NAMES = {"TIT2": "title", "TPE1": "artist", "TCOP": "copyright", "TCOM": "composer", "COMM": "comment"}
_OGG = {
    b"OpusHead": OggOpus,
    b"\x01vorbis": OggVorbis,
    b"Speex   ": OggSpeex,
    b"\x7fFLAC": OggFLAC,
    b"\x80theora": OggTheora,
}


class UnreadableTags(ValueError):
    """A file has tags, or should have, that can't be read."""


class SoundTags(Protocol):
    """Tags of a file, by names that a program or a person gave them; changes are in the file once they are saved."""

    def names(self) -> list[str]: ...
    def values(self) -> Iterator[tuple[str, str]]:
        """Names in lower case with their texts."""

    def remove(self, name: str) -> None: ...
    def set(self, name: str, text: str) -> None: ...
    def packets(self) -> list[bytes]: ...
    def set_packet(self, packet: bytes) -> None: ...
    def save(self, file: BinaryIO) -> None: ...


def sound_tags(file: BinaryIO, suffix: str, or_new: bool = False) -> SoundTags | None:
    """The tags of a file, by the suffix of its name; None where it has none, and with `or_new`, empty ones then. Raises `UnreadableTags`."""
    file.seek(0)
    try:
        if suffix == "mp3":
            return Id3Tags(_id3(file), _save_id3)
        if suffix == "wav":
            return _of_wave(WAVE(file), or_new)
        if (sound := opened_sound(file, suffix)) is not None:
            return CommentTags(_with_comments(sound))
    except MemoryError:
        raise
    except Exception as error:  # mutagen raises whatever a broken file makes it trip over
        raise UnreadableTags(str(error)) from error
    return None


def opened_sound(file: BinaryIO, suffix: str) -> Any:
    """A FLAC or Ogg file as mutagen has it; None of any other. Raises whatever mutagen trips over."""
    if suffix == "flac":
        return FLAC(file)
    if suffix not in ("ogg", "oga", "opus"):
        return None
    head = file.read(512)
    file.seek(0)
    kind = next((kind for mark, kind in _OGG.items() if mark in head), None)
    return kind(file) if kind else None


def _id3(file: BinaryIO) -> ID3:
    try:
        return ID3(file)
    except ID3NoHeaderError:
        return ID3()


def drop_manifest_frames(file: BinaryIO) -> None:
    """Take out of an MP3, or of the ID3 tag before a FLAC, the objects that are C2PA manifests."""
    file.seek(0)
    frames = _id3(file)
    for key, frame in list(frames.items()):
        if _is_manifest(frame):
            del frames[key]
    file.seek(0)
    if frames:
        _save_id3(frames, file)
    else:
        frames.delete(file)


def _save_id3(frames: ID3, file: BinaryIO) -> None:
    """In the version that the file had: some players know only 2.3."""
    if frames.version[:2] == (2, 3):
        frames.update_to_v23()
        frames.save(file, v2_version=3)
    else:
        frames.save(file)


def _of_wave(wave: Any, or_new: bool) -> "Id3Tags | None":
    if wave.tags is None and or_new:
        wave.add_tags()
    return Id3Tags(wave.tags, lambda tags, file: wave.save(file)) if wave.tags is not None else None


def _with_comments(read: Any) -> Any:
    if read.tags is None:
        read.add_tags()
    return read


class Id3Tags:
    def __init__(self, frames: Any, saving: Any):
        self._frames, self._saving = frames, saving

    def names(self) -> list[str]:
        """The keys of frames; those of C2PA's manifest and of XMP are not among them."""
        return [
            key
            for key, frame in list(self._frames.items())[:MOST_VALUES]
            if not (frame.FrameID == "PRIV" and frame.owner == _XMP_OWNER) and not _is_manifest(frame)
        ]

    def values(self) -> Iterator[tuple[str, str]]:
        for frame in list(self._frames.values())[:MOST_VALUES]:
            if frame.FrameID in _NAMES or frame.FrameID == "TXXX":
                name = _NAMES.get(frame.FrameID) or frame.desc.lower()
                yield name, "、".join(map(str, frame.text))

    def remove(self, name: str) -> None:
        del self._frames[name]

    def set(self, name: str, text: str) -> None:
        self._frames.add(TXXX(encoding=3, desc=name, text=[text]))

    def packets(self) -> list[bytes]:
        return [frame.data for frame in self._frames.getall("PRIV") if frame.owner == _XMP_OWNER]

    def set_packet(self, packet: bytes) -> None:
        others = [frame for frame in self._frames.getall("PRIV") if frame.owner != _XMP_OWNER]
        self._frames.setall("PRIV", [*others, PRIV(owner=_XMP_OWNER, data=packet)])

    def save(self, file: BinaryIO) -> None:
        file.seek(0)
        self._saving(self._frames, file)


class CommentTags:
    def __init__(self, read: Any):
        self._read = read

    def names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self._read.tags))[:MOST_VALUES]

    def values(self) -> Iterator[tuple[str, str]]:
        for name, text in list(self._read.tags)[:MOST_VALUES]:
            yield name.lower(), text

    def remove(self, name: str) -> None:
        del self._read.tags[name]

    def set(self, name: str, text: str) -> None:
        self._read.tags[name] = [text]

    def packets(self) -> list[bytes]:
        return []

    def set_packet(self, packet: bytes) -> None:
        raise NotImplementedError("Vorbis comments hold no XMP.")

    def save(self, file: BinaryIO) -> None:
        file.seek(0)
        self._read.save(file)


def _is_manifest(frame: Any) -> bool:
    return frame.FrameID == "GEOB" and _MANIFEST in f"{frame.mime} {frame.desc}".lower()
