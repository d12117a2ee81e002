"""Stored media as the application serves it where no nginx stands in front."""

from django.conf import settings
from django.views.static import serve


def stored(request, name):
    """A file below MEDIA_ROOT. Names below `pictures/` hold a digest of their content: they never change."""
    response = serve(request, name, document_root=settings.MEDIA_ROOT)
    age = "31536000, immutable" if name.startswith("pictures/") else "3600"
    response["Cache-Control"] = f"public, max-age={age}"
    # A stored file is never a page of the site, whatever is in it.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
