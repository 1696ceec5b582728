"""The meanings of the ten rating classes, in words for readers."""

from django.utils.translation import gettext_lazy as _

from claims.models.rating import RatingClass

MEANINGS = {
    RatingClass.TRUE.value: _("The claim is right, and nothing important was left out."),
    RatingClass.MOSTLY_TRUE.value: _(
        "The claim is largely right. A detail is wrong, or something that readers should know is missing."
    ),
    RatingClass.MIXED.value: _(
        "Some of the claim is right and some is wrong, and neither outweighs the other."
    ),
    RatingClass.MOSTLY_FALSE.value: _("Part of the claim is true, but its conclusion is wrong."),
    RatingClass.FALSE.value: _("The claim is wrong."),
    RatingClass.MISLEADING.value: _(
        "The facts may be right, but they are presented, cut or combined in a way that misleads."
    ),
    RatingClass.UNPROVEN.value: _(
        "There is not enough evidence to say whether the claim is right or wrong. This does not suggest that "
        "it is true or false."
    ),
    RatingClass.SATIRE.value: _(
        "The claim was meant as a joke or as art, and was then shared as if it were serious."
    ),
    RatingClass.OUTDATED.value: _("The claim was once right. The facts have changed since."),
    RatingClass.NOT_RATED.value: _(
        "The claim was checked without a rating, or the publisher’s own label has not been compared with others."
    ),
}
