"""All settings. Those that differ between installations are environment variables (docs/environment-variables.md)."""

import sys
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from factcheck.api.openapi.settings import SCHEMA
from factcheck.database import connection_settings, embedded
from factcheck.desk import build_desk_settings
from factcheck.installation import (
    checked_settings,
    components,
    file_store,
    program,
    rate_limit_costs,
    shared_headers,
)
from factcheck.installation.backup_settings import read_backup_settings
from factcheck.installation.environment import (
    read_choice,
    read_flag,
    read_folder_path,
    read_mail_settings,
    read_number,
    read_postgresql,
    read_rate,
    read_secret,
    read_several_postgresql,
    read_text,
    read_url,
    read_words,
)
from factcheck.installation.identity_provider import build_openid_settings, parse_group_roles
from factcheck.installation.log import build_log_settings
from factcheck.telemetry.variables import METRIC_QUERIES, read_metrics_settings, read_receivers

# Lets class bodies name the types of generic Django classes, as in `models.CharField[str, str]`.
django_stubs_ext.monkeypatch()

BASE_DIR = program.FILES
SERVING = sys.argv[1:2] in (["serve"], ["demo"])

# -- The installation ----------------------------------------------------------------------------------------

DEBUG = read_flag("DEBUG")
DEMO = read_flag("FACTCHECK_DEMO")
DATA_DIR = read_folder_path(
    "DATA_DIR", program.DATA, shown_default=".postgres; ~/.local/share/factcheck for the wheel"
)
PORT = read_number("PORT", 8000, minimum=1, maximum=65535)
SITE_URL = read_url("SITE_URL", f"http://localhost:{PORT}", shown_default="http://localhost:PORT")
SECRET_KEY = read_secret("SECRET_KEY", DATA_DIR / "secret-key", may_create=DEMO or DEBUG)
# Older keys that still verify what they signed, so that SECRET_KEY can be changed without signing everybody out.
SECRET_KEY_FALLBACKS = read_words("SECRET_KEY_FALLBACKS")
# The secret of the key that signs the ledger, for newsrooms that follow it.
SIGNING_KEY = read_text("SIGNING_KEY", kind="secret", shown_default="made from SECRET_KEY")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = read_words(
    "ALLOWED_HOSTS",
    ",".join(dict.fromkeys([_site.hostname or "", "localhost", "127.0.0.1", "[::1]"])),
    shown_default="the host of SITE_URL and this machine",
)
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]

# -- The newsroom --------------------------------------------------------------------------------------------

NEWSROOM_NAME = read_text("NEWSROOM_NAME", "Factcheck Newsroom")
DATA_LICENSE = read_url("DATA_LICENSE")
REQUIRED_SIGNOFFS = read_number("REQUIRED_SIGNOFFS", 1, minimum=1, maximum=10)
# How many witnesses must cosign a checkpoint (claims.features.witnesses); 0 means all active ones.
COSIGNATURES_REQUIRED = read_number("COSIGNATURES_REQUIRED", 0, minimum=0, maximum=100, shown_default="all")
REQUIRE_RIGHT_OF_REPLY = read_flag("REQUIRE_RIGHT_OF_REPLY", default=True)
REPLY_ADDRESS_DAYS = read_number("REPLY_ADDRESS_DAYS", 180, minimum=1, maximum=3650)

# The active features: a preset, or their names (docs/features.md).
FEATURES = read_words("FEATURES", "newsroom")

# -- Applications --------------------------------------------------------------------------------------------

INSTALLED_APPS = components.APPLICATIONS
MIDDLEWARE = components.MIDDLEWARE
TEMPLATES = components.TEMPLATES
# Widgets can be drawn by the project's own templates too.
FORM_RENDERER = "factcheck.web.widget_templates.WidgetTemplates"

# Public reads by programs take a short path: no session, no sign-in, nothing that depends on the caller. Requests
# that send data do not.
PUBLIC_READS_REGEX = (
    r"^/(api/v1/(?!editorial/|complaints/|requests/)|v1alpha1/|feeds/|oembed/|media/|dumps/.|widget\.|[^/]+\.(txt|xml)$)|"
    + rate_limit_costs.PLAIN_PAGES_REGEX
)
PUBLIC_MIDDLEWARE = components.PUBLIC_MIDDLEWARE

ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Database ------------------------------------------------------------------------------------------------

