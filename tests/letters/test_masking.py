"""What is proposed for print tells nobody's numbers or names; what is printed was confirmed by somebody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.letters import handling, published_letters
from meiri.letters.masking import left_in, masked, proposal
from meiri.letters.models import Letter, Stage
from tests.letters.letters_factory import a_letter, someone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我叫张三丰，三丰本人", "我叫张某某，某某本人"),
        ("电话13812345678。", "电话138****。"),
        ("+86 138 1234 5678", "138****"),
        ("138-1234-5678或０", "138****或０"),
        ("座机0571-88886666", "座机0571-****"),
        ("电话：88886666", "电话：****"),
        ("身份证110101199003071234", "身份证110****"),
        ("身份证11010119900307123X", "身份证110****"),
        ("卡号6222 0212 3456 7890 123", "卡号622****"),
        ("写信到zhang.san@example.com吧", "写信到z***@***吧"),
        ("微信：zhangsan_88", "微信：****"),
        ("QQ号12345678", "QQ号****"),
        ("浙A·12345挡住了路", "浙A·****挡住了路"),
        ("住在文一路12号3单元502室，", "住在文一路×号，"),
        ("阳光小区7幢1201室", "阳光小区×号"),
        ("11月3号晚上在2号线", "11月3号晚上在2号线"),
        ("一共12345人，3000元", "一共12345人，3000元"),
    ],
)
def test_numbers_names_and_houses_are_masked(text, shown):
    assert proposal(text, "张三丰", "") == shown


NUMBERS = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True),
    st.from_regex(r"[a-z]{2,8}@[a-z]{2,8}\.com", fullmatch=True),
    st.from_regex(r"0571-[1-9][0-9]{7}", fullmatch=True),
)
AROUND = st.text("路灯坏了请打找我，。：\n", max_size=12)


@given(AROUND, NUMBERS, AROUND)
def test_no_number_survives_whatever_stands_around_it(before, number, after):
    shown = proposal(before + number + after)
    assert number not in shown
    assert not re.search(r"\d{7,}", shown)
    assert proposal(shown) == shown


@given(st.text("张王李欧阳晚舟小红雨桐", min_size=2, max_size=4), AROUND, AROUND)
def test_the_writers_name_never_survives(name, before, after):
    assert name not in proposal(f"{before}{name}{after}", name, "")
    assert masked(name) != name


@pytest.mark.django_db
def test_the_desk_is_shown_a_proposal_and_must_confirm_it(client):
    letter = a_letter(subject="林晚舟反映路灯", text="我是林晚舟，电话13800001234，住文一路12号。")
    handler = someone("handle_letter")
    handling.answer_letter(letter, "林晚舟您好，已修。", handler)
    client.force_login(handler)
    address = f"/admin/letters/{letter.pk}/"
    proposed = client.get(address).context["proposed"]
    assert proposed == {
        "subject": "林某某反映路灯",
        "text": "我是林某某，电话138****，住文一路×号。",
        "answer": "林某某您好，已修。",
    }
    sent = {f"published_{part}": text for part, text in proposed.items()} | {"deed": "publish"}
    assert "请逐字核对" in client.post(address, sent).content.decode()
    named = sent | {"confirmed": "1", "published_answer": "林 晚舟您好，已修。"}
    assert "刊登稿里还有来信人的姓名" in client.post(address, named).content.decode()
    assert not Letter.objects.published().exists()
    assert client.post(address, sent | {"confirmed": "1"}).status_code == 302
    page = client.get(f"/letters/published/{letter.pk}/").content.decode()
    assert "林某某反映路灯" in page
    assert "文一路×号" in page
    assert "晚舟" not in page + client.get("/letters/").content.decode()
    again = sent | {"confirmed": "1", "published_text": "东门路灯不亮。"}
    assert client.post(address, again).status_code == 200  # a change of what is printed says why
    again |= {"change_kind": "correction", "change_reason": "地址有误"}
    assert client.post(address, again).status_code == 302
    letter.refresh_from_db()
    assert (letter.stage, letter.published_text) == (Stage.PUBLISHED, "东门路灯不亮。")


@pytest.mark.django_db
def test_printed_letters_are_stored_pages_that_follow_the_desk(client, stored_pages):
    letter, handler = a_letter(), someone("handle_letter")
    handling.answer_letter(letter, "已修。", handler)
    published_letters.publish_letter(letter, handler, "东门路灯不亮。")
    for address in ("/letters/", f"/letters/published/{letter.pk}/", "/letters/statistics/"):
        assert client.get(address)["Cache-Control"].startswith("public")
    assert "东门路灯不亮" in client.get("/letters/").content.decode()
    published_letters.withdraw_letter(letter, "来信人要求", handler)
    stored_pages.catch_up()
    assert "东门路灯不亮" not in client.get("/letters/").content.decode()
    assert client.get(f"/letters/published/{letter.pk}/").status_code == 410


SEPARATED = st.lists(
    st.sampled_from(["", "-", " ", "　", "－", ".", "\u200b", "・"]), min_size=11, max_size=11
)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
IN_CHINESE = str.maketrans("0123456789", "零幺二三四五六七八九")


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    SEPARATED,
    st.sampled_from([{}, WIDE, IN_CHINESE]),
    AROUND,
)
def test_b14_no_way_of_writing_the_number_passes_the_last_net(number, separators, digits, around):
    written = "".join(map("".join, zip(number.translate(digits), separators, strict=True)))
    for contact in (number, f"手机 {number}", f"+86 {number[:3]}-{number[3:7]}-{number[7:]}"):
        assert left_in(f"{around}电话是{written}。{around}", "林晚舟", contact) == ["来信人的联系方式"]


@pytest.mark.parametrize(
    ("printed", "contact"),
    [
        ("写信到 LIN.Wan@EXAMPLE.ORG 即可", "lin.wan@example.org"),
        ("写信到ｌｉｎ．ｗａｎ＠ｅｘａｍｐｌｅ．ｏｒｇ", "Lin.Wan@example.org"),
        ("微信同名：Linwan88", "邮箱 linwan88@example.org"),
        ("加 WanZhou_2020", "微信：wanzhou_2020，电话 057188880000"),
        ("座机０５７１—８８８８００００", "微信：wanzhou_2020，电话 0571-88880000"),
    ],
)
def test_b14_contacts_in_other_case_and_width_are_found(printed, contact):
    assert left_in(printed, "林晚舟", contact) == ["来信人的联系方式"]


def test_b14_a_name_in_the_other_script_is_found_and_ordinary_words_are_not():
    assert left_in("葉\u200b建·國反映路灯", "叶建国", "13800001234") == ["来信人的姓名"]
    text = "2026年11月23日，东门138号的12盏路灯不亮，已有300户反映，请写信到 example.org。"
    assert left_in(text, "林晚舟", "lw@example.org") == []
    assert left_in(text, "林晚舟", "13800001234") == []
