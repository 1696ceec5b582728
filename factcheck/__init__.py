"""The project: settings, routes, and infrastructure that is independent of sources and claims.

settings                one settings file
installation/           what this installation is: its variables, read strictly; its version; its private files
urls, routes            where everything meets: all addresses, those of the API
wsgi, tasks             the entry points of web servers and of the worker
web/                    what every request meets
api/                    what resources of the API are made of
confinement/            processes with bounds, for what comes from outside
database/               rules, history, bulk copies, connections; `embedded/`, the server in the wheel
telemetry/              metrics, request ids, traces and error reports for the operator
django_internals        the private parts of Django that we touch, all of them
admin/, desk            what every page of the desk is made of, and how the desk looks
"""
