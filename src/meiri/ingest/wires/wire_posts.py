"""What wires send by themselves: POST with the key of the source as bearer token (RFC 6750), the file as body."""

import hmac
import re
import tempfile
from pathlib import Path
from urllib.parse import unquote

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from meiri.ingest.guarded_reading import reading
from meiri.ingest.items import items_in
from meiri.ingest.parsed import Unreadable
from meiri.ingest.wire_models import WireSource
from meiri.ingest.wires.arriving import take_delivery
from meiri.ingest.wires.wires_desk import digest_of_key

MOST_BYTES = 16 * 1024 * 1024
SECONDS = 60


@csrf_exempt
@require_POST
def post_wire(request: HttpRequest) -> JsonResponse:
    """Take a file of any format of import. Answers with how many items were taken and refused, and why the first of these."""
    source = _source_of(request)
    if source is None:
        answer = JsonResponse({"error": "The key is missing or not known."}, status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if source.paused:
        return JsonResponse({"error": "This source is paused."}, status=403)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return JsonResponse({"error": f"More than {MOST_BYTES} bytes."}, status=413)
    WireSource.objects.filter(pk=source.pk).update(asked_at=timezone.now())
    name = _name_of(request)
    try:
        with reading(SECONDS) as reader, tempfile.TemporaryDirectory(prefix="meiri-wire-") as folder:
            path = Path(folder) / "wire"
            path.write_bytes(body)
            delivery = take_delivery(source, items_in(path, reader, name))
    except Unreadable:  # all places to read in are taken
        answer = JsonResponse({"error": "Busy; send it again."}, status=503)
        answer["Retry-After"] = "10"
        return answer
    status = 200 if delivery.taken or not delivery.refused else 422
    told = {"taken": delivery.taken, "refused": delivery.refused, "reason": delivery.reason}
    return JsonResponse(told, status=status)


def _source_of(request: HttpRequest) -> WireSource | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not 20 <= len(key) <= 100:
        return None
    digest = digest_of_key(key.strip())
    source = WireSource.objects.select_related("source", "channel", "station").filter(
        key_digest=digest, way=WireSource.Way.POST
    )
    found = source.first()
    return found if found and hmac.compare_digest(found.key_digest or "", digest) else None


def _name_of(request: HttpRequest) -> str:
    """What the file is called: by `Content-Disposition` (RFC 6266), for messages and for formats that are told by their names."""
    said = re.search(
        r"""filename\*?=(?:UTF-8'')?"?([^";]{1,200})""", request.headers.get("Content-Disposition", "")
    )
    return re.sub(r"[/\\\x00-\x1f]", "_", unquote(said[1])).lstrip(".") if said else "推送"
