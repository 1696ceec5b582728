"""The entry point of web servers: `granian --interface wsgi factcheck.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

from factcheck import postgres

postgres.ensure_running()
application = get_wsgi_application()
