"""What stands between the right password and being signed in: a contact that was never proven is proven first."""

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, PhoneVerificationStage


class PhoneStage(PhoneVerificationStage):
    def handle(self):
        user = self.login.user
        if user and not (user.phone and user.registered):
            return None, True
        return super().handle()


class EmailStage(EmailVerificationStage):
    """An account without a mail address, or whose address an administrator wrote down, has none to prove."""

    def handle(self):
        user = self.login.user
        if user is None and not self.login.email:
            return None, True
        if user and not (user.registered and EmailAddress.objects.filter(user=user, verified=False).exists()):
            return None, True
        return super().handle()
