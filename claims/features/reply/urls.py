from rest_framework.routers import SimpleRouter

from claims.features.reply.editorial import ReplyWork

_router = SimpleRouter(use_regex_path=False)
_router.register("verdicts/<int:verdict_id>/replies", ReplyWork, basename="editorial-replies")

editorial = _router.urls
