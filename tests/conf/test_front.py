"""Which requests get which threads."""

from types import SimpleNamespace

import pytest

from meiri.conf.front import brings_files


def a_request(path, method="POST", kind="multipart/form-data; boundary=x"):
    return SimpleNamespace(path=path, method=method, headers={"content-type": kind} if kind else {})


@pytest.mark.parametrize(
    "path",
    ["/admin/import/", "/admin/images/add/", "/admin/images/multiple/add/", "/letters/write/", "/members/contributing/write/"],
)  # fmt: skip
def test_b21_forms_with_files_take_no_thread_of_readers(path):
    assert brings_files(a_request(path))


@pytest.mark.parametrize(
    "request_",
    [
        a_request("/admin/images/add/", method="GET"),
        a_request("/admin/login/", kind="application/x-www-form-urlencoded"),
        a_request("/search/", method="GET", kind=""),
        a_request("/admin/snippets/newsroom/article/edit/1/"),
    ],
)
def test_b21_reading_signing_in_and_writing_wait_for_no_upload(request_):
    assert not brings_files(request_)
