from django.urls import path

from claims.features.corrections import request_pages, subscription_pages

pages = [
    path("claims/<int:pk>/follow/", subscription_pages.follow_claim, name="claim-follow"),
    path("subscriptions/sent/", subscription_pages.show_sent_page, name="claim-subscription-sent"),
    path("subscriptions/<str:token>/", subscription_pages.show_subscription, name="claim-subscription"),
    path(
        "subscriptions/<str:token>/confirm/",
        subscription_pages.confirm_subscription,
        name="claim-subscription-confirm",
    ),
    path(
        "subscriptions/<str:token>/stop/",
        subscription_pages.stop_subscription,
        name="claim-subscription-stop",
    ),
    path("feeds/correction-requests.atom", request_pages.show_feed, name="correction-requests-feed"),
    path("feeds/correction-requests.csv", request_pages.export_table, name="correction-requests-table"),
]
