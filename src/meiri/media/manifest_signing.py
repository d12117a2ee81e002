"""C2PA manifests that the site signs: of the sizes that are made of pictures, with the original as their parent, and of an original whose
file came with a manifest, with that as its parent."""

import io
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

from meiri.media.manifest_parents import LABEL, ParentManifest, names_a_place
from meiri.media.manifest_reading import OFFLINE, TYPES
from meiri.media.site_certificate import SiteCertificate, site_certificate

# What the address of a manifest that is not in its file ends with, after the file's name.
SUFFIX = ".c2pa"
# Pixels of width from which a size has its manifest in itself: 3.5 kB. Smaller ones name the address of theirs: 0.1 to 0.7 kB.
EMBEDDED = 1280
RESIZED: list[dict[str, Any]] = [
    {"action": "c2pa.opened", "parameters": {"ingredientIds": ["original"]}},
    {"action": "c2pa.resized"},
]
# Bytes of manifests that an original carries on: its sizes carry them too.
LARGEST_CARRIED = 64 * 1024


@dataclass(frozen=True)
class Signed:
    """A file with a manifest in it; or with its address, and `manifest` is what belongs there."""

    content: bytes
    manifest: bytes | None = None


def sign_size(
    content: bytes, format: str, original: bytes, original_format: str, title: str, address: str = ""
) -> Signed:
    """A size of an original, signed. `format` and `original_format` as Pillow names them; with an `address`, a whole one, the manifest
    is not put into the file but is to be served there.

    Raises `c2pa.C2paError` for a file that is none of that format, `ImproperlyConfigured` as `site_certificate`.
    """
    # Loading the library takes a tenth of a second, and most processes sign nothing.
    import c2pa

    signer, context = _signer(os.getpid(), site_certificate())
    with c2pa.Builder(json.dumps(_manifest(title, RESIZED)), context=context) as builder:
        ingredient = {"title": title, "relationship": "parentOf", "label": "original"}
        builder.add_ingredient(json.dumps(ingredient), TYPES[original_format], io.BytesIO(original))
        if address:
            builder.set_no_embed()
            builder.set_remote_url(address)
        out = io.BytesIO()
        manifest = builder.sign(signer, TYPES[format], io.BytesIO(content), out)
    return Signed(out.getvalue(), bytes(manifest) if address else None)


def sign_original(content: bytes, format: str, parent: ParentManifest) -> bytes | None:
    """What is kept of an uploaded file, with the manifest that the file came with as its parent; None where that can't be carried on: it
    is too large, or may tell a place or a serial number where nothing can be redacted. `format` as Pillow names it.

    Raises `ImproperlyConfigured` as `site_certificate`.
    """
    out = io.BytesIO()
    is_signed = sign_with_parent(io.BytesIO(content), out, format, parent, "c2pa.transcoded")
    return out.getvalue() if is_signed else None


def sign_with_parent(source: BinaryIO, out: BinaryIO, format: str, parent: ParentManifest, did: str) -> bool:
    """Write `source` to `out` with a manifest of the site, whose parent is the one that the file had before `did`, an action of the
    standard, was done to it. Whether that can be carried on, as `sign_original`; `format`: a key of `TYPES`."""
    import c2pa

    certificate = site_certificate()
    signer, context = _signer(os.getpid(), certificate)
    done: list[dict[str, Any]] = [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": [LABEL]}},
        {"action": did},
        *(
            {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": address}}
            for address in parent.redactions
        ),
    ]
    manifest = {**_manifest("original", done), "redactions": parent.redactions}
    try:
        with c2pa.Builder(json.dumps(manifest), context=context) as builder:
            builder.add_ingredient_from_archive(io.BytesIO(parent.archive))
            written = bytes(builder.sign(signer, TYPES[format], source, out))
        out.seek(0)
        with c2pa.Reader(TYPES[format], out, context=context) as reader:
            is_right = reader.get_validation_state() == "Trusted"
    except c2pa.C2paError:
        return False
    return is_right and len(written) <= LARGEST_CARRIED and not names_a_place(written)


def _manifest(title: str, actions: list[dict[str, Any]]) -> dict:
    return {
        "claim_generator_info": [{"name": "Meiri"}],
        "title": title,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


@lru_cache(maxsize=1)
def _signer(process: int, certificate: SiteCertificate):
    """The signer and what it signs within, of this process: the library's objects do not outlive a fork."""
    import c2pa

    info = c2pa.C2paSignerInfo(certificate.algorithm.encode(), certificate.chain, certificate.key, None)
    return c2pa.Signer.from_info(info), context_trusting(certificate)


def context_trusting(certificate: SiteCertificate):
    """What manifests are read and signed within: without thumbnails, without asking other hosts, trusting a certificate's anchor."""
    import c2pa

    return c2pa.Context.from_dict(
        {
            "verify": {**OFFLINE, "verify_trust": True, "verify_after_sign": False},
            "trust": {"user_anchors": certificate.anchor.decode()},
            "builder": {"thumbnail": {"enabled": False}},
        }
    )
