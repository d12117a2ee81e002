"""人员与岗位 in the admin: who works in the newsroom, and the form of one of them."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.members.models import User
from meiri.members.people import roles
from meiri.members.people_forms import PersonForm, may_change_posts, posts_of_form, save_person
from meiri.newsroom.models import Post
from meiri.newsroom.people import people_of_newsroom, people_with
from meiri.policy import check, may
from meiri.policy.checked_view import CheckedView

PER_PAGE = 50
LIST = {"url": "", "label": "人员与岗位"}


class PeopleView(CheckedView):
    """Fifty people a page, with the posts that they have. A fixed number of queries."""

    page_title = "人员与岗位"
    header_icon = "group"
    template_name = "members/admin/people.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, LIST]
    deed, thing = "change", User

    def get(self, request):
        words, role = request.GET.get("q", ""), asked_number(request.GET.get("role"))
        page = min(asked_number(request.GET.get("page")) or 1, 200)
        people = people_with(people_of_newsroom(), words)
        if role:
            people = people.filter(pk__in=Post.objects.filter(group=role).values("user"))
        start = (page - 1) * PER_PAGE
        found = list(people[start : start + PER_PAGE + 1])
        shown = found[:PER_PAGE]
        return self.render_to_response(
            self.get_context_data(
                people=[(person, posts) for person, posts in zip(shown, self.posts_of(shown), strict=True)],
                words=words,
                role=role,
                roles=roles(),
                next=page + 1 if len(found) > PER_PAGE else None,
                before=page - 1,
                may_add=may(request.user, "add", User),
            )
        )

    def posts_of(self, people: list[User]) -> list[list[Post]]:
        related = ("group", "deputy_for__user", "deputy_for__group")
        places = ("channels", "stations", "deputy_for__channels", "deputy_for__stations")
        posts = Post.objects.valid().filter(user__in=people).select_related(*related)
        by_person: dict[int, list[Post]] = {person.pk: [] for person in people}
        for post in posts.prefetch_related(*places).order_by("pk"):
            by_person[post.user_id].append(post)
        return list(by_person.values())


class PersonView(CheckedView):
    """One person, or a new one: all that is to be said of them on one screen."""

    header_icon = "user"
    template_name = "members/admin/person.html"
    deed, thing = "change", User

    def setup(self, request, *args, person_id=None, **kwargs):
        super().setup(request, *args, **kwargs)
        self.person = get_object_or_404(User, pk=person_id) if person_id else User()

    def check_permission(self):
        check(
            self.request.user, "change" if self.person.pk else "add", self.person if self.person.pk else User
        )

    @property
    def page_title(self):
        return (self.person.get_full_name() or str(self.person)) if self.person.pk else "新建人员"

    @property
    def breadcrumbs_items(self):
        people = {"url": reverse("people"), "label": "人员与岗位"}
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, people, {"url": "", "label": self.page_title}]

    def get(self, request, person_id=None):
        return self.answer(PersonForm(instance=self.person, by=request.user), self.posts())

    def post(self, request, person_id=None):
        form, posts = (
            PersonForm(request.POST, instance=self.person, by=request.user),
            self.posts(request.POST),
        )
        if form.is_valid() & (posts is None or posts.is_valid()):
            try:
                person = save_person(form, posts)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, f"“{person.get_full_name()}”已保存，权限立即生效。")
                return redirect("people")
        messages.error(request, "没有保存，请看标出的地方。")
        return self.answer(form, posts)

    def posts(self, data=None):
        if not may_change_posts(self.request.user, self.person):
            return None
        return posts_of_form(self.person, data)

    def answer(self, form, posts):
        return self.render_to_response(self.get_context_data(form=form, posts=posts, person=self.person))
