"""Somebody who wants an article out without its reviews, with a browser, a forged form, every other address of the admin, imports, the API
and the clock: each is refused in words, nothing counts, and no reader sees anything.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.newsroom_day.people import (
    ADMINISTRATOR,
    CHIEF,
    CONTRIBUTOR,
    DUTY_CHIEF,
    EDITOR,
    OPERATOR,
    PROOFREADER,
    REPORTER,
    SECOND_PROOFREADER,
    STATION_CHIEF,
    STATION_EDITOR,
    People,
    adopt,
    chains_of_reviews,
    open_review,
)

pytestmark = pytest.mark.xdist_group("newsroom browser")

# An article of a person, sent to its reviews as the form sends it.
SUBMIT = """
from meiri.members.models import User
from meiri.newsroom.models import Article, Source
from meiri.sections.models import Channel, Station
writer = User.objects.get(username={writer!r})
station = Station.objects.filter(slug={station!r}).first()
article = Article(title={title!r}, channel=Channel.objects.get(slug={channel!r}), home_station=station, created_by=writer,
    source=Source.objects.get(name="每日新闻网"), live=False)
article.body = [("text", "<p>清晨五点半，首班车准时发出。</p>")]
article.save()
article.stations.set([station] if station else [])
article.save()
article.save_revision(user=writer)
state = article.get_workflow().start(article, writer)
print(article.pk, state.current_task_state_id)
"""
# What stands of an article: whether readers see it, what is due, how many reviews were adopted and what lets it pass.
STANDING = """
from meiri.newsroom.models import Article
from meiri.review.models import ReviewException
from meiri.review.states import ReviewVerdict, states_of
article = Article.objects.get(pk={number})
due = article.revisions.filter(approved_go_live_at__isnull=False).count()
adopted = states_of(article).filter(verdict=ReviewVerdict.ADOPT, status="approved").count()
print(article.live, due, adopted, ReviewException.objects.filter(article=article).count())
"""
WAITING = """
from meiri.newsroom.models import Article
print(Article.objects.get(pk={number}).current_workflow_task_state.pk)
"""
# A request as the page that is open would send it: its status and what it answers.
SEND = """async ([address, fields, form]) => {
  const sent = new FormData(form ? document.querySelector("form[data-edit-form]") ?? undefined : undefined);
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  const answer = await fetch(address, {
    method: "POST", body: sent, headers: {"X-CSRFToken": window.wagtailConfig?.CSRF_TOKEN ?? ""},
  });
  return [answer.status, await answer.text()];
}"""
NOTHING = "False 0 0 0"
NUMBER = """
from meiri.newsroom.models import Article
print(Article.objects.get(title={title!r}).pk)
"""
ORIGINAL = """
from meiri.newsroom.models import Article
Article.objects.filter(pk={number}).update(original_url="https://example.org/import")
"""
# A record uploaded under 导入稿件, as a browser sends it.
UPLOAD = """async ([title, body]) => {
  const record = JSON.stringify({title, body, channel: "yaowen", original_url: "https://example.org/import"});
  const sent = new FormData();
  sent.set("uploads", new File([record], "gao.jsonl"));
  sent.set("publish", "on");
  const answer = await fetch("/admin/import/", {
    method: "POST", body: sent, headers: {"X-CSRFToken": window.wagtailConfig?.CSRF_TOKEN ?? ""},
  });
  return answer.text();
}"""


class Cheater:
    """Somebody at a desk who sends what no button sends."""

    def __init__(self, people: People, name: str):
        self.page: Page = people.at_desk(name)
        if not self.page.url.endswith("/admin/"):
            self.page.goto("/admin/")

    def send(self, address: str, **fields: str) -> tuple[int, str]:
        return tuple(self.page.evaluate(SEND, [address, fields, False]))

    def send_form(self, number: str, **fields: str) -> tuple[int, str]:
        """The form of an article with fields and buttons that it does not show."""
        address = f"/admin/snippets/newsroom/article/edit/{number}/"
        self.page.goto(address)
        answer = tuple(self.page.evaluate(SEND, [address, fields, True]))
        self.page.goto("/admin/")
        return answer

    def decide(self, state: str, **fields: str) -> tuple[int, str]:
        return self.send(f"/admin/review/{state}/", **({"verdict": "adopt", "seen": ""} | fields))


class Submitted:
    def __init__(self, site, title: str, writer: str, channel: str = "yaowen", station: str = ""):
        self.site, self.title = site, title
        words = {"title": title, "writer": writer, "channel": channel, "station": station}
        self.number, self.state = site.run(SUBMIT.format(**words)).split()[-2:]

    @property
    def standing(self) -> str:
        return self.site.run(STANDING.format(number=self.number)).splitlines()[-1]

    @property
    def waiting(self) -> str:
        return self.site.run(WAITING.format(number=self.number)).split()[-1]


def test_nothing_goes_past_its_hands(browser, site):
    people = People(browser, site)
    try:
        with chains_of_reviews(site):
            for cheat in (
                who_wrote_it_reviews_and_publishes_it,
                publishing_by_every_other_address,
                deciding_without_reading_words_or_points,
                doing_two_reviews_and_standing_in_for_oneself,
                changing_the_text_and_approving_it,
                letting_it_pass_without_being_a_chief,
                a_station_among_itself,
                bringing_it_in_by_import,
            ):
                cheat(people)
    finally:
        people.close()


def who_wrote_it_reviews_and_publishes_it(people: People) -> None:
    article, cheater = Submitted(people.site, "编辑自采自审", EDITOR), Cheater(people, EDITOR)
    adopt(people.at_desk(PROOFREADER), article.title, article.state)
    cheater.page.goto("/admin/review/")
    expect(cheater.page.locator(f"[href*='/review/{article.waiting}/']")).to_have_count(0)
    cheater.page.goto(f"/admin/review/{article.waiting}/")
    expect(cheater.page.get_by_role("alert")).to_contain_text("不能审自己的稿件")
    expect(cheater.page.locator("[data-adopt]")).to_have_count(0)
    cheater.page.goto("/admin/")
    status, told = cheater.decide(article.waiting)
    assert (status, "不能审自己的稿件" in told) == (422, True)
    for more in ({}, {"go_live_at": "2027-01-01 08:00:00"}):
        cheater.send_form(article.number, **{"action-publish": "1"} | more)
    assert article.standing == "False 0 1 0"


def publishing_by_every_other_address(people: People) -> None:
    """The addresses of Wagtail's workflow and bulk actions, the API, the clock; by an editor, a chief and whoever administers the site."""
    article = Submitted(people.site, "换个门再发", REPORTER)
    for name in (EDITOR, CHIEF, ADMINISTRATOR):
        cheater = Cheater(people, name)
        base = "/admin/snippets/newsroom/article"
        for address in (
            *(
                f"{base}/workflow/action/{article.number}/{deed}/{article.state}/"
                for deed in ("approve", "reject")
            ),
            f"/admin/bulk/newsroom/article/publish/?id={article.number}",
            f"{base}/unpublish/{article.number}/",
            f"/api/v1/articles/{article.number}/",
        ):
            cheater.send(address, action="publish", comment="", reason="")
        cheater.send_form(article.number, **{"action-publish": "1"})
        cheater.send_form(article.number, **{"action-publish": "1", "go_live_at": "2027-01-01 08:00:00"})
    people.site.manage("publish_scheduled")
    assert article.standing == NOTHING


