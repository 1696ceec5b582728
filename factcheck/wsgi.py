"""The entry point of web servers: `granian --interface wsgi factcheck.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

from django.conf import settings
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries

from factcheck import postgres

postgres.ensure_running()
application = get_wsgi_application()

# Before and after each request Django walks through all connections and caches of the thread. One walk is enough: at
# the end, through the connections. The others take a tenth of the time of the shortest answers (docs/decisions/0008).
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)  # none of ours holds anything open
if not settings.DEBUG:
    request_started.disconnect(reset_queries)  # which nobody keeps
