"""What the C2PA manifest of a file says (C2PA 2.2), read by c2pa-python. Asks no other host. Loads nothing of Django."""

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from meiri.media.provenance import AI_TYPES, MOST_ACTIONS, ContentCredentials, line, source_type

# Pillow's names of formats, as c2pa knows them; others hold no manifest that it reads.
TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heif",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
}
# Manifests of a store that are looked at.
MOST_MANIFESTS = 50
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}


def read_credentials(content: bytes, format: str) -> ContentCredentials | None:
    """What the manifest of a file says, None where it has none. `format` as Pillow names it."""
    if format not in TYPES or not (b"c2pa" in content or b"C2PA" in content):
        return None
    # Loading the library takes a tenth of a second: most pictures have no manifest.
    import c2pa

    try:
        with c2pa.Reader(TYPES[format], io.BytesIO(content), context=_context()) as reader:
            read = json.loads(reader.json())
    except c2pa.C2paError as error:
        return None if "ManifestNotFound" in str(error) else ContentCredentials("unreadable")
    except (ValueError, RecursionError):
        return ContentCredentials("unreadable")
    return credentials_of(read)


def credentials_of(read: dict[str, Any]) -> ContentCredentials:
    """What the report of a reader says of its active manifest; the kind of source is the first that any of the store's
    manifests names, one that speaks of artificial intelligence before all others."""
    manifests = read.get("manifests") or {}
    active = manifests.get(read.get("active_manifest")) or {}
    signature = active.get("signature_info") or {}
    generators = active.get("claim_generator_info") or [{}]
    kinds = [
        kind
        for manifest in list(manifests.values())[:MOST_MANIFESTS]
        for action in _actions(manifest)
        if (kind := source_type(action.get("digitalSourceType")))
    ]
    return ContentCredentials(
        str(read.get("validation_state", "invalid")).lower(),
        signer=line(signature.get("common_name") or signature.get("issuer")),
        generator=line(generators[0].get("name") or active.get("claim_generator")),
        signed_at=line(signature.get("time")),
        actions=tuple(line(action.get("action")) for action in _actions(active)),
        source_type=next((kind for kind in kinds if kind in AI_TYPES), next(iter(kinds), "")),
    )


def _actions(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = 0
    for assertion in manifest.get("assertions") or []:
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in (assertion.get("data") or {}).get("actions") or []:
                if isinstance(action, dict) and found < MOST_ACTIONS:
                    found += 1
                    yield action


@cache
def _context():
    import c2pa

    return c2pa.Context.from_dict({"verify": {**OFFLINE, "verify_trust": True}})
