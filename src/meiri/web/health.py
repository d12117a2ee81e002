"""`/healthz`: is this process able to serve?"""

from django.db import DatabaseError
from django.http import JsonResponse

from meiri.journal.log import last_sequence

UNSTORED = {"Cache-Control": "no-store"}


def healthz(request):
    """Anybody may ask: the answer tells nothing of what goes on in the newsroom."""
    try:
        last_sequence()
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503, headers=UNSTORED)
    return JsonResponse({"status": "ok"}, headers=UNSTORED)
