"""Pictures with a C2PA manifest, as a camera signs them: with a thumbnail, a place and a serial number."""

import io
import json

import c2pa

from meiri.media.manifest_reading import OFFLINE, TYPES
from meiri.media.site_certificate import made_for, read_certificate
from tests.media.labelled_samples import PLACE, SERIAL

CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
CAMERA = read_certificate(made_for("某相机"))
SPOKEN = "exif:GPSLatitude", "exif:SerialNumber"
# What nobody may find in what is made of them.
PLACES = (PLACE.encode(), SERIAL.encode(), b"GPSLatitude", b"SerialNumber")


def signed_by_a_camera(content: bytes, format: str, parent: bytes | None = None, **action) -> bytes:
    """A file with a manifest that has a thumbnail, and a place and a serial number in two assertions; of a file that had one, with that
    as its parent."""
    context = c2pa.Context.from_dict(
        {"verify": {**OFFLINE, "verify_trust": False}, "builder": {"thumbnail": {"enabled": True}}}
    )
    info = c2pa.C2paSignerInfo(CAMERA.algorithm.encode(), CAMERA.chain, CAMERA.key, None)
    done = {"action": "c2pa.created", "digitalSourceType": CAPTURE, **action}
    if parent:
        done = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["p"]}}
    told = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, SPOKEN[0]: PLACE, SPOKEN[1]: SERIAL}
    manifest = {
        "claim_generator_info": [{"name": "某相机"}],
        "title": "DSC_0001",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [done]}},
            {"label": "c2pa.metadata", "data": told},
            {"label": "cawg.metadata", "data": told},
        ],
    }
    out = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest), context=context) as builder:
        if parent:
            said = {"title": "Anfang", "relationship": "parentOf", "label": "p"}
            builder.add_ingredient(json.dumps(said), TYPES[format], io.BytesIO(parent))
        builder.sign(c2pa.Signer.from_info(info), TYPES[format], io.BytesIO(content), out)
    return out.getvalue()
