"""Addresses of the pages directly below the home page: they are of one kind with those of channels and of the site's services."""

from wagtail.admin.forms.pages import CopyForm, WagtailAdminPageForm
from wagtail.models import Page

from meiri.delivery.public_addresses import LAID_OUT_ADDRESSES, RESERVED_ADDRESSES
from meiri.fronts.change_faults import fault_of_change
from meiri.sections.models import Channel


def taken_by_others(slug: str, parent: Page | None) -> str:
    """Why no page can be reached at `slug` below `parent`, in words for the editor; empty where one can."""
    if parent is None or not parent.is_site_root():
        return ""
    if slug in RESERVED_ADDRESSES - LAID_OUT_ADDRESSES:
        return f"“{slug}”已用作网站其他栏目的地址，请换一个。"
    channel = Channel.objects.filter(slug=slug).first()
    return f"“{slug}”是频道“{channel.name}”的地址，请换一个。" if channel else ""


class FrontForm(WagtailAdminPageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.live and not self.instance.has_unpublished_changes:
            # What was said of the version that readers see is not said of the next one.
            self.initial |= {"change_kind": "", "change_reason": ""}

    def clean(self):
        cleaned = super().clean()
        if fault := fault_of_change(self.instance, cleaned):
            self.add_error(fault.field, fault.words)
        if reason := taken_by_others(cleaned.get("slug", ""), self.parent_page):
            self.add_error("slug", reason)
        return cleaned


class FrontCopyForm(CopyForm):
    def clean(self):
        cleaned = super().clean()
        parent = cleaned.get("new_parent_page") or self.page.get_parent()
        if reason := taken_by_others(cleaned.get("new_slug", ""), parent):
            self.add_error("new_slug", reason)
        return cleaned
