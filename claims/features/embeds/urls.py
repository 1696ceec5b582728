from django.urls import path

from claims.features.embeds import cards, claim_image, claim_list_frame, oembed, widget_script

pages = [
    path("claims/<int:pk>/card/", cards.card, name="claim-card"),
    path("claims/<int:pk>/image.png", claim_image.claim_image, name="claim-image"),
    path("oembed/", oembed.oembed, name="oembed"),
    path("widget.js", widget_script.widget, name="widget"),
    path("widget.<str:sha256>.js", widget_script.pinned_widget, name="widget-pinned"),
    path("widgets/list/", claim_list_frame.claim_list, name="claim-list-frame"),
]
