"""What a visitor reads when a request can't be taken, with what to do next."""

from django.core.exceptions import RequestDataTooBig
from django.shortcuts import render


def _refusal(request, status: int, heading: str, advice: str):
    return render(request, "visitors/refusal.html", {"heading": heading, "advice": advice}, status=status)


def bad_request(request, exception=None):
    if isinstance(exception, RequestDataTooBig):
        return _refusal(request, 413, "内容太大", "提交的内容超过了限度，请删减后再提交。")
    return _refusal(
        request, 400, "无法读取提交的内容", "内容的格式或编码有误，请返回上一页，重新填写后再提交。"
    )


def forbidden(request, exception=None):
    return _refusal(request, 403, "没有权限", "您没有查看此页的权限。如有疑问，请联系编辑部。")


def csrf_failure(request, reason=""):
    """The form is too old, or cookies are off."""
    return _refusal(
        request,
        403,
        "页面已过期，没有提交成功",
        "请返回上一页，刷新后重新提交；如果仍不成功，请在浏览器里允许本网使用 Cookie。",
    )