def deciding_without_reading_words_or_points(people: People) -> None:
    article = Submitted(people.site, "不看就批", REPORTER)
    cheater = Cheater(people, PROOFREADER)
    assert "您打开之后" in cheater.decide(article.state)[1]
    open_review(cheater.page, article.title, article.waiting)
    seen = cheater.page.locator("[name=seen]").input_value()
    for fields, said in (
        ({"verdict": "adopt"}, "请逐条核对"),
        ({"verdict": "change"}, "须写明意见"),
        ({"verdict": "reject", "opinion": " 　"}, "须写明意见"),
        ({"verdict": "approved"}, ""),
    ):
        status, told = cheater.decide(article.state, seen=seen, **fields)
        assert 400 <= status < 500, (fields, status)
        assert said in told
    assert article.standing == NOTHING
    # Its writer can't change it while it is reviewed; another proofreader can: what was read is not what would be adopted.
    for name, title in ((REPORTER, "作者偷改"), (SECOND_PROOFREADER, "同事改过")):
        Cheater(people, name).send_form(article.number, title=title)
    points = cheater.page.locator("[name=checked]").first.get_attribute("value")
    status, told = cheater.decide(article.waiting, seen=seen, checked=points)
    assert (status, "文字又有改动" in told) == (422, True)
    assert article.standing == NOTHING


