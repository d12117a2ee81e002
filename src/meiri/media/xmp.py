"""XMP, the notes that a picture file carries (ISO 16684-1): simple values and lists of texts, read and written.

Properties are named `{namespace}name`. Loads nothing of Django: files of outsiders are read in guarded processes.
"""

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from meiri import aigc

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
DC = "http://purl.org/dc/elements/1.1/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
IPTC_EXTENSION = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
AIGC = f"{{{aigc.NAMESPACE}}}{aigc.PROPERTY}"
CREATOR, RIGHTS, TITLE = f"{{{DC}}}creator", f"{{{DC}}}rights", f"{{{DC}}}title"
CREDIT = f"{{{PHOTOSHOP}}}Credit"
SOURCE_TYPE = f"{{{IPTC_EXTENSION}}}DigitalSourceType"
# Bytes of a packet that is read; of one that is written, which a JPEG holds in one segment.
LARGEST, LARGEST_WRITTEN = 1_000_000, 65_000
MOST_VALUES = 50
_PREFIXES = {DC: "dc", PHOTOSHOP: "photoshop", IPTC_EXTENSION: "Iptc4xmpExt", aigc.NAMESPACE: aigc.PREFIX}
# Properties whose values are lists by ISO 16684-1: of names, in their order; of a text in several languages.
_LISTS = {CREATOR: "Seq", RIGHTS: "Alt", TITLE: "Alt"}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# What a WebP says of its pixels.
_PICTURE_CHUNKS = frozenset([b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"])
_HAS_XMP, _HAS_EXIF = 0x04, 0x08
_HEAD, _TAIL = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>', b'<?xpacket end="r"?>'


def read_packet(packet: bytes) -> dict[str, list[str]]:
    """The texts of each property of a packet; of one that can't be read, nothing."""
    root = _root_of(packet)
    found: dict[str, list[str]] = {}
    if root is not None:
        for name, text in _texts(root):
            values = found.setdefault(name, [])
            if (value := text.strip()) and len(values) < MOST_VALUES:
                values.append(value)
    return found


def _root_of(packet: bytes) -> etree._Element | None:
    if not 0 < len(packet) <= LARGEST:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        return etree.fromstring(packet.strip(b"\0 \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def with_block(packet: bytes, block: str) -> bytes:
    """A packet with `block`, "" for none, as its AIGC property, and else as it was; one that can't be read is left behind. b"" where nothing
    is to be said."""
    root = _root_of(packet)
    descriptions = [] if root is None else list(root.iter(f"{{{RDF}}}Description"))
    if root is None or not descriptions:
        return write_packet({AIGC: [block]})
    for description in descriptions:
        description.attrib.pop(AIGC, None)
        for element in description.findall(AIGC):
            description.remove(element)
    if block:
        etree.SubElement(descriptions[0], AIGC, nsmap={aigc.PREFIX: aigc.NAMESPACE}).text = block
    return _HEAD + etree.tostring(root, encoding="utf-8", xml_declaration=False) + _TAIL


def _texts(root: etree._Element) -> Iterator[tuple[str, str]]:
    for description in root.iter(f"{{{RDF}}}Description"):
        for name, value in description.attrib.items():
            yield str(name), str(value)
        for element in description:
            if not isinstance(element.tag, str):
                continue
            items = list(element.iter(f"{{{RDF}}}li"))
            if resource := element.get(f"{{{RDF}}}resource"):
                yield element.tag, resource
            for one in items or [element]:
                yield element.tag, one.text or ""


def write_packet(properties: Mapping[str, Iterable[str]]) -> bytes:
    """A packet with these properties, those without a value left out; b"" where none has one."""
    root = etree.Element(f"{{{META}}}xmpmeta", nsmap={"x": META})
    rdf = etree.SubElement(root, f"{{{RDF}}}RDF", nsmap={"rdf": RDF})
    description = etree.SubElement(
        rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""}, nsmap=_nsmap(properties)
    )
    for name, values in properties.items():
        texts = [text for value in values if (text := _printable(value))]
        if not texts:
            continue
        element = etree.SubElement(description, name)
        if kind := _LISTS.get(name):
            container = etree.SubElement(element, f"{{{RDF}}}{kind}")
            for text in texts:
                item = etree.SubElement(container, f"{{{RDF}}}li")
                item.text = text
                if kind == "Alt":
                    item.set(_LANGUAGE, "x-default")
        else:
            element.text = texts[0]
    if not len(description):
        return b""
    return _HEAD + etree.tostring(root, encoding="utf-8", xml_declaration=False) + _TAIL


def _nsmap(properties: Iterable[str]) -> dict[str | None, str]:
    spaces = {etree.QName(name).namespace for name in properties}
    return {prefix: space for space, prefix in _PREFIXES.items() if space in spaces}


def _printable(text: str) -> str:
    """Without what XML can't hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t").strip()


def webp_with(content: bytes, packet: bytes) -> bytes:
    """A WebP in the extended format with `packet` as its XMP: the same pictures, not encoded again, and nothing else that the file
    held.

    Raises `ValueError` where it is no WebP in that format (RFC 9649, 2.7).
    """
    if content[:4] != b"RIFF" or content[8:16] != b"WEBPVP8X" or len(content) < 30:
        raise ValueError("It is no WebP in the extended format.")
    chunks, position = [], 12
    while position + 8 <= len(content):
        kind, size = (
            content[position : position + 4],
            int.from_bytes(content[position + 4 : position + 8], "little"),
        )
        end = position + 8 + size + size % 2
        if kind in _PICTURE_CHUNKS:
            chunks.append(content[position:end])
        position = end
    flags = chunks[0][8] & ~(_HAS_XMP | _HAS_EXIF)
    if packet:
        flags |= _HAS_XMP
        chunks.append(b"XMP " + len(packet).to_bytes(4, "little") + packet + bytes(len(packet) % 2))
    chunks[0] = chunks[0][:8] + bytes([flags]) + chunks[0][9:]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
