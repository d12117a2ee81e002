"""Passwords that are easily guessed are refused at every door, in Chinese."""

import re

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.members.people import PASSWORD, a_member, an_editor, words

EASY = [
    "zhang123456", "woaini1314520", "Zhang@123456", "wangwei1990", "lihua19880808", "zhangwei123456", "liuyang520520",
    "woaini5201314", "nihao123456", "chenjing1988", "wangxiaoming1990", "Xinjiang2026", "beijing2008", "zhangsan@2026",
    "lixiaolong666888", "13800138000a", "a123456789", "qq123456789", "123456789abc", "iloveyou1314", "Li.Hua-19880808",
    "900101zhang", "lv520lv1314", "password2026", "zhang13800138000", "0987654321z",
]  # fmt: skip
GOOD = [
    PASSWORD, "zhangwei83720561", "shuiqufangshui77", "correct horse battery", "kuaile-shuiqu-9173", "tr0ub4dor&3xkcd",
    "wang" * 11, "8b1f-Qk29-zeta", "门前老树长新芽",
]  # fmt: skip


@pytest.mark.parametrize("password", EASY)
def test_b25_names_and_words_with_a_number_that_everybody_knows_are_refused(password):
    with pytest.raises(ValidationError, match="太容易被猜到"):
        validate_password(password)


@pytest.mark.parametrize("password", GOOD)
def test_b25_what_is_hard_to_guess_is_taken(password):
    validate_password(password.ljust(10, "芽"))


@pytest.mark.parametrize("password", ["zhang123456", "woaini1314520"])
@pytest.mark.django_db
def test_b25_every_door_refuses_them(client, password):
    form = {"contact": "lin@paper.example", "nickname": "林间", "password1": password, "consent": "on"}
    assert "太容易被猜到" in words(client.post("/members/register/", form))
    member = a_member()
    client.force_login(member)
    changed = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert "太容易被猜到" in words(client.post("/members/password/", changed))
    client.force_login(an_editor(is_superuser=True))
    sent = {"username": "lin.wanzhou", "is_active": "on", "password1": password, "password2": password}
    assert "太容易被猜到" in words(client.post(f"/admin/users/edit/{member.pk}/", sent))
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["短", "12345678901", "zhang123456", "lin.wanzhou"])
@pytest.mark.django_db
def test_b25_what_is_wrong_with_a_password_is_said_in_chinese(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, a_member())
    for message in refused.value.messages:
        assert not re.search("[A-Za-z]{3}", message)
