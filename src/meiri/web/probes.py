"""`/healthz`: does this process work? `/readyz`: may this node be given requests?"""

from django.db import DatabaseError
from django.http import JsonResponse

from meiri.health_checks import reasons_not_to_serve
from meiri.journal.log import last_sequence
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
    # Without Valkey all is done by the database.
    degraded = {"degraded": ["valkey"]} if valkey_is_away() else {}
    return JsonResponse({"status": "ready"} | degraded, headers=UNSTORED)
