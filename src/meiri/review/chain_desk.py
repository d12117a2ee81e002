"""审校流程 in the admin: chains and their steps, set up by chiefs."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import BaseFormSet, formset_factory
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.newsroom.models import Kind
from meiri.policy import administers
from meiri.policy.checked_view import CheckedView
from meiri.review.chains import ChainStep, ReviewChain, StepPart, active_chains
from meiri.review.permissions import may_set_up
from meiri.review.setting_up import put_into_workflow

MOST_STEPS = 12


class ChainForm(forms.ModelForm):
    class Meta:
        model = ReviewChain
        fields = ("name", "lane", "channels", "stations", "kind", "check_after", "active")
        widgets = {
            "channels": forms.SelectMultiple(attrs={"size": 8}),
            "stations": forms.SelectMultiple(attrs={"size": 8}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", "不分体裁"), *Kind.choices]


class StepForm(forms.Form):
    """One step; its order is that of the forms, by their numbers."""

    key = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="名称", max_length=20, error_messages={"required": "请写明这一步的名称。"})
    part = forms.ChoiceField(label="性质", choices=StepPart.choices)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        label="由谁审校",
        widget=forms.SelectMultiple(attrs={"size": 5}),
        error_messages={"required": "请选择由哪些岗位审校，否则没有人能做这一步。"},
    )
    minutes = forms.IntegerField(label="时限（分钟）", min_value=1, max_value=60 * 24 * 30)
    checklist = forms.CharField(
        label="要点，每行一条", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    checks_credits = forms.BooleanField(label="供图、责任编辑改动后须重审", required=False)


class StepForms(BaseFormSet):
    ordering_widget = forms.NumberInput
    deletion_widget = forms.CheckboxInput

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["ORDER"].label, form.fields["DELETE"].label = "顺序", "取消这一步"

    def clean(self):
        if any(self.errors):
            return
        kept = [form for form in self.ordered_forms if form.cleaned_data.get("name")]
        if not kept:
            raise forms.ValidationError("流程至少要有一步。")
        names = [form.cleaned_data["name"] for form in kept]
        if len(set(names)) < len(names):
            raise forms.ValidationError("两步的名称相同，请改成不同的名称。")


Steps = formset_factory(
    StepForm,
    formset=StepForms,
    extra=2,
    can_order=True,
    can_delete=True,
    max_num=MOST_STEPS,
    validate_max=True,
)


class ChainDeskView(CheckedView):
    page_title = "审校流程"
    header_icon = "clipboard-list"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "审校流程"}]

    def check_permission(self):
        if not may_set_up(self.request.user):
            raise PermissionDenied("审校流程由主编设置。")


class ChainsView(ChainDeskView):
    template_name = "review/chains.html"

    def check_permission(self):
        if not administers(self.request.user):
            super().check_permission()

    def get(self, request):
        chains = ReviewChain.objects.prefetch_related("channels", "stations", "steps__groups").order_by(
            "lane", "pk"
        )
        return self.render_to_response(
            self.get_context_data(
                chains=chains, may_set_up=may_set_up(request.user), none_active=not active_chains()
            )
        )


class ChainView(ChainDeskView):
    """The form of a chain with its steps, or of a new one."""

    template_name = "review/chain.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        key = kwargs.get("chain_id")
        self.chain = get_object_or_404(ReviewChain, pk=key) if key else ReviewChain()

    def get_breadcrumbs_items(self):
        chains = {"url": reverse("review_chains"), "label": "审校流程"}
        own = {"url": "", "label": self.chain.name or "新流程"}
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, chains, own]

    def get(self, request, **kwargs):
        return self.show(ChainForm(instance=self.chain), Steps(initial=self.stored_steps(), prefix="steps"))

    def post(self, request, **kwargs):
        form = ChainForm(request.POST, instance=self.chain)
        steps = Steps(request.POST, initial=self.stored_steps(), prefix="steps")
        if not (form.is_valid() and steps.is_valid()):
            return self.show(form, steps, status=422)
        with transaction.atomic():
            chain = form.save()
            store_steps(
                chain, [step.cleaned_data for step in steps.ordered_forms if step.cleaned_data.get("name")]
            )
            put_into_workflow(chain, request.user)
        messages.success(request, f"“{chain.name}”已保存，改动记入日志。审校中的稿件须按新流程补齐。")
        return redirect("review_chains")

    def show(self, form, steps, status=200):
        return self.render_to_response(
            self.get_context_data(form=form, steps=steps, chain=self.chain), status=status
        )

    def stored_steps(self) -> list[dict]:
        if not self.chain.pk:
            return []
        return [
            {
                "key": step.pk,
                "name": step.name,
                "part": step.part,
                "groups": [group.pk for group in step.groups.all()],
                "minutes": step.minutes,
                "checklist": step.checklist,
                "checks_credits": step.checks_credits,
            }
            for step in self.chain.current_steps
        ]


def store_steps(chain: ReviewChain, given: list[dict]) -> None:
    """Make the chain's steps those that were given, in their order. A step that is left out stays for the reviews that were done."""
    known = {step.pk: step for step in ChainStep.objects.filter(chain=chain)}
    kept = set()
    for order, one in enumerate(given):
        step = known.get(one["key"]) or ChainStep(chain=chain)
        for name in ("name", "part", "minutes", "checklist", "checks_credits"):
            setattr(step, name, one[name])
        step.order, step.in_force, step.active = order, True, True
        step.save()
        step.groups.set(one["groups"])
        kept.add(step.pk)
    ChainStep.objects.filter(chain=chain).exclude(pk__in=kept).update(in_force=False)
