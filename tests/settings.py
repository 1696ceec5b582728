"""The settings under which tests and type checks run: those of the project, made quick and independent."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
for name in (
    "ALLOWED_HOSTS",
    "BACKUP_DIR",
    "BACKUP_SCHEDULE",
    "DEBUG",
    "EMAIL_URL",
    "REQUIRED_SIGNOFFS",
    "REQUIRE_RIGHT_OF_REPLY",
    "SITE_URL",
    "PORT",
    "NEWSROOM_NAME",
):
    os.environ.pop(name, None)

from factcheck.database import embedded  # noqa: E402
from factcheck.settings import *  # noqa: E402, F403
from factcheck.settings import DATA_DIR, DATABASES, EMBEDDED_DATABASE, STORAGES  # noqa: E402

if EMBEDDED_DATABASE:
    # Beside the demo's server, one that may be careless (tests/conftest.py).
    DATA_DIR = DATA_DIR / "tests"
    DATABASES["default"] |= embedded.build_connection_settings(DATA_DIR, embedded.SUPERUSER)
    # What the program does, it does with the rights of the role that serves. A test that tampers as the owner or as a
    # superuser says so (`tests.helpers.tampering`), which only who came as one can.
    DATABASES["default"]["OPTIONS"] |= {"options": f"-c role={embedded.RUNTIME}"}
    OWNER_DATABASE = embedded.build_connection_settings(DATA_DIR, embedded.OWNER)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real ones are slow on purpose
# The manifest exists only after collectstatic.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Nothing was collected: static files come straight from the folders of their apps.
WHITENOISE_AUTOREFRESH = True
# Tests send more requests than any client should; tests about limits set their own.
PAGE_CACHE_BYTES = 0  # tests share a process, and their ledgers begin at the same number
RATE_LIMIT_ANONYMOUS = RATE_LIMIT_TOKEN = RATE_LIMIT_PAGES = RATE_LIMIT_SUBMISSIONS = None
# Those that need vectors have a small model of their own (tests/helpers/embedders.py).
EMBEDDER = "none"
# A worker of the tests runs in their process, which is large.
WORKER_MEMORY_BYTES = 2**40
# A developer's own installation may remember a folder.
BACKUP_DIR = None
FEATURES = ["all"]
# Pages that tests cite do not exist; tests of archiving have their own site.
ARCHIVING = False
