"""`/healthz`: is this process able to serve?"""

from django.db import DatabaseError
from django.http import JsonResponse

from meiri.journal.log import last_sequence


def healthz(request):
    try:
        journal = last_sequence()
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok", "journal": journal}, headers={"Cache-Control": "no-store"})
