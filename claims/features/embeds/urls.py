from django.urls import path

from claims.features.embeds import cards, claim_image, claim_list_frame, oembed, widget_script

pages = [
    path("claims/<int:pk>/card/", cards.show_card, name="claim-card"),
    path("claims/<int:pk>/image.png", claim_image.show_claim_image, name="claim-image"),
    path("oembed/", oembed.show_oembed, name="oembed"),
    path("widget.js", widget_script.serve_widget, name="widget"),
    path("widget.<str:sha256>.js", widget_script.serve_pinned_widget, name="widget-pinned"),
    path("widgets/list/", claim_list_frame.show_claim_list, name="claim-list-frame"),
]
