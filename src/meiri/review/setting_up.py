"""Make and change chains, with the workflow of Wagtail's that each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import Workflow, WorkflowTask

from meiri.journal.log import actor, append
from meiri.newsroom.models import Desk
from meiri.newsroom.roles import CHIEFS, EDITORS
from meiri.review.chains import ChainStep, Lane, ReviewChain, StepPart
from meiri.review.events import ChainChanged


@dataclass(frozen=True)
class FirstStep:
    """A step of a chain that a newsroom begins with."""

    name: str
    groups: tuple[str, ...]
    part: StepPart
    minutes: int
    points: tuple[str, ...]
    checks_credits: bool = False


# Of these groups those that the newsroom has.
HEADS = (CHIEFS, "总编辑", "值班总编")
SENIOR = (EDITORS, "栏目主编", "地方站站长", *HEADS)
REVIEWERS = ("地方站编辑", *SENIOR)
PROOFREADERS = ("校对", *REVIEWERS)
FACTS = ("事实、人名、职务、数字已核对", "来源和授权合规")
LINE = ("导向正确", "标题与正文相符")
PROOF_1 = FirstStep("一校", PROOFREADERS, StepPart.PROOF, 60, ("对照原稿逐字校过",))
PROOF_2 = FirstStep("二校", PROOFREADERS, StepPart.PROOF, 60, ("人名、地名、数字前后一致",))
PROOF_3 = FirstStep("三校", PROOFREADERS, StepPart.PROOF, 60, ("通读成稿，标题、图注、版式无误",))
FIRST = FirstStep("初审", REVIEWERS, StepPart.REVIEW, 120, FACTS)
SECOND = FirstStep("复审", SENIOR, StepPart.REVIEW, 120, LINE)
FINAL = FirstStep("终审", HEADS, StepPart.REVIEW, 120, ("政治、法律、舆论风险已判断",), checks_credits=True)
SIGNED = FirstStep("签发", HEADS, StepPart.BOTH, 10, ("事实有据，可以发布",), checks_credits=True)

# What a newsroom begins with: the name of each chain, its lane, its steps, and within how many minutes it is checked again.
FIRST_CHAINS: tuple[tuple[str, Lane, tuple[FirstStep, ...], int | None], ...] = (
    ("三审三校", Lane.NORMAL, (PROOF_1, FIRST, PROOF_2, SECOND, PROOF_3, FINAL), None),
    ("快讯应急", Lane.FAST, (FirstStep("初审", REVIEWERS, StepPart.BOTH, 10, FACTS[:1]), SIGNED), 30),
    (
        "转载",
        Lane.REPRINT,
        (FirstStep("初审", REVIEWERS, StepPart.BOTH, 60, FACTS[1:]), FINAL),
        None,
    ),
    (
        "发后小改",
        Lane.REPAIR,
        (FirstStep("核改", REVIEWERS, StepPart.BOTH, 30, ("改动之处已核对",)),),
        None,
    ),
)


@transaction.atomic
def create_first_chains() -> list[ReviewChain]:
    """The chains that a newsroom begins with, where it has none; else nothing is changed."""
    if ReviewChain.objects.exists():
        return []
    desks = list(Group.objects.filter(pk__in=Desk.objects.values("group")))
    made = []
    for name, lane, steps, check_after in FIRST_CHAINS:
        chain = ReviewChain.objects.create(name=name, lane=lane, check_after=check_after)
        for order, first in enumerate(steps):
            step = ChainStep.objects.create(
                chain=chain,
                order=order,
                name=first.name,
                part=first.part,
                minutes=first.minutes,
                checklist="\n".join(first.points),
                checks_credits=first.checks_credits,
            )
            groups = list(Group.objects.filter(name__in=first.groups))
            # What has a place is reviewed by the desks that look after it.
            step.groups.set(groups + (desks if EDITORS in first.groups else []))
        put_into_workflow(chain, by=None)
        made.append(chain)
    return made


@transaction.atomic
def put_into_workflow(chain: ReviewChain, by) -> None:
    """Have Wagtail's workflow of the chain ask for the chain's steps in their order, and tell the journal of the chain."""
    steps = ChainStep.objects.filter(chain=chain, in_force=True).order_by("order", "pk")
    steps = list(steps.prefetch_related("groups"))
    workflow = chain.workflow or Workflow()
    workflow.name, workflow.active = f"审校：{chain.name}", chain.active
    workflow.save()
    chain.workflow = workflow
    chain.save(update_fields=["workflow"])
    WorkflowTask.objects.filter(workflow=workflow).delete()
    for order, step in enumerate(steps):
        WorkflowTask.objects.create(workflow=workflow, task=step, sort_order=order)
    append(
        ChainChanged(
            name=chain.name,
            active=chain.active,
            steps=[_in_words(step) for step in steps],
        ),
        actor(by),
    )


def _in_words(step: ChainStep) -> str:
    groups: Sequence[str] = sorted(group.name for group in step.groups.all())
    return f"{step.name}：{'、'.join(groups)}；{step.minutes} 分钟"
