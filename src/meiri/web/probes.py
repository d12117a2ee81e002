"""`/healthz`: does this process work? `/readyz`: may this node be given requests?"""

from django.db import DatabaseError
from django.http import JsonResponse

from meiri.health_checks import reasons_not_to_serve
from meiri.journal.log import last_sequence
from meiri.journal.read_replica import read_replica_is_away
from meiri.s3 import s3_is_away
from meiri.valkey import valkey_is_away

UNSTORED = {"Cache-Control": "no-store"}


def healthz(request):
    """Anybody may ask: the answer tells nothing of what goes on in the newsroom."""
    try:
        last_sequence()
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503, headers=UNSTORED)
    return JsonResponse({"status": "ok"}, headers=UNSTORED)


def readyz(request):
    """Anybody may ask: of what is wrong the name of the part alone is told. `meiri doctor` says more."""
    if reasons := reasons_not_to_serve():
        return JsonResponse({"status": "not ready", "reasons": reasons}, status=503, headers=UNSTORED)
    # Without Valkey all is done by the database; without S3 readers get pages, and the media files that the node has at hand.
    # Without the read replica the database answers readers.
    away = {"read replica": read_replica_is_away(), "s3": s3_is_away(), "valkey": valkey_is_away()}
    degraded = [part for part, is_away in away.items() if is_away]
    return JsonResponse({"status": "ready"} | ({"degraded": degraded} if degraded else {}), headers=UNSTORED)