_database = read_postgresql("DATABASE_URL")
EMBEDDED_DATABASE = _database is None
# Threads of a web process, and how many connections it keeps open; with 0 each request opens its own.
WEB_THREADS = read_number("WEB_THREADS", 8, minimum=1, maximum=1000)
# How long the head of a request may take to arrive, in seconds.
HEAD_SECONDS = read_number("HEAD_SECONDS", 10, minimum=1, maximum=120)
DATABASE_POOL = read_number(
    "DATABASE_POOL",
    WEB_THREADS if SERVING else 0,
    minimum=0,
    maximum=1000,
    shown_default="WEB_THREADS under serve",
)
# The time limit of a public statement in seconds; 0 leaves it to the server. Downloads have their own limit. All
# other statements wait this long for a lock.
PUBLIC_STATEMENT_SECONDS = read_number("PUBLIC_STATEMENT_SECONDS", 5, minimum=0, maximum=300)
# The embedded server's address is known without starting it; manage.py, wsgi.py and the tests start it.
_writing = connection_settings.build_writing_settings(
    _database or embedded.build_connection_settings(DATA_DIR),
    pool=DATABASE_POOL,
    lock_seconds=PUBLIC_STATEMENT_SECONDS if SERVING else 0,
)
# The owner of the tables: `migrate` connects as this role. The serving role cannot switch rules off
# (docs/database-roles.md).
_owner = read_postgresql(
    "OWNER_DATABASE_URL", shown_default="the embedded server's owner; otherwise, the role in DATABASE_URL"
)
OWNER_DATABASE = (
    embedded.build_connection_settings(DATA_DIR, embedded.OWNER)
    if EMBEDDED_DATABASE and _owner is None
    else connection_settings.build_owner_settings(_owner, _database)
)
RUNTIME_ROLE = _writing["USER"]
_replicas = read_several_postgresql("DATABASE_REPLICA_URLS")
# How old a replica may be that the public reads from, in seconds.
REPLICA_LAG_SECONDS = read_number("REPLICA_LAG_SECONDS", 1, minimum=1, maximum=3600)
# Public reads use separate connections when the site is served, and if there are replicas.
_reading = (
    connection_settings.build_read_settings(_writing, _replicas, seconds=PUBLIC_STATEMENT_SECONDS)
    if SERVING or _replicas
    else {}
)
DATABASES = {"default": _writing, **_reading}
READING_DATABASE = next(iter(_reading), "default")
REPLICA_DATABASES = list(_reading)[1:]
# The query that asks the primary for the number of the last entry. Readers of the change feed must know up to where
# entries are final.
REPLICATED_MARK = "SELECT coalesce(max(sequence), 0) FROM claims_publication"
if _reading:
    DATABASE_ROUTERS = ["factcheck.database.read_connections.PublicReadRouter"]
PREPARED_STATEMENTS = read_flag("PREPARED_STATEMENTS", default=True)

# -- Sign-in -------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["claims.newsroom.accounts.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "claims.newsroom.accounts.DeskAccounts"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = (
    "none"  # accounts are made by an administrator or by the newsroom's identity provider
)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "claims.newsroom.accounts.SecondFactors"
MFA_TOTP_ISSUER = NEWSROOM_NAME
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody can sign up with another person's address, so an unverified address is no reason to reject a sign-in.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "factcheck.admin.sign_in.SecondFactor",
    "reauthenticate": "factcheck.admin.sign_in.SecondFactorAgain",
    "authenticate_webauthn": "factcheck.admin.passkeys.SecondKey",
    "reauthenticate_webauthn": "factcheck.admin.passkeys.SecondKeyAgain",
    "add_webauthn": "factcheck.admin.passkeys.NewKey",
    "login_webauthn": "factcheck.admin.passkeys.Passkey",
}
SOCIALACCOUNT_ADAPTER = "factcheck.admin.single_sign_on.SingleSignOn"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = build_openid_settings(
    server=read_url("OPENID_SERVER_URL"),
    client=read_text("OPENID_CLIENT_ID"),
    client_secret=read_text("OPENID_CLIENT_SECRET", kind="secret"),
    name=read_text("OPENID_NAME", "Single sign-on"),
    link_by_mail=read_flag("OPENID_LINK_BY_MAIL"),
)
# Which of the provider's groups has which role, and the claim that names a person's groups.
OPENID_ROLES = parse_group_roles("OPENID_ROLES", read_text("OPENID_ROLES", kind="pairs"))
OPENID_GROUPS_CLAIM = read_text("OPENID_GROUPS_CLAIM", "groups")
# Whether the provider's users need no second factor here: always, never, or if the provider required one.
OPENID_SECOND_FACTOR = read_choice("OPENID_SECOND_FACTOR", "never", lambda: {"always", "amr", "never"})
# For how long the audit log goes back.
AUDIT_LOG_DAYS = read_number("AUDIT_LOG_DAYS", 730, minimum=90, maximum=36_500)

