"""A contributor's pages: apply, write, and see how each manuscript stands."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meiri.asked_numbers import asked_number
from meiri.members import contributing
from meiri.members.models import Application, Decision, Manuscript

PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def contributing_page(request):
    """How the application stands; for a contributor, the own manuscripts."""
    application = Application.objects.filter(member=request.user).first()
    may_apply = application is None or application.state == Decision.DECLINED
    if request.method == "POST" and may_apply:
        form = contributing.ContributorForm(request.POST)
        if not form.by_robot and form.is_valid():
            contributing.apply_as_contributor(
                request.user, form.cleaned_data["name"], form.cleaned_data["reasons"]
            )
        elif not form.by_robot:
            context = {"application": application, "form": form}
            return render(request, "members/apply.html", context, status=422)
        return redirect("member-contributing")
    if application is None or application.state != Decision.ACCEPTED:
        empty = contributing.ContributorForm() if may_apply else None
        return render(request, "members/apply.html", {"application": application, "form": empty})
    manuscripts = Manuscript.objects.filter(member=request.user).select_related("article__channel")
    if (before := asked_number(request.GET.get("before"))) is not None:
        manuscripts = manuscripts.filter(pk__lt=before)
    found = list(manuscripts.order_by("-pk")[: PER_PAGE + 1])
    after = found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None
    return render(request, "members/manuscripts.html", {"manuscripts": found[:PER_PAGE], "after": after})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def write(request):
    """The form of a manuscript."""
    if not contributing.is_contributor(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return render(request, "members/write.html", {"form": contributing.ManuscriptForm()})
    form = contributing.ManuscriptForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "members/write.html", {"form": form}, status=422)
    if contributing.sends_too_often(request.user):
        context = {"form": form, "refusal": f"一天最多投 {contributing.MOST_MANUSCRIPTS} 篇，请明天再来。"}
        return render(request, "members/write.html", context, status=429)
    try:
        contributing.send_manuscript(request.user, form)
    except ValidationError as error:
        form.add_error(None, error.messages[0])
        return render(request, "members/write.html", {"form": form}, status=422)
    return redirect("member-contributing")
