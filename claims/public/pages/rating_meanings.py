"""What the ten classes mean by which ratings of all publishers are compared, in words for readers."""

from django.utils.translation import gettext_lazy as _

from claims.models.rating import RatingClass

MEANINGS = {
    RatingClass.TRUE.value: _("What was said is right, and nothing that matters was left out."),
    RatingClass.MOSTLY_TRUE.value: _(
        "What was said is right in the main. A detail is wrong, or something is missing that readers should know."
    ),
    RatingClass.MIXED.value: _(
        "Some of what was said is right and some is wrong, and neither outweighs the other."
    ),
    RatingClass.MOSTLY_FALSE.value: _("There is something true in it, but what it comes to is wrong."),
    RatingClass.FALSE.value: _("What was said is wrong."),
    RatingClass.MISLEADING.value: _(
        "The facts may be right, but they are told, cut or combined so that people believe something that is not so."
    ),
    RatingClass.UNPROVEN.value: _(
        "The evidence does not suffice to say whether it is right or wrong. That is no hint that it is false, or true."
    ),
    RatingClass.SATIRE.value: _("It was meant as a joke or as art, and then passed on as if it were meant."),
    RatingClass.OUTDATED.value: _("It was right once. The facts have changed since."),
    RatingClass.NOT_RATED.value: _(
        "It was looked into without a rating, or the publisher's own label has not been compared with others."
    ),
}
