"""What stands at the slots for advertisements: a piece of a page, the same for everybody, of which the browser takes one.

So a stored page holds no advertisement, and none is made anew where one comes and goes; and each is shown as often as its weight
says, which pages that are made once in a while could not do.
"""

from django.http import Http404
from django.shortcuts import render

from meiri.delivery.rendering import page
from meiri.fronts.advertisements import Slot, advertisements_at


@page
def advertisements(request, slot: str):
    """Those at a slot. Two queries."""
    if slot not in Slot.values:
        raise Http404
    context = {"advertisements": advertisements_at(slot), "slot": slot}
    return render(request, "fronts/advertisements.html", context)
