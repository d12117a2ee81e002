"""What the C2PA manifest of a file says (C2PA 2.2), read by c2pa-python. Asks no other host. Loads nothing of Django."""

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from meiri.media.provenance import AI_TYPES, MOST_ACTIONS, ContentCredentials, line, source_type

# Formats of pictures by Pillow's names of them, and videos and sounds by their content types, as c2pa knows them; others hold no manifest
# that it reads.
TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heif",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "video/mp4": "video/mp4",
    "audio/mp4": "audio/mp4",
    "audio/mpeg": "audio/mpeg",
    "audio/wav": "audio/wav",
    "audio/flac": "audio/flac",
}
# Manifests of a store that are looked at.
MOST_MANIFESTS = 50
_PIECE = 1024 * 1024
OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False}


def read_credentials(content: bytes | BinaryIO, format: str) -> ContentCredentials | None:
    """What the manifest of a file says, None where it has none. `format`: a key of `TYPES`."""
    if format not in TYPES or (isinstance(content, bytes) and not (b"c2pa" in content or b"C2PA" in content)):
        return None
    # Loading the library takes a tenth of a second: most pictures have no manifest.
    import c2pa

    try:
        with c2pa.Reader(TYPES[format], stream_of(content), context=_context()) as reader:
            read = json.loads(reader.json())
    except c2pa.C2paError as error:
        has_none = "ManifestNotFound" in str(error) or (
            not isinstance(content, bytes) and not _names_manifest(content)
        )
        return None if has_none else ContentCredentials("unreadable")
    except (ValueError, RecursionError):
        return ContentCredentials("unreadable")
    return credentials_of(read)


def stream_of(content: bytes | BinaryIO) -> BinaryIO:
    """What is read of a file, from its beginning."""
    if isinstance(content, bytes):
        return io.BytesIO(content)
    content.seek(0)
    return content


def _names_manifest(file: BinaryIO) -> bool:
    """Whether a file that c2pa can't read has a manifest at all."""
    file.seek(0)
    before = b""
    while piece := file.read(_PIECE):
        if b"jumbc2pa" in before + piece or b"application/x-c2pa-manifest-store" in before + piece:
            return True
        before = piece[-40:]
    return False


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
