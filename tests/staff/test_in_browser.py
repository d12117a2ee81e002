"""Press cards in a real browser: looked up by keyboard, scanned and printed, without barriers, whatever stands on them."""

import json

import pytest
from playwright.sync_api import expect

from tests.web.test_accessibility import MODES, RULES, checked, violations
from tests.web.test_strangers_words import payloads

pytestmark = pytest.mark.xdist_group("newsroom browser")

ISSUE = """
import json
from datetime import timedelta
from django.utils import timezone
from meiri.staff.models import CardState, PressCard
from meiri.staff.signing import token_for
until = timezone.localdate() + timedelta(days=365)
issued = []
for number, (name, role, state) in enumerate(json.loads(open({path!r}).read())):
    card = PressCard.objects.create(
        number=f"BROWSER{{number:04}}", name=name, unit=role[:60], role=role[:40], state=state, valid_until=until
    )
    issued.append([card.pk, token_for(card)])
print(json.dumps(issued))
"""
WITHDRAW = """
from meiri.staff.models import PressCard
PressCard.objects.filter(number__startswith="BROWSER").delete()
"""


@pytest.fixture
def issue(site, tmp_path):
    """Issue cards of (name, role, state); the key of each, and what its code says."""

    def issued(cards: list[tuple[str, str, str]]) -> list[tuple[int, str]]:
        path = tmp_path / "cards.json"
        path.write_text(json.dumps(cards))
        answer = site.run(ISSUE.format(path=str(path)))
        return [(key, token) for key, token in json.loads(answer)]

    yield issued
    site.run(WITHDRAW)


# A visitor may look up twenty in ten minutes.
@pytest.mark.parametrize(("width", "scripts"), [(360, False), (1440, True)])
def test_a_person_is_looked_up_by_keyboard(browser, site, issue, width, scripts):
    issue([("傅望川", "记者", "valid"), ("邵临溪", "记者", "suspended")])
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 800}, java_script_enabled=scripts
    )
    page = context.new_page()
    for words, told in (
        ("傅望川", "该证件有效，持证人是本网工作人员。"),
        ("browser0001", "该证件已暂停使用"),
        ("傅望", "没有查到“傅望”"),
    ):
        page.goto("/staff/")
        page.locator("#id_q").focus()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        result = page.get_by_role("region", name="查询结果")
        expect(result).to_contain_text(told)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_the_code_on_a_printed_card_is_that_of_a_page_which_says_that_it_is_valid(editor, issue):
    ((card, _),) = issue([("傅望川", "记者", "valid")])
    page = editor.new_page()
    page.goto(f"/admin/staff/{card}/print/")
    printed = page.locator(".printed-card")
    expect(printed.get_by_text("傅望川")).to_be_visible()
    page.emulate_media(media="print")
    expect(printed.locator("figure svg")).to_be_visible()
    expect(page.locator(".printed-card-help")).to_be_hidden()
    page.emulate_media(media="screen")
    page.locator(".printed-card-help a").click()
    expect(page.get_by_text("有效。").first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("傅望川")


def test_no_page_of_a_card_has_a_barrier(browser, editor, site, issue):
    cards = issue([("傅望川", "记者", "valid"), ("邵临溪", "记者", "suspended")])
    page = checked(browser, site, 360)
    of_readers = [
        "/staff/?q=傅望川",
        "/staff/?q=没有这个人",
        *(f"/staff/verify/{code}/" for _, code in cards),
    ]
    found = [line for address in of_readers for line in violations(page, address, MODES)]
    page.context.add_cookies(editor.cookies())
    page.goto(f"/admin/staff/{cards[0][0]}/print/")
    # The frame around it is Wagtail's.
    broken = page.evaluate(
        "rules => axe.run('.printed-card', {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    found += [f"{v['id']}: {n['html'][:160]}" for v in broken["violations"] for n in v["nodes"]]
    page.context.close()
    assert not found, "\n".join(found)


def test_nothing_that_stands_on_a_card_ever_runs(editor, issue, shared_data):
    words = payloads(shared_data)
    cards = [(text[:40], text, "valid") for text in words]
    issued, page, ran = issue(cards), editor.new_page(), []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.add_init_script("window.alert = window.prompt = window.confirm = x => { window.ran = x || 1 }")
    for key, code in [*issued[:6], *issued[-6:]]:
        for address in (f"/staff/verify/{code}/", f"/admin/staff/{key}/print/"):
            assert page.goto(address).status == 200, address
            assert page.evaluate("window.ran") is None, address
    for number in (0, len(cards) - 1):
        page.goto(f"/staff/?q=BROWSER{number:04}")
        expect(page.locator(".press-card")).to_have_count(1)
        assert page.evaluate("window.ran") is None
    page.goto("/admin/snippets/staff/presscard/")
    expect(page.get_by_text("BROWSER0000").first).to_be_visible()
    assert page.evaluate("window.ran") is None
    assert ran == []
