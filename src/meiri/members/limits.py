"""How often somebody may try: counted in the database, so that it holds across processes and nodes."""

from datetime import timedelta

from meiri.visitors.counting import times, times_by

PERIOD = timedelta(minutes=15)
HOUR = timedelta(hours=1)
# From one address: a household or an office. For one account: whoever guesses from many addresses.
MOST_LOGINS, MOST_GUESSES, MOST_REGISTRATIONS = 30, 10, 10
# Messages with codes: to one mail address or number, and for one visitor, in an hour.
MOST_MESSAGES, MOST_MESSAGES_OF_VISITOR = 5, 20
MOST_EXPORTS = 5  # in an hour
TOO_MANY = "尝试次数过多，请 15 分钟后再试。"
TOO_MANY_MESSAGES = "验证码发送过于频繁，请一小时后再试。"


def guesses_too_often(request, account: str) -> bool:
    """Counts a sign-in to `account`; whether this visitor, or everybody together for this account, tried too often."""
    by_visitor = times(request, "login", PERIOD) > MOST_LOGINS
    return times_by(account.lower(), "login to account", PERIOD) > MOST_GUESSES or by_visitor


def guesses_code_too_often(user) -> bool:
    return times_by(str(user.pk), "second factor", PERIOD) > MOST_GUESSES


def sets_out_too_often(request) -> bool:
    """Counts a way to another account."""
    return times(request, "other account", PERIOD) > MOST_LOGINS


def registers_too_often(request) -> bool:
    return times(request, "register", PERIOD) > MOST_REGISTRATIONS


def messages_too_often(request, to: str) -> bool:
    """Counts a message to `to`; whether it is one too many. The same whether or not there is an account."""
    by_visitor = times(request, "message", HOUR) > MOST_MESSAGES_OF_VISITOR
    return times_by(to.lower(), "message", HOUR) > MOST_MESSAGES or by_visitor
