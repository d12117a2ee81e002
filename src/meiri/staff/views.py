from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meiri.staff.lookup import MOST, PERIOD, LookupForm, find, too_many


@require_safe
@never_cache
def lookup(request):
    """The look-up form and, with `?q=`, its answer."""
    asked = "q" in request.GET
    form = LookupForm(request.GET if asked else None)
    context = {"form": form, "now": timezone.localtime()}
    if not asked:
        return render(request, "staff/lookup.html", context)
    if not form.is_valid():
        return render(request, "staff/lookup.html", context, status=422)
    if too_many(request):
        minutes = int(PERIOD.total_seconds()) // 60
        form.add_error(None, f"{minutes} 分钟内最多查询 {MOST} 次，请稍后再查。")
        return render(request, "staff/lookup.html", context, status=429)
    words = form.cleaned_data["q"]
    return render(request, "staff/lookup.html", context | {"asked": words, "cards": find(words)})
