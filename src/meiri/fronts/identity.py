"""The site's identity out of its settings, kept until the journal tells that they changed."""

from meiri.fronts.models import SiteSettings
from meiri.identity import Identity
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import FOOTER

_kept: InvalidatingCache[str, Identity] = InvalidatingCache(1)


def current() -> Identity:
    """One small query to see that the journal stands still, one more where the settings changed."""
    return _kept.one("identity", lambda: (_read(), [FOOTER]))


def _read() -> Identity:
    site = SiteSettings.objects.first()
    return site.identity if site else Identity()
