"""The meanings of the ten rating classes, in words for readers."""

from django.utils.translation import gettext_lazy as _

from claims.models.rating import RatingClass

MEANINGS = {
    RatingClass.TRUE.value: _("It is right, and nothing important was left out."),
    RatingClass.MOSTLY_TRUE.value: _(
        "It is largely right. A detail is wrong, or something that readers should know is missing."
    ),
    RatingClass.MIXED.value: _("Some of it is right and some is wrong, and neither outweighs the other."),
    RatingClass.MOSTLY_FALSE.value: _("Part of it is true, but its conclusion is wrong."),
    RatingClass.FALSE.value: _("It is wrong."),
    RatingClass.MISLEADING.value: _(
        "The facts may be right, but they are presented, cut or combined in a way that misleads."
    ),
    RatingClass.UNPROVEN.value: _(
        "There is not enough evidence to say whether it is right or wrong. That does not suggest that it is "
        "false, or true."
    ),
    RatingClass.SATIRE.value: _(
        "It was meant as a joke or as art, and was then shared as if it were serious."
    ),
    RatingClass.OUTDATED.value: _("It was once right. The facts have changed since."),
    RatingClass.NOT_RATED.value: _(
        "It was checked without a rating, or the publisher’s own label has not been compared with others."
    ),
}