def doing_two_reviews_and_standing_in_for_oneself(people: People) -> None:
    article, cheater = Submitted(people.site, "一人两审", REPORTER), Cheater(people, DUTY_CHIEF)
    adopt(people.at_desk(DUTY_CHIEF), article.title, article.state)
    cheater.page.goto(f"/admin/review/{article.waiting}/")
    expect(cheater.page.get_by_role("alert")).to_contain_text("您做过这一稿的一校")
    cheater.page.goto("/admin/")
    assert cheater.decide(article.waiting)[0] == 422
    operator = Cheater(people, OPERATOR)
    key = people.site.run(
        "from meiri.members.models import User; from meiri.newsroom.models import Post\n"
        f"u = User.objects.get(username={DUTY_CHIEF!r}); print(u.pk, Post.objects.filter(user=u).first().pk)"
    ).split()[-2:]
    operator.page.goto(f"/admin/people/{key[0]}/")
    form = operator.page.locator("form").filter(has=operator.page.locator("[name$=TOTAL_FORMS]")).first
    fields = dict(
        form.evaluate("form => [...new FormData(form)].filter(([, value]) => typeof value === 'string')")
    )
    prefix = next(name for name in fields if name.endswith("-TOTAL_FORMS")).removesuffix("-TOTAL_FORMS")
    number = fields[f"{prefix}-TOTAL_FORMS"]
    fields |= {f"{prefix}-TOTAL_FORMS": str(int(number) + 1), f"{prefix}-{number}-deputy_for": key[1]}
    operator.send(f"/admin/people/{key[0]}/", **fields)
    stands_in = people.site.run(
        f"from meiri.newsroom.models import Post; print(Post.objects.filter(user={key[0]}, deputy_for={key[1]}).count())"
    )
    assert stands_in.split()[-1] == "0"
    assert article.standing == "False 0 1 0"


def changing_the_text_and_approving_it(people: People) -> None:
    article, cheater = Submitted(people.site, "改了再批", REPORTER), Cheater(people, EDITOR)
    adopt(people.at_desk(PROOFREADER), article.title, article.state)
    open_review(cheater.page, article.title, article.waiting)
    seen = cheater.page.locator("[name=seen]").input_value()
    points = cheater.page.locator("[name=checked]").first.get_attribute("value")
    cheater.send_form(article.number, title="改了再批：我的标题")
    for state in (article.waiting, article.state):
        assert cheater.decide(state, seen=seen, checked=points)[0] in (302, 200, 422)
    # What stood of the text before is void, and whoever changed it reviews it no more.
    assert article.standing == NOTHING
    cheater.page.goto(f"/admin/review/{article.waiting}/")
    expect(cheater.page.locator("[data-adopt]")).to_have_count(0)


def letting_it_pass_without_being_a_chief(people: People) -> None:
    article = Submitted(people.site, "自己批例外", CHIEF)
    # The editor is none, the administrator holds no post, the chief wrote it.
    for name in (EDITOR, STATION_CHIEF, ADMINISTRATOR, CHIEF):
        cheater = Cheater(people, name)
        for reason in ("领导已同意", ""):
            cheater.send(f"/admin/review/of/{article.number}/", deed="except", reason=reason)
    assert article.standing == NOTHING


def a_station_among_itself(people: People) -> None:
    """A contributor's article, by those who write, edit and head the same station."""
    article = Submitted(people.site, "本站自己发", CONTRIBUTOR, "yaowen", "xinjiang")
    for name in (CONTRIBUTOR, STATION_EDITOR, STATION_CHIEF):
        cheater = Cheater(people, name)
        cheater.send_form(article.number, **{"action-publish": "1"})
        cheater.decide(article.state)
    assert article.standing == NOTHING


def bringing_it_in_by_import(people: People) -> None:
    """What is imported becomes a draft whatever is sent with it, and no text takes the place of one under review."""
    title = "导入了就发"
    text = f"{title}\n\n清晨五点半，首班车准时发出。\n\n司机们扫净车顶的积雪，乘客在站台上等车。"
    for name in (CONTRIBUTOR, EDITOR, CHIEF, ADMINISTRATOR):
        cheater = Cheater(people, name)
        status, _ = cheater.send(
            "/admin/import/",
            text=text.replace(title, f"{title}{name}"),
            **{"publish": "on", "publishing": "1", "action-publish": "1", "go_live_at": "2026-01-01 08:00"},
        )
        assert status == 200
        people.site.manage("publish_scheduled")
        number = people.site.run(NUMBER.format(title=f"{title}{name}")).split()[-1]
        assert people.site.run(STANDING.format(number=number)).splitlines()[-1] == NOTHING
    article = Submitted(people.site, "审着审着换稿", REPORTER)
    people.site.run(ORIGINAL.format(number=article.number))
    cheater = Cheater(people, REPORTER)
    told = cheater.page.evaluate(UPLOAD, [article.title, "<p>换成没有审过的文字。</p>"])
    assert "正在审校" in told
    assert article.standing == NOTHING