# -- Language and time ---------------------------------------------------------------------------------------

LANGUAGES = [
    ("en", _("English")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("pt", _("Portuguese")),
    ("ar", _("Arabic")),
    ("ko", _("Korean")),
]
LANGUAGE_CODE = read_choice("LANGUAGE_CODE", "en", lambda: {code for code, _name in LANGUAGES})
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "factcheck.formats"
USE_I18N = True
USE_TZ = True  # stored in UTC; shown in TIME_ZONE
TIME_ZONE = read_choice("TIME_ZONE", "UTC", available_timezones)

# -- Files and mail ------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = read_folder_path("STATIC_DIR", DATA_DIR / "static", shown_default="static in DATA_DIR")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Pages name files with the hash of their contents; compressing all of them a second time would double the time.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Half of all bytes are source maps for debugging; with them, the first start took twice as long.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": file_store.build_store(),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = read_text(
    "MAIL_FROM",
    f"factcheck@{_site.hostname}",
    kind="mail address",
    shown_default="factcheck@ the host of SITE_URL",
)
# Where a demo stores its mails (claims.admin.administration).
EMAIL_FILE_PATH = DATA_DIR / "mails" if DEMO else None
globals().update(read_mail_settings("EMAIL_URL", mail_folder=EMAIL_FILE_PATH))

# Backups of the embedded server: the folder, the schedule, and for how many days any moment can be restored
# (docs/backups.md).
BACKUP_DIR, BACKUP_SCHEDULE = read_backup_settings(DATA_DIR, is_embedded=EMBEDDED_DATABASE)
BACKUP_DAYS = read_number("BACKUP_DAYS", 14, minimum=1, maximum=3650)
BACKUP_FULL_DAYS = read_number("BACKUP_FULL_DAYS", 7, minimum=1, maximum=365)
BACKUP_MAX_AGE_HOURS = read_number("BACKUP_MAX_AGE_HOURS", 30, minimum=1, maximum=8760)
# When everything published is written as public files, and how many of these dumps are kept (docs/exports.md).
DUMP_SCHEDULE = checked_settings.read_dump_schedule()
DUMPS_KEPT = read_number("DUMPS_KEPT", 7, minimum=1, maximum=3650)
# How often the URLs of cited sources are checked (docs/archiving.md). A demo sends no requests.
LINK_CHECKS = read_flag("LINK_CHECKS", default=not DEMO)
LINK_CHECK_DAYS = read_number("LINK_CHECK_DAYS", 7, minimum=1, maximum=365)

# The services notified of publications, none by a demo, and the rules for crawlers (docs/reader-pages.md).
INDEXNOW_KEY = "" if DEMO else checked_settings.read_indexnow_key()
INDEXNOW_URL = read_url("INDEXNOW_URL", "https://api.indexnow.org/indexnow")
WEBSUB_HUBS = [] if DEMO else checked_settings.read_websub_hubs()
ROBOTS_RULES = checked_settings.read_robots_rules()

# Copies of cited pages, with a browser, timestamps and public archives if configured (docs/archiving.md).
ARCHIVING = read_flag("ARCHIVING", default=True)
ARCHIVE_PAGE_BYTES = 2**20 * read_number("ARCHIVE_PAGE_MEGABYTES", 50, minimum=1, maximum=1000)
ARCHIVE_UPLOAD_BYTES = 2**20 * read_number("ARCHIVE_UPLOAD_MEGABYTES", 2048, minimum=1, maximum=100_000)
ARCHIVE_IMPORTED_PER_DAY = read_number("ARCHIVE_IMPORTED_PER_DAY", 0, minimum=0, maximum=1_000_000)
ARCHIVE_PUBLIC_COPIES = read_flag("ARCHIVE_PUBLIC_COPIES")
ARCHIVE_BROWSER = checked_settings.find_browser()
ARCHIVE_BROWSER_SANDBOX = read_flag("ARCHIVE_BROWSER_SANDBOX", default=True)
TIMESTAMP_AUTHORITY = read_url("TIMESTAMP_AUTHORITY")
TIMESTAMP_ROOTS = read_text(
    "TIMESTAMP_ROOTS", kind="file", shown_default="the certificates that the web trusts"
)
INTERNET_ARCHIVE_KEY = checked_settings.read_internet_archive_key()

# -- Security ------------------------------------------------------------------------------------------------

