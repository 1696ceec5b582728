from rest_framework.routers import SimpleRouter

from claims.features.reply.editorial import EditorialReplyResource

_router = SimpleRouter(use_regex_path=False)
_router.register("verdicts/<int:verdict_id>/replies", EditorialReplyResource, basename="editorial-replies")

editorial = _router.urls
