"""Views of desks ask the policy before they answer, whatever method and address they are asked by."""

import ast

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from meiri.comments.models import Comment
from meiri.policy.checked_view import CheckedView
from tests.conftest import PROJECT
from tests.members.people import a_member

pytestmark = pytest.mark.django_db


class Desk(CheckedView):
    deed, thing = "moderate", Comment

    def get(self, request):
        raise AssertionError("it was answered")

    post = get


@pytest.mark.parametrize("method", ["get", "post", "put", "options"])
def test_whoever_may_not_gets_no_answer(method):
    request = getattr(RequestFactory(), method)("/admin/desk/")
    request.user = a_member()
    with pytest.raises(PermissionDenied):
        Desk.as_view()(request)


def test_no_view_asks_the_policy_in_a_dispatch_of_its_own():
    """But one that answers whoever may not with a sentence and the way back."""
    asking = set()
    for path in (PROJECT / "src/meiri").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Name) and base.id == "WagtailAdminTemplateMixin" for base in node.bases
            ):
                dispatch = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "dispatch"]
                asking |= {node.name for f in dispatch if "check" in ast.unparse(f)}
    assert asking == {"CheckedView", "TakeDownView"}
