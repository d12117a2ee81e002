"""The beginnings of files as programs write them."""

import io
import wave

from PIL import Image

MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00\x00\x00\x08free"
M4A = b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00M4A isomiso2"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
WEBM = (
    b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08"
    b"B\x82\x84webmB\x87\x81\x04B\x85\x81\x02"
)
MATROSKA = WEBM.replace(b"\x84webm", b"\x88matroska")
MP3_TAGGED = b"ID3\x04\x00\x00\x00\x00\x00\x23TSSE" + bytes(40)
MP3_BARE = b"\xff\xfb\x90\x64" + bytes(413)
OPUS = b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x02"
VORBIS = b"OggS\x00\x02" + bytes(22) + b"\x01vorbis" + bytes(20)
FLAC = b"fLaC\x00\x00\x00\x22" + bytes(34)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
VTT = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000 line:90%\n你好。\n".encode()


def a_wave() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    return out.getvalue()


def moving(format: str, size=(60, 40), frames=3, **options) -> bytes:
    pictures = [Image.new("RGB", size, colour) for colour in ("red", "lime", "blue") * (frames // 3 + 1)]
    out = io.BytesIO()
    pictures[0].save(
        out, format, save_all=True, append_images=pictures[1:frames], duration=120, loop=0, **options
    )
    return out.getvalue()
