"""The readers' pages of letters. Nothing of a letter or of its writer goes into a log."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from meiri.asked_numbers import LARGEST_ID, asked_number
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import LETTERS, TODAY
from meiri.letters import handling
from meiri.letters.models import Letter, Message, Stage
from meiri.letters.tally import stages, statistics
from meiri.letters.traceless_pages import leave_no_trace, without_referrer
from meiri.letters.writing import (
    MOST_LETTERS,
    TOO_MANY_FILES,
    AdditionForm,
    AskForm,
    LetterForm,
    TakeBackForm,
    submit_letter,
    too_many_files,
    too_many_letters,
    too_many_looks,
)

PER_PAGE = 10


@page(varies_by=("before",))
@require_safe
def index(request):
    """What letters are for, how many are at which stage, and those that were published."""
    return render(request, "letters/index.html", _index(request))


@leave_no_trace
@require_safe
def find_letter(request):
    """From a receipt number, which the form on the front of letters asks for, to its page."""
    number = request.GET.get("receipt", "").strip().upper()
    if number and len(number) <= 20 and all(c.isascii() and (c.isalnum() or c == "-") for c in number):
        return HttpResponseRedirect(reverse("letter", args=[number]))
    return render(request, "letters/index.html", _index(request) | {"bad_receipt": True}, status=422)


def _index(request) -> dict:
    uses(LETTERS)
    letters = Letter.objects.newest_published(PER_PAGE + 1, asked_number(request.GET.get("before")))
    more, letters = len(letters) > PER_PAGE, letters[:PER_PAGE]
    counts = stages()
    return {
        "letters": letters,
        "next": letters[-1].pk if more else None,
        "stages": [(stage.label, counts.get(stage.value, 0)) for stage in Stage],
    }


@page
@require_safe
def numbers(request):
    """How many letters came and were answered, by month and station, and how long it took."""
    uses(LETTERS, TODAY)
    context = {"statistics": statistics(timezone.localdate())}
    return without_referrer(render(request, "letters/numbers.html", context))


@page
@require_safe
def published_letters(request, letter_id: int):
    """One published letter with its answer; of one that was withdrawn the reason (410)."""
    if letter_id > LARGEST_ID:
        raise Http404
    letter = get_object_or_404(Letter.objects.once_published().as_printed(), pk=letter_id)
    uses(letter.content_key)
    if letter.published_at is None:
        return without_referrer(render(request, "letters/withdrawn.html", {"letter": letter}, status=410))
    return without_referrer(render(request, "letters/published.html", {"letter": letter}))


@sensitive_post_parameters()
@leave_no_trace
@require_http_methods(["GET", "HEAD", "POST"])
def write(request):
    """The form, and the receipt for what was sent with it."""
    if request.method != "POST":
        return render(request, "letters/write.html", {"form": LetterForm()})
    form = LetterForm(request.POST, request.FILES)
    if form.by_robot:
        return render(request, "letters/thanks.html", {"receipt": None})
    if too_many_files(request):
        form = LetterForm(request.POST)
        form.add_error("attachments", TOO_MANY_FILES)
        return render(request, "letters/write.html", {"form": form}, status=429)
    if not form.is_valid():
        return render(request, "letters/write.html", {"form": form}, status=422)
    if too_many_letters(request):
        form.add_error(None, f"一小时内最多提交 {MOST_LETTERS} 封来信，请稍后再试。")
        return render(request, "letters/write.html", {"form": form}, status=429)
    return render(request, "letters/thanks.html", {"receipt": submit_letter(form)})


@sensitive_post_parameters()
@leave_no_trace
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request, receipt: str):
    """Where a letter stands, for whoever has its key, who may add to it or take it back.

    A wrong number and a wrong key look the same.
    """
    form = AskForm(request.POST or None)
    context = {"receipt": receipt.upper(), "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "letters/ask.html", context, status=status)
    if too_many_looks(request):
        form.add_error(None, "查询过于频繁，请十分钟后再试。")
        return render(request, "letters/ask.html", context, status=429)
    letter = Letter.objects.filter(receipt=receipt.upper()).first()
    if letter is None or not letter.opens_with(form.cleaned_data["key"]):
        form.add_error(None, "回执号或查询码不正确，请核对后再试。")
        return render(request, "letters/ask.html", context, status=403)
    return _of_writer(request, letter, form.cleaned_data["key"])


def _of_writer(request, letter: Letter, key: str):
    """What the writer of `letter` asked for with its key, done, and how the letter stands then."""
    addition, taking_back, done = AdditionForm(), TakeBackForm(), ""
    match request.POST.get("deed"):
        case "add":
            addition, done = _add(request, letter)
        case "take_back":
            taking_back = TakeBackForm(request.POST)
            if taking_back.is_valid():
                handling.take_back_letter(letter)
                done = "来信已撤回，来信内容、附件和联系方式已经删除。"
    letter = Letter.objects.select_related("station").get(pk=letter.pk)
    context = {
        "letter": letter,
        "key": key,
        "steps": list(letter.steps.all()),
        "messages_of_both": list(letter.messages.exclude(kind=Message.Kind.NOTE)),
        "attachments": letter.attachments.count(),
        "open": letter.stage != Stage.CLOSED,
        "addition": addition,
        "taking_back": taking_back,
        "done": done,
    }
    wrong = addition.is_bound or (taking_back.is_bound and not done)
    return render(request, "letters/progress.html", context, status=422 if wrong else 200)


def _add(request, letter: Letter) -> tuple[AdditionForm, str]:
    """The form as it is to be shown again, and what is said of it where it was kept."""
    form = AdditionForm(request.POST, request.FILES)
    if not form.by_robot and too_many_files(request):
        form = AdditionForm(request.POST)
        form.add_error("attachments", TOO_MANY_FILES)
        return form, ""
    if form.by_robot or not form.is_valid():
        return form, ""
    try:
        handling.add_to_letter(
            letter, form.cleaned_data["text"], form.cleaned_data["attachments"], form.token_digest
        )
    except ValidationError as error:
        form.add_error(None, error)
        return form, ""
    return AdditionForm(), "补充的内容已收到。"
