"""The C2PA manifest of an uploaded file as the parent of what is kept of it (C2PA 2.2): taken from the file in the process of the guard,
with the addresses of all that it says beyond who did what to the picture, which is to be redacted. Loads nothing of Django."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from meiri.media.manifest_reading import MOST_MANIFESTS, OFFLINE, TYPES, stream_of

# Assertions that stay: what was done, and what binds claims, files and parents to each other. Others may tell a place, a serial number,
# a person, or show the picture small; the standard lets them be redacted (6.8).
STAYING = "c2pa.actions", "c2pa.hash", "c2pa.ingredient"
MOST_REDACTIONS = 200
LABEL = "uploaded"
# Names of what may not be left of the manifest of an uploaded file. Hashes and signatures are among its bytes, in which three or four
# letters stand by chance now and then: short names count with what follows them in Exif, as a word in quotation marks,
# or as a text of CBOR, which begins with its length.
_PLACES = re.compile(
    rb"GPS[ _]?(?:Lat|Lon|Alt|Pos|Info|Coord|Loc|Date|Time|Img|Map|Dest|Speed|Track|Stat|Vers|Area|HPos|Meas|DOP|Diff|Proc|Sat|IFD)"
    rb"|[\"':.]GPS[\"':]|(?-i:\x63)GPS|[\"':.]city|(?-i:\x64)city"
    rb"|latitude|longitude|serial_?number|sub-?location|location_?created",
    re.I,
)


class ParentManifest(NamedTuple):
    """`archive`: the manifests of a file as an ingredient, as c2pa-python writes it; `redactions`: JUMBF addresses of assertions."""

    archive: bytes
    redactions: list[str]


def parent_manifest(content: bytes | BinaryIO, format: str) -> ParentManifest | None:
    """The manifest of a file that has a valid one; None where there is none, it is not valid, or says too much to be redacted. `format`:
    a key of `TYPES`."""
    import c2pa

    context = c2pa.Context.from_dict({"verify": OFFLINE, "builder": {"thumbnail": {"enabled": False}}})
    try:
        with c2pa.Reader(TYPES[format], stream_of(content), context=context) as reader:
            read = json.loads(reader.json())
        found = list(dict.fromkeys(_redactions(read)))
        is_valid = str(read.get("validation_state")).lower() in ("valid", "trusted")
        if not is_valid or len(found) > MOST_REDACTIONS or len(read["manifests"]) > MOST_MANIFESTS:
            return None
        archive = io.BytesIO()
        with c2pa.Builder("{}", context=context) as builder:
            ingredient = {"title": LABEL, "relationship": "parentOf", "label": LABEL}
            builder.add_ingredient(json.dumps(ingredient), TYPES[format], stream_of(content))
            builder.write_ingredient_archive(LABEL, archive)
    except (c2pa.C2paError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # whatever an outsider's manifest makes the report look like
    return ParentManifest(archive.getvalue(), found)


def names_a_place(manifest: bytes) -> bool:
    """Whether the bytes of a manifest have a name of a place or a serial number."""
    return _PLACES.search(manifest) is not None


def _redactions(read: dict[str, Any]) -> Iterator[str]:
    for name, manifest in read["manifests"].items():
        for assertion in manifest.get("assertions") or []:
            label = assertion["label"]
            if not label.startswith(STAYING):
                instance = f"__{assertion['instance']}" if assertion.get("instance") else ""
                yield f"self#jumbf=/c2pa/{name}/c2pa.assertions/{label}{instance}"
        for holder in (manifest, *(manifest.get("ingredients") or [])):
            if address := (holder.get("thumbnail") or {}).get("identifier"):
                yield address
