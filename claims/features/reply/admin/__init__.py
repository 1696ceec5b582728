"""The desk's pages for requests for reply and their templates, and the panel on a verdict."""

from claims.features.reply.admin import reply_request, reply_template
