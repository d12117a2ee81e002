"""How many comments are taken of one visitor, and of all behind one network."""

import pytest

from meiri.comments.limits import END, END_OF_NETWORK, FEW, MOST, MOST_OF_NETWORK, Sender, Standing, standings

pytestmark = pytest.mark.django_db


def test_a31_a_network_is_asked_after_a_hundred_and_refused_after_a_thousand():
    school = [Sender(f"browser {n}", "203.0.113.0/24", trusted=True) for n in range(1_001)]
    found = standings(school)
    assert found == [Standing.FREE] * 100 + [Standing.ASKED] * 900 + [Standing.REFUSED]
    assert (MOST_OF_NETWORK, END_OF_NETWORK) == (100, 1_000)
    assert standings([Sender("browser", "198.51.100.0/24", trusted=False)]) == [Standing.FREE]


@pytest.mark.parametrize(("trusted", "free"), [(False, FEW), (True, MOST)])
def test_a31_a_visitor_is_asked_after_few_and_refused_after_thirty(trusted, free):
    sender = Sender("browser", "203.0.113.0/24", trusted)
    expected = [Standing.FREE] * free + [Standing.ASKED] * (END - free) + [Standing.REFUSED]
    assert [standings([sender])[0] for _ in range(END + 1)] == expected
