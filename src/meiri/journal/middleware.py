"""What an editor sends is one deed: all of it is done and told to the journal, or none of it."""

from django.db import DEFAULT_DB_ALIAS
from wagtail.log_actions import LogContext

from meiri.journal.recording import recording

NEWSROOM = "/admin/"
READING = ("GET", "HEAD", "OPTIONS", "TRACE")


class RecordEditorsChanges:
    """The last middleware: a view of the newsroom that changes something runs in one transaction, with whoever is signed in.

    A view marked by `django.db.transaction.non_atomic_requests` has transactions of its own, since it takes long.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method in READING or not request.path_info.startswith(NEWSROOM):
            return None
        if DEFAULT_DB_ALIAS in getattr(view, "_non_atomic_requests", ()):
            return None
        user = request.user if request.user.is_authenticated else None
        with LogContext(user=user), recording():
            return view(request, *args, **kwargs)
