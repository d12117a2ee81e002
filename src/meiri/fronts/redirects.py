"""Old addresses of laid-out pages, of channels, stations and their sub-columns lead to the new ones, and the journal tells of it.

Wagtail makes such redirects in bulk, past all receivers; here it is asked to, in the transaction of the entry.
"""

from django.db import transaction
from django.db.models.signals import post_save, pre_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.signal_handlers import create_redirects
from wagtail.models import Page, Site
from wagtail.signals import page_slug_changed, post_page_move

from meiri.fronts.events import RedirectCreated
from meiri.journal.content_keys import REDIRECTS
from meiri.journal.log import actor, append
from meiri.journal.recording import acting_user
from meiri.sections.models import Channel, Section, Station, Subsection


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


def note_address(sender, instance: Section, **details) -> None:
    """Before a section is saved: the addresses that it had."""
    stored = sender._default_manager.filter(pk=instance.pk).first() if instance.pk else None
    instance.__dict__["addresses_before"] = addresses_of(stored) if stored else []


def lead_on_section(sender, instance: Section, **details) -> None:
    """After a section was saved: the addresses that it had lead to those that it has now, its feeds' too."""
    before = instance.__dict__.pop("addresses_before", [])
    after = addresses_of(instance) if before else []
    for old, new in zip(before, after, strict=False):
        if old != new:
            lead_from(old, new)
            lead_from(f"{old}rss.xml", f"{new}rss.xml")


def addresses_of(section: Section) -> list[str]:
    """The address of a section and of what stands below it."""
    own = section.get_absolute_url()
    if not isinstance(section, Channel | Station):
        return [own]
    below = Subsection.objects.of(section).order_by("pk").values_list("slug", flat=True)
    return [own, *(f"{own}{slug}/" for slug in below)]


def lead_from(old: str, new: str) -> None:
    """Redirect from `old` to `new`, both addresses of the site; also what led to `old` before."""
    old_path = Redirect.normalise_path(old)
    Redirect.objects.filter(old_path=Redirect.normalise_path(new), redirect_page=None).delete()
    for earlier in Redirect.objects.filter(redirect_link=old):
        earlier.redirect_link = new
        earlier.save()
    found = Redirect.objects.filter(old_path=old_path, site=None).first() or Redirect(old_path=old_path)
    found.redirect_page, found.redirect_link, found.is_permanent = None, new, True
    found.save()


def connect() -> None:
    for model in (Channel, Station, Subsection):
        pre_save.connect(note_address, sender=model, dispatch_uid=f"redirects.{model.__name__}.before")
        post_save.connect(lead_on_section, sender=model, dispatch_uid=f"redirects.{model.__name__}")
    page_slug_changed.connect(when_renamed, dispatch_uid="redirects")
    post_page_move.connect(when_moved, dispatch_uid="redirects")
