"""The project: settings, routes, and infrastructure that is independent of sources and claims.

settings                one settings file
installation/           this installation: its variables, read strictly; its version; its private files
urls, routes            all URLs; the URLs of the API
wsgi, tasks             the entry points of web servers and of the worker
web/                    middleware and server: what every request passes through
api/                    building blocks of API resources
confinement/            processes with limits, for untrusted input
database/               rules, history, bulk copies, connections; `embedded/` is the server in the wheel
telemetry/              metrics, request ids, traces and error reports for the operator
django_internals        all uses of private parts of Django
admin/, desk            the base of all desk pages, and the look of the desk
"""
