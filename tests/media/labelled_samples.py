"""Pictures with a label, a credit and a place, as cameras and generators write them in each format."""

import io
import json

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from meiri.aigc import AigcBlock, AigcLabel
from meiri.media import xmp

PRODUCER = "00119111000071092500XA00001"
BLOCK = AigcBlock(AigcLabel.IS, PRODUCER, "img-7", propagator=PRODUCER, propagate_id="img-7")
PLACE = "北纬30.2741"
SERIAL = "SN-7731"


def a_packet(**properties) -> bytes:
    """A packet with the label, who made the picture, and a place as programs write it."""
    said = {
        xmp.AIGC: [BLOCK.as_json()],
        xmp.CREATOR: ["林晚舟"],
        xmp.CREDIT: ["每日图片社"],
        xmp.RIGHTS: ["© 2026 每日图片社"],
        f"{{{xmp.PHOTOSHOP}}}City": [PLACE],
        "{http://ns.adobe.com/exif/1.0/}GPSLatitude": ["30,16.446N"],
        "{http://ns.adobe.com/exif/1.0/aux/}SerialNumber": [SERIAL],
    }
    return xmp.write_packet(said | properties)


def exif(orientation: int = 1) -> bytes:
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F], notes[0x013B], notes[0x8298] = "CAMERA", "Lin Wanzhou", "© EXIF"
    notes.get_ifd(0x8769)[0xA431] = SERIAL
    notes.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 28.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    return notes.tobytes()


def iptc(**datasets: str) -> bytes:
    """An APP13 segment of a JPEG with `byline`, `credit`, `copyright` (IPTC-IIM 4.2, record 2), in UTF-8."""
    numbers = {"byline": 80, "credit": 110, "copyright": 116, "city": 90}
    data = b""
    for name, text in datasets.items():
        value = text.encode()
        data += b"\x1c\x02" + bytes([numbers[name]]) + len(value).to_bytes(2) + value
    data += bytes(len(data) % 2)
    resource = b"8BIM\x04\x04\x00\x00" + len(data).to_bytes(4) + data
    body = b"Photoshop 3.0\x00" + resource
    return b"\xff\xed" + (len(body) + 2).to_bytes(2) + body


def with_iptc(jpeg: bytes, **datasets: str) -> bytes:
    return jpeg[:2] + iptc(**datasets) + jpeg[2:]


def a_labelled_file(
    format: str,
    picture: Image.Image | None = None,
    packet: bytes | None = None,
    orientation: int = 1,
    **options,
) -> bytes:
    """A file in a format that holds XMP, with the label, and with a place and a serial number in its EXIF."""
    picture = picture or Image.new("RGB", (90, 60), "red")
    packet = a_packet() if packet is None else packet
    out = io.BytesIO()
    if format == "PNG":
        notes = PngInfo()
        notes.add_itxt("XML:com.adobe.xmp", packet.decode())
        picture.save(out, format, pnginfo=notes, exif=exif(orientation), **options)
    elif format == "GIF":
        picture.save(out, format, **options)
        return with_gif_packet(out.getvalue(), packet)
    elif format == "TIFF":
        picture.save(out, format, tiffinfo={700: packet, 34853: {1: "N", 2: (30.0, 16.0, 28.0)}}, **options)
    else:
        picture.save(out, format, xmp=packet, exif=exif(orientation), **options)
    return out.getvalue()


def with_gif_packet(gif: bytes, packet: bytes) -> bytes:
    """A GIF with an application extension of XMP (ISO 16684-3, 1.1.2) before its end."""
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
    return gif[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet + trailer + b";"


def block_in(content: bytes) -> AigcBlock | None:
    """The block in the XMP of a file that was made here."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        found = xmp.read_packet(picture.info.get("xmp") or b"").get(xmp.AIGC)
    return AigcBlock.from_json(found[0]) if found else None


def a_generated_png() -> bytes:
    """As Stable Diffusion WebUI writes it: without a label, with how it was generated."""
    notes = PngInfo()
    notes.add_text("parameters", "a city at dawn\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "blue").save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def as_told(block: AigcBlock) -> str:
    return json.dumps({"AIGC": block.as_dict()})
