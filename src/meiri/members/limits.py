"""How often somebody may try: counted in the database, so that it holds across processes and nodes."""

from datetime import timedelta

from meiri.members.known_devices import device_known_to
from meiri.visitors.address import network_of
from meiri.visitors.counting import times_by
from meiri.visitors.rate_limits import RateLimit

PERIOD = timedelta(minutes=15)
HOUR = timedelta(hours=1)
# From one address: a household or an office. For one account: whoever guesses from many addresses.
MOST_LOGINS, MOST_GUESSES, MOST_REGISTRATIONS = 30, 10, 10
# From one network for one account: the longer it goes on, the longer the pause.
OF_NETWORK = [(PERIOD, 6), (timedelta(days=1), 20)]
# Messages with codes in an hour: to one mail address or number from one network, from all of them, and for one visitor.
MOST_MESSAGES, MOST_MESSAGES_IN_ALL, MOST_MESSAGES_OF_VISITOR = 5, 15, 20
MOST_EXPORTS = 5  # in an hour
# The page of signing in asks by itself on a desktop: an office opens it often.
MOST_SCANS, MOST_CONFIRMED = 60, 20
TOO_MANY = "尝试次数过多，请 15 分钟后再试。"
TOO_MANY_LOGINS = "尝试次数过多，请 15 分钟后再试，或者用验证码、通行密钥登录。"
TOO_MANY_MESSAGES = "验证码发送过于频繁，请一小时后再试。"


def guesses_too_often(request, account: str, user) -> bool:
    """Counts a sign-in with a password to `account`, which is that of `user` where there is one; whether it is one too many.

    A browser that the account was signed in with has a limit of its own. All others share that of the account, so that the
    guesser is stopped and the owner is not; the owner with a new browser proves by a code or a passkey who they are.
    """
    if device := device_known_to(request, user):
        return not RateLimit("login by known device", MOST_GUESSES, PERIOD).hit(f"{user.pk} {device}")
    account = f"#{user.pk}" if user else account.lower()
    there = f"{account}\n{network_of(request)}"
    # What is refused already does not count for the account: one network alone does not stop all others.
    return (
        not RateLimit("login", MOST_LOGINS, PERIOD).hit_by_address(request)
        or any(not RateLimit("login from network", most, period).hit(there) for period, most in OF_NETWORK)
        or not RateLimit("login to account", MOST_GUESSES, PERIOD).hit(account)
    )


def is_stopped_first(account: str, user) -> bool:
    """Whether this is the first sign-in to `account` within the period that was refused for being one too many."""
    return times_by(f"#{user.pk}" if user else account.lower(), "login stopped", PERIOD) == 1


def guesses_password_too_often(user) -> bool:
    """Counts a password asked for again of somebody who is signed in."""
    return not RateLimit("password", MOST_GUESSES, PERIOD).hit(str(user.pk))


def guesses_code_too_often(request, user) -> bool:
    who = f"{user.pk} {device_known_to(request, user) or ''}"
    return not RateLimit("second factor", MOST_GUESSES, PERIOD).hit(who)


def sets_out_too_often(request) -> bool:
    """Counts a way to another account."""
    return not RateLimit("other account", MOST_LOGINS, PERIOD).hit_by_address(request)


def sets_out_with_passkey_too_often(request) -> bool:
    """Counts a challenge for a passkey."""
    return not RateLimit("passkey", MOST_LOGINS, PERIOD).hit_by_address(request)


def scans_too_often(request) -> bool:
    """Counts a QR code to be signed in by."""
    return not RateLimit("scan", MOST_SCANS, PERIOD).hit_by_address(request)


def confirms_too_often(user) -> bool:
    """Counts a number typed to confirm one."""
    return not RateLimit("scan confirmed", MOST_CONFIRMED, PERIOD).hit(str(user.pk))


def registers_too_often(request) -> bool:
    return not RateLimit("register", MOST_REGISTRATIONS, PERIOD).hit_by_address(request)


def exports_too_often(user) -> bool:
    """Counts a copy of everything that is held about a member."""
    return not RateLimit("export", MOST_EXPORTS, HOUR).hit(str(user.pk))


def messages_too_often(request, to: str, user) -> bool:
    """Counts a message to `to`, which is a contact of `user` where it is anybody's; whether it is one too many. The same
    whether or not there is an account. Who has messages sent from elsewhere does not keep the owner from one."""
    if device := device_known_to(request, user):
        return not RateLimit("message by known device", MOST_MESSAGES, HOUR).hit(f"{user.pk} {device}")
    there = f"{to.lower()}\n{network_of(request)}"
    return (
        not RateLimit("message", MOST_MESSAGES_OF_VISITOR, HOUR).hit_by_address(request)
        or not RateLimit("message from network", MOST_MESSAGES, HOUR).hit(there)
        or not RateLimit("message", MOST_MESSAGES_IN_ALL, HOUR).hit(to.lower())
    )