_encrypted = _site.scheme == "https"
# Only behind a proxy that sets X-Forwarded-Proto and X-Forwarded-For itself; anyone else could forge them.
TRUST_PROXY = read_flag("TRUST_PROXY")
NUM_PROXIES = read_number(
    "NUM_PROXIES", int(TRUST_PROXY), minimum=0, maximum=10, shown_default="1 with TRUST_PROXY, else 0"
)
if NUM_PROXIES and not TRUST_PROXY:
    raise ImproperlyConfigured(
        "NUM_PROXIES is set; set TRUST_PROXY=1 too, or visitors could forge their address."
    )
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SECURE_SSL_REDIRECT = _encrypted and TRUST_PROXY
_hsts_seconds = read_number("HSTS_SECONDS", 31_536_000, minimum=0, maximum=63_072_000)
SECURE_HSTS_SECONDS = _hsts_seconds if _encrypted else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _encrypted
# Two installations on one host, on different ports, would otherwise sign each other's editors out.
SESSION_COOKIE_NAME = "sessionid" if _encrypted else f"sessionid-{PORT}"
CSRF_COOKIE_NAME = "csrftoken" if _encrypted else f"csrftoken-{PORT}"
CSRF_FAILURE_VIEW = "factcheck.api.problems.handle_csrf_failure"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    # HSTS for all subdomains and for browsers' preload lists would bind hosts that do not belong to this site.
    "security.W005",
    "security.W021",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# -- Reader pages --------------------------------------------------------------------------------------------

# The size of a web process's page cache, which is valid until the next publication.
PAGE_CACHE_BYTES = 2**20 * read_number("PAGE_CACHE_MEGABYTES", 32, minimum=0, maximum=100_000)

# Whether sentences of readers' texts that repeat a checked claim are stored; the rest is always forgotten. Nothing is
# stored about the reader.
KEEP_REPEATED_SENTENCES = read_flag("KEEP_REPEATED_SENTENCES")

# Readers' messages: deadlines of complaints, retention of personal data, and limits per network.
COMPLAINT_WORKING_DAYS = read_number("COMPLAINT_WORKING_DAYS", 7, minimum=1, maximum=60)
HOLIDAYS_COUNTRY, HOLIDAYS_SUBDIVISION = checked_settings.read_calendar()
READER_CONFIRMATION_DAYS = read_number("READER_CONFIRMATION_DAYS", 7, minimum=1, maximum=60)
READER_CONTACT_DAYS = read_number("READER_CONTACT_DAYS", 90, minimum=1, maximum=3650)
RATE_LIMIT_SUBMISSIONS = read_rate(
    "RATE_LIMIT_SUBMISSIONS",
    "2000/hour" if DEMO else "20/hour",
    shown_default="20/hour; 2000/hour in the demo",
)

# -- The editors' desk -----------------------------------------------------------------------------------------

UNFOLD = build_desk_settings(NEWSROOM_NAME)
# The model that stores unsaved forms of the desk.
UNSAVED_FORM_MODEL = "claims.UnsavedForm"

# -- History and background work -----------------------------------------------------------------------------

# In seconds: how long running jobs may continue after their worker was asked to stop, and when a silent worker is
# considered dead. After a failover of the database a worker may be silent for half a minute, and must not be
# considered dead.
PROCRASTINATE_WORKER_DEFAULTS = {"shutdown_graceful_timeout": 60, "stalled_worker_timeout": 120}
# A worker whose process takes more than this after a job ends, and is replaced. With the model for vectors it takes a
# fifth of that.
WORKER_MEMORY_BYTES = 2**30
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
# Only processes that run or list jobs load all tasks, which are spread over the whole program.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
PROCRASTINATE_IMPORT_PATHS = ["factcheck.tasks", "sources.tasks", "claims.management.tasks"]
PROCRASTINATE_ON_APP_READY = "factcheck.telemetry.job_context.prepare_app"

# -- Imports: what the desk takes as one file; the command reads files of any size ------------------------------

IMPORT_MAX_BYTES = read_number("IMPORT_MAX_BYTES", 500 * 2**20, minimum=1_000_000, maximum=100_000_000_000)

# Pictures, audio and video: size limits, the programs that read them, and the trusted signers of manifests.
MEDIA_MAX_BYTES = read_number("MEDIA_MAX_BYTES", 500 * 2**20, minimum=1_000_000, maximum=100_000_000_000)
FFMPEG, FFPROBE = checked_settings.find_ffmpeg()
C2PA_TRUST_ANCHORS = checked_settings.read_file_path("C2PA_TRUST_ANCHORS")

