"""The security log names who did what to accounts, rights and protected material, and holds no secret."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.letters.attachments import accept
from meiri.personal.personal_data import GONE, erase_personal_data, export_personal_data
from meiri.security.log import FEWEST_DAYS, forget_events, note_event
from meiri.security.models import Event, SecurityEvent
from tests.letters.letters_factory import a_letter, someone
from tests.letters.test_attachments import A_PDF
from tests.members.people import PASSWORD, a_member, a_registered_member, an_editor, code_in

pytestmark = pytest.mark.django_db
NEW = "新-" + PASSWORD


@pytest.fixture
def admin(client):
    admin = an_editor("zhuren", is_superuser=True)
    client.force_login(admin)
    SecurityEvent.objects.all().delete()
    return admin


def login(client, name="lin.wanzhou", password=PASSWORD, address="198.51.100.7"):
    return client.post(
        "/members/login/",
        {"login": name, "password": password},
        REMOTE_ADDR=address,
        headers={"user-agent": "Browser/1"},
    )


def noted(*kinds) -> list[tuple[str, str, str]]:
    rows = SecurityEvent.objects.order_by("pk")
    rows = rows.filter(event__in=kinds) if kinds else rows
    return list(rows.values_list("event", "actor_name", "about"))


def everything_kept() -> str:
    return json.dumps(list(SecurityEvent.objects.values()), default=str, ensure_ascii=False)


def test_b20_signing_in_and_out_and_failing_to(client):
    member = a_member()
    SecurityEvent.objects.all().delete()
    login(client, password="falsch-4711")
    login(client)
    client.post("/members/logout/")
    assert noted() == [
        ("sign_in_failed", "（未登录）", f"lin.wanzhou #{member.pk}"),
        ("signed_in", "lin.wanzhou", ""),
        ("signed_out", "lin.wanzhou", ""),
    ]
    failed = SecurityEvent.objects.first()
    assert (failed.address, failed.user_agent) == ("198.51.100.7", "Browser/1")
    assert "falsch-4711" not in everything_kept()
    assert PASSWORD not in everything_kept()
    assert client.session.session_key is None or client.session.session_key not in everything_kept()


def test_b20_a_password_typed_as_a_name_is_not_kept(client):
    login(client, name="geheim-4711", password="lin.wanzhou")
    assert noted() == [("sign_in_failed", "（未登录）", "未知账号")]
    assert "geheim-4711" not in everything_kept()


def test_b20_guessing_is_noted_once_it_is_stopped(client):
    member = a_member()
    for n in range(14):
        login(Client(), password="x", address=f"203.{n}.113.9")
    assert noted("sign_in_stopped") == [("sign_in_stopped", "（未登录）", f"lin.wanzhou #{member.pk}")]


def test_b20_a_wrong_code_by_mail(client, mailoutbox):
    a_registered_member("lin@paper.example")
    client.post("/members/login/code/", {"contact": "lin@paper.example"})
    client.post("/members/login/code/confirm/", {"code": "000000"})
    assert [event for event, _, _ in noted("sign_in_failed")] == ["sign_in_failed"]
    assert code_in(mailoutbox[0].body) not in everything_kept()


def test_b20_second_factors_added_failed_removed_and_recovered(client):
    from tests.members.test_second_factor import login as login_as_editor
    from tests.members.test_second_factor import set_up

    editor = an_editor()
    login_as_editor(client)
    secret = set_up(client)
    other = Client()
    login_as_editor(other)
    other.post("/members/security/authenticate/", {"code": "000000"})
    client.post("/members/security/totp/deactivate/", {})
    Authenticator.objects.create(user=editor, type="webauthn", data={"name": "x", "credential": {}})
    call_command("recover", "bianji")
    told = noted("factor_added", "factor_removed", "proof_failed", "factor_recovered")
    assert [(event, by) for event, by, _ in told] == [
        ("factor_added", "bianji"),  # the app
        ("factor_added", "bianji"),  # recovery codes
        ("proof_failed", "（未登录）"),
        ("factor_removed", "bianji"),
        ("factor_removed", "bianji"),
        ("factor_added", "（系统）"),
        ("factor_removed", "（系统）"),
        ("factor_recovered", "（系统）"),
    ]
    assert secret not in everything_kept()


def test_b20_a_password_is_changed_by_its_owner_an_administrator_or_an_operator(client, admin):
    member = a_member()
    SecurityEvent.objects.all().delete()
    own = Client()
    login(own)
    own.post("/members/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    sent = {
        "username": "lin.wanzhou",
        "nickname": "林间",
        "is_active": "on",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    client.post(f"/admin/users/edit/{member.pk}/", sent)
    member.refresh_from_db()
    member.set_password(NEW)
    member.save()
    about = f"lin.wanzhou #{member.pk}"
    by = [name for _, name, said in noted("password_changed") if said == about]
    assert by == ["lin.wanzhou", "zhuren", "（系统）"]
    member.set_unusable_password()
    member.save()
    assert len(noted("password_changed")) == len(by) + 1
    assert PASSWORD not in everything_kept()


def test_b20_a_password_that_is_only_hashed_anew_is_not_a_new_one(client, settings):
    member = a_member()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    before = member.password
    login(client)
    member.refresh_from_db()
    assert member.password != before
    assert noted("password_changed") == []


def test_b20_an_administrator_changes_an_account_in_the_admin(client, admin):
    desk = Group.objects.create(name="新疆")
    client.post(
        "/admin/users/new/",
        {"username": "xiaowang", "email": "wang@paper.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    from meiri.members.models import User

    made = User.objects.get(username="xiaowang")
    sent = {
        "username": "xiaowang",
        "email": "wang2@paper.example",
        "is_active": "on",
        "is_superuser": "on",
        "groups": [desk.pk],
    }
    client.post(f"/admin/users/edit/{made.pk}/", sent)
    about = f"xiaowang #{made.pk}"
    assert [(e, a) for e, by, a in noted() if by == "zhuren" and a == about] == [
        ("account_made", about), ("account_changed", about), ("rights_changed", about),
    ]  # fmt: skip
    changed = SecurityEvent.objects.get(event="account_changed")
    assert changed.details["changes"]["is_superuser"] == [False, True]
    assert changed.details["changes"]["email"] == ["wa***@paper.example", "wa***@paper.example"]
    assert SecurityEvent.objects.get(event="rights_changed", about=about).details["changed"] == ["新疆"]
    client.post(f"/admin/users/delete/{made.pk}/")
    assert noted("account_deleted") == [("account_deleted", "zhuren", about)]


def test_b20_an_administrator_changes_a_group_in_the_admin(client, admin):
    page = client.get("/admin/groups/new/")
    permission = Permission.objects.get(codename="access_admin")
    management = {
        name: value
        for form in page.context["permission_panels"]
        for name, value in {
            f"{form.prefix}-TOTAL_FORMS": "0", f"{form.prefix}-INITIAL_FORMS": "0",
            f"{form.prefix}-MIN_NUM_FORMS": "0", f"{form.prefix}-MAX_NUM_FORMS": "1000",
        }.items()
    }  # fmt: skip
    client.post("/admin/groups/new/", {"name": "新疆", "permissions": [permission.pk], **management})
    group = Group.objects.get(name="新疆")
    assert ("group_made", "zhuren", "新疆") in noted()
    assert ("rights_changed", "zhuren", "新疆") in noted()
    client.post(f"/admin/groups/delete/{group.pk}/")
    assert noted("group_deleted") == [("group_deleted", "zhuren", "新疆")]


def test_b20_what_is_undone_is_not_noted(admin):
    with transaction.atomic():
        Group.objects.create(name="新疆")
        transaction.set_rollback(True)
    assert noted() == []


def test_noting_many_permissions_costs_no_more_queries_than_noting_one():
    costs = []
    for number in (1, 40):
        group = Group.objects.create(name=f"新疆{number}")
        with CaptureQueriesContext(connection) as queries:
            group.permissions.add(*Permission.objects.order_by("pk")[:number])
        costs.append(len(queries))
        assert len(SecurityEvent.objects.latest("pk").details["changed"]) == number
    assert costs[0] == costs[1]


def test_b20_opening_an_attachment_and_a_contact(client):
    letter, editor = a_letter(attachments=[accept(A_PDF)]), someone("handle_letter", "open_contact")
    client.force_login(editor)
    client.get(f"/admin/letters/{letter.pk}/attachments/{letter.attachments.get().pk}/")
    client.post(f"/admin/letters/{letter.pk}/", {"deed": "open_contact", "reason": "电话核实"})
    about = f"来信 {letter.receipt}"
    assert noted("attachment_opened", "contact_opened") == [
        ("attachment_opened", editor.username, about),
        ("contact_opened", editor.username, about),
    ]
    assert "13800001234" not in everything_kept()


def test_b20_writers_of_letters_leave_no_trace(client):
    from tests.letters.test_attachments import receipt_and_key, send

    assert receipt_and_key(send(client))
    assert noted() == []


def test_b20_imports(client, admin, tmp_path, capsys):
    from tests.newsroom_factory import a_channel

    a_channel()
    client.post(
        "/admin/import/", {"text": "水渠修好了\n\n本报讯 记者从水利站获悉，水渠已于昨日修好，今日起放水。"}
    )
    (tmp_path / "a.txt").write_text("水库放水\n\n本报讯 记者从水利站获悉，水库已于昨日放水，今日起蓄水。")
    call_command("import", str(tmp_path / "a.txt"))
    assert [(by, about) for _, by, about in noted("imported")] == [
        ("zhuren", ""), ("（系统）", str(tmp_path / "a.txt"))
    ]  # fmt: skip
    assert [
        sum(v for k, v in e.details.items() if k != "published")
        for e in SecurityEvent.objects.filter(event="imported")
    ] == [1, 1]


def test_b20_it_is_kept_for_half_a_year_at_least_and_not_for_ever(settings):
    settings.SECURITY_LOG_DAYS = 7
    for days in (FEWEST_DAYS - 1, FEWEST_DAYS + 1):
        row = note_event(Event.SIGNED_IN)
        SecurityEvent.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
    forget_events()
    assert SecurityEvent.objects.count() == 1


def test_b20_administrators_read_it_page_by_page_and_nobody_else(client, admin):
    for n in range(60):
        note_event(Event.SIGNED_OUT, about=f"第{n}次")
    page = client.get("/admin/security-log/")
    assert "第59次" in page.content.decode()
    assert "第9次" not in page.content.decode()
    older = client.get("/admin/security-log/" + page.context["older_url"]).content.decode()
    assert "第9次" in older
    assert "第59次" not in older
    assert "没有符合条件" in client.get("/admin/security-log/?event=imported").content.decode()
    for asked in ("?before=x", "?before=-1", "?event=%00", "?name=%27"):
        assert client.get(f"/admin/security-log/{asked}").status_code == 200
    client.force_login(an_editor())
    assert "第59次" not in client.get("/admin/security-log/", follow=True).content.decode()


def test_b20_operators_read_it(admin, capsys):
    note_event(Event.SIGNED_OUT, by=admin, about="一")
    last = note_event(Event.SIGNED_IN, by=admin, about="二\n三")
    call_command("security-log", "--name", "zhuren", "--limit", "1")
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    assert "signed_in  zhuren  二 三" in out
    call_command("security-log", "--json", "--before", str(last.pk))
    assert json.loads(capsys.readouterr().out)["about"] == "一"


def test_b20_who_leaves_takes_it_along_and_it_stays_without_the_name(client):
    member = a_member()
    login(client)
    assert [row["事件"] for row in export_personal_data(member)["登录与安全记录"]] == ["登录"]
    erase_personal_data(member)
    assert (Event.SIGNED_IN, GONE, "") in noted()
