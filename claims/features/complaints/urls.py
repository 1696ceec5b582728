from django.urls import path

from claims.features.complaints.intake import complaint_page, message_page, request_page
from claims.features.complaints.intake.submission_api import ComplaintSubmission, RequestSubmission

pages = [
    path("claims/<int:pk>/complain/", complaint_page.show_complaint_form, name="reader-complaint"),
    path("ask/", request_page.show_request_form, name="reader-request"),
    path("ask/send/", request_page.receive_request, name="reader-request-sent"),
    path("messages/sent/", message_page.show_sent_page, name="reader-message-sent"),
    path("messages/deleted/", message_page.show_deleted_page, name="reader-data-deleted"),
    path("messages/<str:token>/", message_page.show_message, name="reader-message"),
    path("messages/<str:token>/confirm/", message_page.confirm_address, name="reader-message-confirm"),
    path("messages/<str:token>/withdraw/", message_page.withdraw_message, name="reader-message-withdraw"),
    path("messages/<str:token>/delete/", message_page.delete_data, name="reader-message-delete"),
    path("messages/<str:token>/export/", message_page.export_data, name="reader-message-export"),
]
api = [
    path("complaints/", ComplaintSubmission.as_view(), name="complaints"),
    path("requests/", RequestSubmission.as_view(), name="requests"),
]
