"""C2PA manifests of the sizes that are made of pictures: signed by the site, with the original as their parent."""

import io
import json
import os
from dataclasses import dataclass
from functools import lru_cache

from meiri.media.manifest_reading import OFFLINE, TYPES
from meiri.media.site_certificate import SiteCertificate, site_certificate

# What the address of a manifest that is not in its file ends with, after the file's name.
SUFFIX = ".c2pa"
# Pixels of width from which a size has its manifest in itself: 3.5 kB. Smaller ones name the address of theirs: 0.1 to 0.7 kB.
EMBEDDED = 1280


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
    with c2pa.Builder(json.dumps(_manifest(title)), context=context) as builder:
        ingredient = {"title": title, "relationship": "parentOf", "label": "original"}
        builder.add_ingredient(json.dumps(ingredient), TYPES[original_format], io.BytesIO(original))
        if address:
            builder.set_no_embed()
            builder.set_remote_url(address)
        out = io.BytesIO()
        manifest = builder.sign(signer, TYPES[format], io.BytesIO(content), out)
    return Signed(out.getvalue(), bytes(manifest) if address else None)


def _manifest(title: str) -> dict:
    actions = [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": ["original"]}},
        {"action": "c2pa.resized"},
    ]
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
