"""All settings. Each can be given by environment or `.env`; none is needed on one machine.

docs/settings.md lists them; tests hold that table against this module.
"""

import secrets
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from meiri.aigc import is_service_code
from meiri.file_modes import PUBLIC_FILE, PUBLIC_FOLDER
from meiri.identity import Identity
from meiri.ingest.wire_servers import servers_in
from meiri.journal.read_replica_settings import READ_REPLICA, read_replica_settings
from meiri.kept_once import kept_once
from meiri.mail.server import sender_of
from meiri.own_address import address_of_server, is_address, kept_address, listens_on
from meiri.s3 import s3_address
from meiri.valkey import valkey_address
from meiri.visitors.address import networks_of

env = environ.Env()

PACKAGE_DIR = Path(__file__).resolve().parents[1]
_CHECKOUT = PACKAGE_DIR.parents[1]
PROJECT_DIR = _CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd()
environ.Env.read_env(PROJECT_DIR / ".env")

HOME = Path(env.str("MEIRI_HOME", default=str(PROJECT_DIR / "var"))).resolve()
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in the data folder."""
    if key := env.str("MEIRI_SECRET_KEY", default=""):
        return key
    return kept_once(HOME / "secret.key", lambda: secrets.token_urlsafe(48).encode()).decode()


SECRET_KEY = _secret_key()
# The first administrator's; one is made up where none is given.
ADMIN_PASSWORD = env.str("MEIRI_ADMIN_PASSWORD", default="")
DEBUG = env.bool("MEIRI_DEBUG", default=False)
# A template that uses a name which is not there fails, instead of leaving it out (meiri.undefined_names).
STRICT_TEMPLATES = env.bool("MEIRI_STRICT_TEMPLATES", default=False) or DEBUG
HOST = env.str("MEIRI_HOST", default="127.0.0.1")
PORT = env.int("MEIRI_PORT", default=8000)
# `meiri serve --host --port` goes before the environment; None where another command is run.
_listens_on = listens_on(sys.argv)
if _listens_on:
    HOST, PORT = _listens_on[0] or HOST, _listens_on[1] or PORT


def _base_url() -> str:
    """The address that readers type: as it is set, else as the site is served, else as it was served last."""
    if address := env.str("MEIRI_BASE_URL", default="").rstrip("/"):
        if not is_address(address):
            raise ImproperlyConfigured(
                f"MEIRI_BASE_URL is {address!r}; write the site's address such as https://www.example.com, without a path."
            )
        return address
    own = address_of_server(HOST, PORT)
    return own if _listens_on else kept_address(HOME) or own


BASE_URL = _base_url()
# Who spreads pictures with a label of artificial intelligence, as their files say (GB 45438-2025).
AIGC_CODE = env.str("MEIRI_AIGC_CODE", default="")
if AIGC_CODE and not is_service_code(AIGC_CODE):
    raise ImproperlyConfigured(
        f"MEIRI_AIGC_CODE is {AIGC_CODE!r}; write 0011, the 18 characters of the organisation's credit code, and 5 digits."
    )
# The key and the certificates that pictures are signed with (C2PA); "" for one that is made.
C2PA_FILE = env.str("MEIRI_C2PA_FILE", default="")
ALLOWED_HOSTS = env.list("MEIRI_ALLOWED_HOSTS", default=["*"])
# Pages are rendered as if they were asked for at the site's own address.
ALLOWED_HOSTS += [str(urlsplit(BASE_URL).hostname)]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Whose word about a visitor's address is taken (X-Forwarded-For): addresses and networks.
TRUSTED_PROXIES = list(map(str, networks_of(env.list("MEIRI_TRUSTED_PROXIES", default=["127.0.0.1", "::1"]))))
# Who may read /metrics.
_metrics_from = env.list("MEIRI_METRICS_FROM", default=["127.0.0.1", "::1"])
METRICS_FROM = list(map(str, networks_of(_metrics_from, "MEIRI_METRICS_FROM")))
SECURE_COOKIES = BASE_URL.startswith("https://")
# How long browsers that saw the site over TLS ask for it over TLS alone.
HSTS_SECONDS = env.int("MEIRI_HSTS_SECONDS", default=365 * 24 * 3600) if SECURE_COOKIES else 0

INSTALLED_APPS = [
    "meiri.conf",
    "meiri.sample",
    "meiri.web",
    "meiri.syndication",
    "meiri.ingest",
    "meiri.dashboard",
    "meiri.polls",
    "meiri.comments",
    "meiri.letters",
    "meiri.reports",
    "meiri.members",
    "meiri.staff",
    "meiri.audience",
    "meiri.fronts",
    "meiri.planning",
    "meiri.proofing",
    "meiri.live",
    "meiri.sources",
    "meiri.review",
    "meiri.search",
    "meiri.newsroom",
    "meiri.media",
    "meiri.sections",
    "meiri.changes",
    "meiri.delivery",
    "meiri.security",
    "meiri.push",
    "meiri.journal",
    "meiri.mail",
    "meiri.visitors",
    "meiri.personal",
    "meiri.operations",
    "meiri.trust",
    "meiri.policy",
    "wagtail.contrib.settings",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.table_block",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "meiri.members.apps.NewsroomUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "ninja",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "meiri.conf.request_ids.RequestIds",
    "meiri.delivery.guards.Guards",
    "meiri.visitors.characters.MendForms",
    "django.middleware.security.SecurityMiddleware",
    "meiri.conf.static_files.CheckedStaticFiles",
    "meiri.delivery.compressing.Compressing",
    "meiri.delivery.middleware.KeepsEdition",
    "meiri.delivery.storing.PageFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "meiri.conf.newsroom_policy.newsroom_policy",
    "meiri.delivery.middleware.PageEditions",
    "meiri.ingest.migration.old_addresses.OldAddresses",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "meiri.members.signed_in_mark.MarkSignedIn",
    "meiri.members.sessions.LimitSessions",
    "meiri.members.sign_ins.NoteSignIns",
    "meiri.members.staff_door.StaffDoor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "meiri.policy.gate.AdminGate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "meiri.journal.middleware.RecordEditorsChanges",
]

ROOT_URLCONF = "meiri.conf.urls"
WSGI_APPLICATION = "meiri.conf.wsgi.application"


TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "meiri.web.jinja.environment",
            "extensions": ["wagtail.jinja2tags.core"],
            "context_processors": ["meiri.web.page_frame.page_frame"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("meiri.undefined_names.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# What this node is called among those of the site.
NODE_NAME = env.str("MEIRI_NODE_NAME", default="")

# Where a copy of an SQLite site is kept up: a folder on another disk, or mounted from another machine.
REPLICATE_TO = env.str("MEIRI_REPLICATE_TO", default="")
# Hours to which it goes back.
REPLICA_HOURS = max(1, env.int("MEIRI_REPLICA_HOURS", default=7 * 24))
# Public keys of age, for whose holders it is encrypted.
BACKUP_RECIPIENTS = [key for key in env.str("MEIRI_BACKUP_RECIPIENTS", default="").split(",") if key.strip()]

DATABASES = {"default": env.db("MEIRI_DATABASE_URL", default=f"sqlite:///{HOME / 'meiri.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes the lock when its transaction begins, so that it waits in turn
        # instead of failing halfway.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA temp_store=MEMORY;" + ("PRAGMA wal_autocheckpoint=100000;" if REPLICATE_TO else "")
            # Litestream copies the write-ahead log into the database (https://litestream.io/tips/), unless it does not run.
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
# A PostgreSQL that follows it and answers readers, where one is set (meiri.journal.read_replica).
if _replica_url := env.str("MEIRI_REPLICA_URL", default=""):
    try:
        DATABASES[READ_REPLICA] = read_replica_settings(
            environ.Env.db_url_config(_replica_url), DATABASES["default"]
        )
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None
# What counts limits and keeps sessions at hand for all nodes, where one is set; meiri.valkey speaks with it.
try:
    REDIS_URL = valkey_address(env.str("MEIRI_REDIS_URL", default=""))
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "members.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "meiri.members.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "meiri.members.passwords.EasyPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "meiri.policy.backend.PostsBackend",  # signs nobody in
]
LOGIN_URL = "/members/login/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/members/"

ACCOUNT_ADAPTER = "meiri.members.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
# Our form asks for one of the two; see meiri.members.forms.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
# Ours are in the database, right across processes and nodes; see meiri.members.limits.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_FORMS = {
    "login": "meiri.members.forms.LoginForm",
    "signup": "meiri.members.forms.SignupForm",
    "request_login_code": "meiri.members.forms.RequestCodeForm",
    "confirm_login_code": "meiri.members.forms.LoginCodeForm",
    "confirm_email_verification_code": "meiri.members.forms.EmailCodeForm",
    "verify_phone": "meiri.members.forms.PhoneCodeForm",
    "add_email": "meiri.members.forms.NewEmailForm",
    "change_phone": "meiri.members.forms.NewPhoneForm",
    "reauthenticate": "meiri.members.forms.PasswordAgainForm",
}
MFA_ADAPTER = "meiri.members.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Browsers offer passkeys over TLS, and on localhost without.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE_COOKIES
MFA_FORMS = {
    "authenticate": "meiri.members.second_factor.CodeForm",
    "reauthenticate": "meiri.members.second_factor.CodeAgainForm",
    "activate_totp": "meiri.members.second_factor.ActivationForm",
    "add_webauthn": "meiri.members.second_factor.PasskeyForm",
    "edit_webauthn": "meiri.members.second_factor.PasskeyNameForm",
}
# Whoever may enter the newsroom proves it with a second factor.
STAFF_SECOND_FACTOR = env.bool("MEIRI_STAFF_SECOND_FACTOR", default=True)
# How long somebody of the newsroom stays signed in: in all, and without doing anything.
STAFF_SESSION_HOURS = env.float("MEIRI_STAFF_SESSION_HOURS", default=12)
STAFF_IDLE_MINUTES = env.float("MEIRI_STAFF_IDLE_MINUTES", default=30)
# How long the security log is kept.
SECURITY_LOG_DAYS = env.int("MEIRI_SECURITY_LOG_DAYS", default=365)
# What sends a text message: a function of the number (E.164) and the text.
SMS_SENDER = env.str("MEIRI_SMS_SENDER", default="meiri.members.messages.text_to_outbox")

# What members may sign in with besides, each as "id:secret" of this site there; meiri.members.other_accounts reads it.
WEIXIN = env.str("MEIRI_WEIXIN", default="")
WEIBO = env.str("MEIRI_WEIBO", default="")
QQ = env.str("MEIRI_QQ", default="")
OIDC = env.str("MEIRI_OIDC", default="").rstrip("/")
OIDC_CLIENT = env.str("MEIRI_OIDC_CLIENT", default="")
OIDC_NAME = env.str("MEIRI_OIDC_NAME", default="统一身份认证")
OIDC_PRIVATE = env.bool("MEIRI_OIDC_PRIVATE", default=False)
SOCIALACCOUNT_ADAPTER = "meiri.members.other_accounts.OtherAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "meiri.members.forms.JoiningForm"}
# Whoever joins by another account is asked for a nickname and for consent.
SOCIALACCOUNT_AUTO_SIGNUP = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE_DIR / "conf" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = HOME / "media"
# The S3 server that media files and backups lie on, where one is set; meiri.s3 speaks with it.
try:
    S3 = s3_address(
        {
            "ENDPOINT": env.str("MEIRI_S3_ENDPOINT", default=""),
            "BUCKET": env.str("MEIRI_S3_BUCKET", default=""),
            "ACCESS_KEY": env.str("MEIRI_S3_ACCESS_KEY", default=""),
            "SECRET_KEY": env.str("MEIRI_S3_SECRET_KEY", default=""),
            "REGION": env.str("MEIRI_S3_REGION", default=""),
            "PREFIX": env.str("MEIRI_S3_PREFIX", default=""),
            "BACKUP_BUCKET": env.str("MEIRI_S3_BACKUP_BUCKET", default=""),
        }
    )
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None
# Whether media lie there, not backups alone.
MEDIA_IN_S3 = S3 is not None and env.bool("MEIRI_S3_MEDIA", default=True)
# Bytes of media files that a node keeps of it on its own disk.
S3_CACHE_MAX_BYTES = env.int("MEIRI_S3_CACHE_MAX_BYTES", default=10 * 1024**3)
if S3_CACHE_MAX_BYTES < 64 * 1024**2:
    raise ImproperlyConfigured("MEIRI_S3_CACHE_MAX_BYTES is too small; write 67108864 (64 MiB) or more.")
STORAGES = {
    "default": {
        "BACKEND": "meiri.media.bucket_storage.BucketStorage"
        if MEDIA_IN_S3
        else "meiri.media.sealed_storage.SealedStorage"
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Compressed variants of scripts and styles are made by collectstatic in `make setup`.
if not DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "meiri.conf.static_storage.CompressedStaticStorage"}
# Nothing asks for the others, and compressing them takes as long again.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# What the admin shows where it asks for a setting; the site's name is in 站点信息 (meiri.identity).
WAGTAIL_SITE_NAME = Identity.name
SITE_IDENTITY = "meiri.fronts.identity.current"
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAILIMAGES_IMAGE_MODEL = "media.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "meiri.newsroom.picture_form.UsedPictureForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "heic", "jfif", "jpeg", "jpg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
# Publishing is to the second: a form that shows less would store less.
WAGTAIL_DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"
# Passwords and mail addresses are changed under /members/, where they are proven.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = (
    False
)
# Made by meiri.fronts.redirects, which tells the journal.
WAGTAILREDIRECTS_AUTO_CREATE = False
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILDOCS_DOCUMENT_FORM_BASE = "meiri.media.uploading.DocumentForm"
# What there is, each told by its content too: meiri.media.documents.
WAGTAILDOCS_EXTENSIONS = [
    *("pdf", "docx", "xlsx", "pptx", "txt", "csv", "zip", "vtt"),
    *("mp4", "m4v", "webm", "mp3", "m4a", "ogg", "oga", "opus", "wav", "flac"),
]
# The largest video, recording or document that is taken.
WAGTAILDOCS_MAX_UPLOAD_SIZE = env.int("MEIRI_DOCUMENT_MAX_BYTES", default=512 * 1024 * 1024)
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# A password that many share keeps nothing private.
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILEMBEDS_RESPONSIVE_HTML = True
TAGGIT_CASE_INSENSITIVE = True
TAG_SPACES_ALLOWED = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_TEMP_DIR = None
# A web server in front serves media files as one of the folder's group.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = PUBLIC_FILE, PUBLIC_FOLDER
# The largest file that `meiri import` reads, and the largest upload under 导入稿件.
# The mailbox to which wires send copy: imaps://user:password@host/INBOX.
WIRE_MAILBOX_URL = env.str("MEIRI_WIRE_MAILBOX_URL", default="")
# Servers that wires lay their files on.
WIRE_SERVERS = servers_in(env.str("MEIRI_WIRE_SERVERS", default=""))
# Hosts of old sites that may stand in a private network, and at any port: the operator's own.
MOVE_IN_HOSTS = frozenset(env.str("MEIRI_MOVE_IN_HOSTS", default="").replace(",", " ").lower().split())
# Seconds between two requests to one host of an old site.
MOVE_IN_PAUSE = env.float("MEIRI_MOVE_IN_PAUSE", default=1.0)
IMPORT_MAX_BYTES = env.int("MEIRI_IMPORT_MAX_BYTES", default=64 * 1024 * 1024)
# What editors may send in one request: the largest file, and a little more for the form around it.
UPLOAD_MAX_BYTES = IMPORT_MAX_BYTES + 8 * 1024 * 1024

# Whether a change of what readers see that the journal is not told of raises. It costs a little, and needs SQLite.
JOURNAL_NET = env.bool("MEIRI_JOURNAL_NET", default=DEBUG)

# Public pages are stored as files. While debugging each is rendered anew.
PAGE_FILES = not DEBUG
# A block, card or rail that can't be shown is left out of its page. While debugging, and in tests, its error is raised.
RAISE_BROKEN_PARTS = DEBUG
# Bytes that page files may take on the disk before those least recently asked for are thrown away.
PAGES_MAX_BYTES = env.int("MEIRI_PAGES_MAX_BYTES", default=4 * 1024**3)
# Whether a copy of each media file lies in `delivery/`, from which it comes back where somebody changed it on the disk.
MEDIA_COPIES = env.bool("MEIRI_MEDIA_COPIES", default=True)
# The CDN or cache in front that is told which pages changed; meiri.delivery.cdn reads it.
CDN = env.str("MEIRI_CDN", default="")

# Whether checkpoints, review sheets and press cards are signed with SM2 too (meiri.sm2).
SM2 = env.bool("MEIRI_SM2", default=False)
if SM2 and find_spec("gmssl_pyx") is None:
    raise ImproperlyConfigured(
        "MEIRI_SM2 needs gmssl-pyx: .venv/bin/python -m pip install --require-hashes -r requirements/sm2.txt"
    )

# Who is asked to cosign the public log: keys and addresses of witnesses; meiri.trust.witnesses reads them.
WITNESSES = env.str("MEIRI_WITNESSES", default="")

# How an article looks to an editor in preview: the reader's page itself. The newsroom knows it by name alone.
ARTICLE_PREVIEW = "meiri.web.article.preview"
# What finds published articles for editors by their words, whatever the size of the archive.
ARTICLE_FINDER = "meiri.search.editors.articles_with"

SESSION_ENGINE = "meiri.members.stored_sessions"
CSRF_FAILURE_VIEW = "meiri.visitors.error_answers.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
if SECURE_COOKIES:
    # Browsers take a cookie of such a name from this very host alone, over TLS: no other host of the domain can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

# Reader pages: nothing but the site's own files, no inline script or style. Wagtail's admin needs inline styles.
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/media/", "/documents/"],
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

# The server that the worker sends mail by; without one, mail is written into a folder. meiri.mail.server reads them.
EMAIL_URL = env.str("MEIRI_EMAIL_URL", default="")
EMAIL_FROM = env.str("MEIRI_EMAIL_FROM", default="")
EMAIL_REPLY_TO = env.str("MEIRI_EMAIL_REPLY_TO", default="")
EMAIL_BACKEND = "meiri.mail.queueing.QueueBackend" if EMAIL_URL else "meiri.mail.folder.FolderBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender_of(EMAIL_URL, EMAIL_FROM) or "webmaster@localhost"

# `plain` lines, or `json` with the ids of requests.
LOG_FORMAT = env.str("MEIRI_LOG_FORMAT", default="plain")
LOG_FORMATS = {
    "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    "json": {"()": "meiri.conf.json_log.JsonFormatter"},
}
if LOG_FORMAT not in LOG_FORMATS:
    raise ImproperlyConfigured(f"MEIRI_LOG_FORMAT is {LOG_FORMAT!r}; write plain or json.")
# The collector of traces by OpenTelemetry (meiri.tracing).
OTLP_URL = env.str("MEIRI_OTLP_URL", default="")
if OTLP_URL:
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise ImproperlyConfigured(
            "MEIRI_OTLP_URL needs OpenTelemetry: .venv/bin/python -m pip install --require-hashes -r requirements/tracing.txt"
        )
    if not OTLP_URL.startswith(("http://", "https://")):
        raise ImproperlyConfigured("MEIRI_OTLP_URL is not understood. Write http://HOST:4318.")
    MIDDLEWARE.insert(1, "meiri.conf.request_traces.RequestTraces")
# A query that takes longer is told of in the log with its place in the code; 0 for none.
SLOW_QUERY_SECONDS = env.float("MEIRI_SLOW_QUERY_SECONDS", default=0.5)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": LOG_FORMATS,
    "filters": {"thinned": {"()": "meiri.conf.log_throttling.ThrottlingFilter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["thinned"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"meiri": {"level": "INFO"}},
}
