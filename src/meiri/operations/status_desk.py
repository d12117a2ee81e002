"""系统状态 in the admin: what `meiri doctor` finds, the nodes, and the jobs of the clock, for those who administer the site."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.health_checks import HealthState, examine_all
from meiri.operations.models import JobRun
from meiri.operations.nodes import present_nodes
from meiri.policy.checked_view import AdministratorsView

MOST_RUNS = 500
STATES = {HealthState.OK: "正常", HealthState.WARNING: "警告", HealthState.BROKEN: "故障"}
# What a check looks at, by the word of `meiri doctor`.
PARTS = {
    "backups": "备份",
    "clock": "时钟",
    "clock jobs": "定时任务",
    "consumers": "日志的后续处理",
    "data folder": "数据文件夹",
    "database": "数据库",
    "disk": "磁盘",
    "drill": "恢复演练",
    "letters.key": "来信密钥",
    "mail queue": "待发邮件",
    "mail server": "邮件服务器",
    "media files": "媒体文件",
    "nodes": "节点",
    "own address": "本站地址",
    "page index": "页面目录",
    "pages": "页面文件",
    "pictures.certificate": "图片签名证书",
    "preparation": "启动准备",
    "public log": "公开日志",
    "read replica": "只读从库（读者查询）",
    "replica": "异地副本",
    "s3": "S3 对象存储（媒体与备份）",
    "schedule": "定时发布",
    "search": "检索",
    "settings": "设置",
    "sheets.key": "审稿单密钥",
    "sm2.key": "国密密钥",
    "tampering": "网页防篡改",
    "valkey": "Valkey（计数与会话）",
    "worker": "后台进程",
}


class StatusView(AdministratorsView):
    """What is known at once; the checks, some of which ask other machines, are fetched by the page when it stands."""

    page_title = "系统状态"
    header_icon = "desktop"
    template_name = "operations/status.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "系统状态"}]

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        # What fails first, then what ended last.
        runs = list(JobRun.objects.order_by("-failures", "-ended_at", "name", "node")[:MOST_RUNS])
        nodes = present_nodes()
        newest = max(nodes, key=lambda node: node.seen_at, default=None)
        return super().get_context_data(
            failing=[run for run in runs if run.failures],
            runs=[run for run in runs if not run.failures],
            nodes=[(node, newest is not None and node.release == newest.release) for node in nodes],
            checks_url=reverse("system_checks"),
            **kwargs,
        )


class ChecksView(AdministratorsView):
    """Each part that can be looked at, what is wrong first: a fragment of the page."""

    def get(self, request):
        found = [(PARTS.get(part, part), finding) for part, findings in examine_all() for finding in findings]
        found.sort(key=lambda one: -one[1].state)
        rows = [
            (label, finding.state.name.lower(), STATES[finding.state], finding) for label, finding in found
        ]
        worst = max((finding.state for _, finding in found), default=HealthState.OK)
        context = {
            "rows": rows,
            "worst": worst.name.lower(),
            "verdict": STATES[worst],
            "faults": sum(finding.state > HealthState.OK for _, finding in found),
            "looked_at": timezone.now(),
        }
        return render(request, "operations/checks.html", context)
