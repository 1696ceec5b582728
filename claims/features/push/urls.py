from django.urls import path

from claims.features.push import pages as push_pages

pages = [
    path("claims/<int:pk>/push/", push_pages.show_push_page, name="claim-push"),
    path("claims/<int:pk>/push/start/", push_pages.start_notifications, name="claim-push-start"),
    path("claims/<int:pk>/push/stop/", push_pages.stop_notifications, name="claim-push-stop"),
    path("push/worker.js", push_pages.serve_worker_script, name="push-worker"),
]
