"""The readers' pages of letters. Nothing of a letter or of its writer goes into a log."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from meiri.delivery.keys import uses
from meiri.letters.models import Letter, Stage, StageCount
from meiri.letters.writing import (
    MOST_LETTERS,
    AskForm,
    LetterForm,
    submit,
    too_many_letters,
    too_many_looks,
)

PER_PAGE = 10
LARGEST_ID = 2**63 - 1


@require_safe
def index(request):
    """What letters are for, how many are at which stage, and those that were published."""
    if number := request.GET.get("receipt", "").strip().upper():
        if len(number) <= 20 and all(c.isascii() and (c.isalnum() or c == "-") for c in number):
            return redirect("letter", number)
        return render(request, "letters/index.html", _index(request) | {"bad_receipt": True}, status=422)
    return render(request, "letters/index.html", _index(request))


def _index(request) -> dict:
    uses("letters")
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    letters = Letter.objects.newest_published(PER_PAGE + 1, before)
    more, letters = len(letters) > PER_PAGE, letters[:PER_PAGE]
    counts = dict(StageCount.objects.values_list("stage", "letters"))
    return {
        "letters": letters,
        "next": letters[-1].pk if more else None,
        "stages": [(stage.label, counts.get(stage.value, 0)) for stage in Stage],
    }


@require_safe
def published(request, letter_id: int):
    """One published letter with its answer."""
    if letter_id > LARGEST_ID:
        raise Http404
    letter = get_object_or_404(Letter.objects.published().select_related("station"), pk=letter_id)
    uses(letter.content_key)
    return render(request, "letters/published.html", {"letter": letter})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request):
    """The form, and the receipt for what was sent with it."""
    if request.method != "POST":
        return render(request, "letters/write.html", {"form": LetterForm()})
    form = LetterForm(request.POST)
    if form.by_robot:
        return render(request, "letters/thanks.html", {"receipt": None})
    if not form.is_valid():
        return render(request, "letters/write.html", {"form": form}, status=422)
    if too_many_letters(request):
        form.add_error(None, f"一小时内最多提交 {MOST_LETTERS} 封来信，请稍后再试。")
        return render(request, "letters/write.html", {"form": form}, status=429)
    return render(request, "letters/thanks.html", {"receipt": submit(form)})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def progress(request, receipt: str):
    """Where a letter stands, for whoever has its key. A wrong number and a wrong key look the same."""
    form = AskForm(request.POST or None)
    context = {"receipt": receipt.upper(), "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "letters/ask.html", context, status=status)
    if too_many_looks(request):
        form.add_error(None, "查询过于频繁，请十分钟后再试。")
        return render(request, "letters/ask.html", context, status=429)
    letter = Letter.objects.select_related("station").filter(receipt=receipt.upper()).first()
    if letter is None or not letter.opens_with(form.cleaned_data["key"]):
        form.add_error(None, "回执号或查询码不正确，请核对后再试。")
        return render(request, "letters/ask.html", context, status=403)
    context = {"letter": letter, "steps": list(letter.steps.all())}
    return render(request, "letters/progress.html", context)
