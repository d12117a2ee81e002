"""What a member sees of letters on the account page: the way to their stages. No letter belongs to an account, so that nobody who
reads the database can tell who wrote (decision 32)."""

from django.urls import reverse

from meiri.personal.account_parts import AccountPart, register_account_part

register_account_part(
    AccountPart(
        title="群众来信",
        order=30,
        lines=lambda user: [],
        links=lambda: [
            ("查询来信进度", f"{reverse('letters')}#letter-ask-heading"),
            ("写信", reverse("letter-write")),
        ],
        lead="为保护来信人，来信不与账号关联。凭回执号和查询码，随时可以看到办理到哪一步。",
    )
)
