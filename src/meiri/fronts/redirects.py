"""Old addresses of laid-out pages lead to the new ones, and the journal tells of it.

Wagtail makes such redirects in bulk, past all receivers; here it is asked to, in the transaction of the entry.
"""

from django.db import transaction
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.signal_handlers import create_redirects
from wagtail.models import Page, Site
from wagtail.signals import page_slug_changed, post_page_move

from meiri.fronts.events import RedirectCreated
from meiri.journal.content_keys import REDIRECTS
from meiri.journal.log import actor, append
from meiri.journal.recording import acting_user


def lead_on(page: Page, before: Page) -> None:
    """Redirect from the addresses that `page` and those below it had when it was as `before`."""
    if not Page.objects.filter(pk=page.pk).exists():  # deleted before what waited for the commit
        return
    roots = [root for root in Site.get_site_root_paths() if page.url_path.startswith(root.root_path)]
    sites = Site.objects.filter(pk__in=[root.site_id for root in roots]).exclude(root_page=page)
    newest = Redirect.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with transaction.atomic():
        create_redirects(page=page, page_old=before, sites=sites)
        made = Redirect.objects.filter(pk__gt=newest).count()
        if made:
            event = RedirectCreated(keys=[REDIRECTS], title=page.title, url=page.url or "", redirects=made)
            append(event, actor(acting_user()))


def when_renamed(instance: Page, instance_before: Page, **details) -> None:
    lead_on(instance, instance_before)


def when_moved(instance: Page, url_path_before: str, url_path_after: str, **details) -> None:
    if url_path_before == url_path_after:
        return
    page = instance.specific
    before = type(page)()
    before.__dict__.update(page.__dict__)
    before.url_path = url_path_before
    lead_on(page, before)


def connect() -> None:
    page_slug_changed.connect(when_renamed, dispatch_uid="redirects")
    post_page_move.connect(when_moved, dispatch_uid="redirects")
