from django.urls import path

from claims.features.complaints.intake import complaint_page, message_page, request_page
from claims.features.complaints.intake.submission_api import ComplaintSubmission, RequestSubmission

pages = [
    path("claims/<int:pk>/complain/", complaint_page.complaint, name="reader-complaint"),
    path("ask/", request_page.asking, name="reader-request"),
    path("ask/send/", request_page.asked, name="reader-request-sent"),
    path("messages/sent/", message_page.sent, name="reader-message-sent"),
    path("messages/deleted/", message_page.all_deleted, name="reader-data-deleted"),
    path("messages/<str:token>/", message_page.message, name="reader-message"),
    path("messages/<str:token>/confirm/", message_page.confirmed, name="reader-message-confirm"),
    path("messages/<str:token>/withdraw/", message_page.withdrawn, name="reader-message-withdraw"),
    path("messages/<str:token>/delete/", message_page.deleted, name="reader-message-delete"),
    path("messages/<str:token>/export/", message_page.exported, name="reader-message-export"),
]
api = [
    path("complaints/", ComplaintSubmission.as_view(), name="complaints"),
    path("requests/", RequestSubmission.as_view(), name="requests"),
]