# Words and pictures for other platforms (docs/editors.md#for-other-platforms).
BLUESKY_LABELER = checked_settings.read_bluesky_labeler()
C2PA_SIGNER = checked_settings.read_file_path("C2PA_SIGNER", shown_default="made from SIGNING_KEY")

# -- Vectors, for finding claims that say the same in other words ----------------------------------------------

EMBEDDER_URL = read_url("EMBEDDER_URL")
EMBEDDER_MODEL = read_text("EMBEDDER_MODEL")
EMBEDDER_KEY = read_text("EMBEDDER_KEY", kind="secret")
EMBEDDER_QUERY_PREFIX = read_text("EMBEDDER_QUERY_PREFIX")
EMBEDDER_PASSAGE_PREFIX = read_text("EMBEDDER_PASSAGE_PREFIX")
EMBEDDER = checked_settings.read_embedder(EMBEDDER_URL, EMBEDDER_MODEL)

# Authorities for looking up people and bodies (docs/editors.md). Names that editors type are sent there, so they have
# no default.
WIKIDATA_URL, ROR_URL = read_url("WIKIDATA_URL"), read_url("ROR_URL")

# -- Webhooks ------------------------------------------------------------------------------------------------

WEBHOOK_LOG_DAYS = read_number("WEBHOOK_LOG_DAYS", 90, minimum=7, maximum=3650)
# Receivers on this machine, unencrypted and on any port: for trials, never for a public site.
WEBHOOKS_TO_LOOPBACK = DEMO or DEBUG

# -- API -----------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "factcheck.api.problems.handle_exception",
    # Formats are chosen by the Accept header, so there is no parameter `format`.
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": NUM_PROXIES,
}
# Tokens for the editorial API. The tables of knox's own model are not used: `claims.ApiToken` replaces it.
KNOX_TOKEN_MODEL = "claims.ApiToken"  # noqa: S105  the name of a model
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "factcheck_"}
# For how long a request repeated with the same Idempotency-Key gets the first response again.
IDEMPOTENCY_HOURS = read_number("IDEMPOTENCY_HOURS", 24, minimum=1, maximum=720)
SPECTACULAR_SETTINGS = SCHEMA
_PUBLIC_ADDRESSES = r"^/(api/(?!v1/editorial/)|v1alpha1/|feeds/|oembed/|media/|dumps/.)"
# Pages of other sites may read only the API, the feeds and oEmbed.
CORS_URLS_REGEX = _PUBLIC_ADDRESSES
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]  # look-ups have a body
CORS_ALLOW_HEADERS, CORS_EXPOSE_HEADERS = shared_headers.ALLOWED_HEADERS, shared_headers.EXPOSED_HEADERS

# Rate limits per caller; see factcheck.web.throttling. Limits per IP address are higher in the demo, where all requests
# come from one address, and for pages, because a whole office may share an address.
_rate_by_address: dict[str, str] = {
    "default": "60000/minute" if DEMO else "600/minute",
    "shown_default": "600/minute; 60000/minute in the demo",
}
RATE_LIMIT_ANONYMOUS = read_rate("RATE_LIMIT_ANONYMOUS", **_rate_by_address)
RATE_LIMIT_PAGES = read_rate("RATE_LIMIT_PAGES", **_rate_by_address)
RATE_LIMIT_TOKEN = read_rate("RATE_LIMIT_TOKEN", "6000/minute")
# The editorial API counts separately, once it knows its user.
RATE_LIMITED_REGEX = rf"{_PUBLIC_ADDRESSES}|^/mcp/?$"
# By path: factcheck/installation/rate_limit_costs.py.
RATE_LIMITED_PAGES_REGEX = rate_limit_costs.RATE_LIMITED_PAGES_REGEX
RATE_LIMIT_COSTS = rate_limit_costs.RATE_LIMIT_COSTS
RATE_LIMITED_BY_TEXT_REGEX = rate_limit_costs.RATE_LIMITED_BY_TEXT_REGEX
STREAMED_REGEX = rate_limit_costs.STREAMED_REGEX
#: The authentication class for tokens in public views.
RATE_LIMIT_AUTHENTICATION = "claims.editorial.authentication.BearerAuthentication"

# -- Seen from outside: metrics, traces, reports of errors, the log ---------------------------------------------

# Metrics are for the operator: they have a separate port, and remote access needs a token.
METRICS_PORT, METRICS_HOST, METRICS_TOKEN = read_metrics_settings()
METRICS_QUERIES = METRIC_QUERIES
SENTRY_DSN, OTEL_ENDPOINT = read_receivers()
LOGGING = build_log_settings()
