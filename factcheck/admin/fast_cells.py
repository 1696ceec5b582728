"""List cells without unfold's CSS classes, which would make up most of a list's size.

The common style of cells is in `static/desk/compact.css`. If unfold changes its classes, cells keep the new ones and
look right, but lists grow, and `tests/whole/test_desk_at_scale.py` fails.
"""

import re
from typing import Any, Final

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: The classes that unfold writes: of a cell, of the cell with the link, of the checkbox's cell, and of the link.
_OMITTED_CLASSES: Final = (
    (
        " align-middle flex border-t border-base-200 font-normal gap-4 items-center min-w-0 overflow-hidden px-3 "
        "py-1.5 h-[45px] text-left before:flex before:capitalize before:content-[attr(data-label)] before:items-center "
        "before:font-semibold before:text-font-important-light before:mr-auto first:border-t-0 lg:before:hidden "
        "lg:first:border-t lg:table-cell dark:border-base-800 dark:before:text-font-important-dark"
    ),
    (
        " align-middle flex items-center px-3 py-2 text-left before:block before:capitalize "
        "before:content-[attr(data-label)] before:font-semibold before:mr-auto "
        "before:text-font-important-light lg:before:hidden lg:border-t lg:border-base-200 lg:table-cell "
        "dark:lg:border-base-800 dark:before:text-font-important-dark"
    ),
    (
        "appearance-none bg-white block border border-base-300 h-4 min-w-4 relative rounded-[4px] shadow-xs w-4 "
        "dark:bg-base-900 dark:border-base-700 dark:checked:after:text-white after:absolute "
        "after:content-[&#x27;check\\_small&#x27;] after:flex! after:h-4 after:items-center after:justify-center "
        "after:leading-none after:material-symbols-outlined after:-ml-px after:-mt-px after:text-white after:w-4 "
        "dark:after:text-transparent checked:bg-primary-600 dark:checked:bg-primary-600 checked:border-primary-600 "
        "dark:checked:border-primary-600 "
    ),
    ' class="text-font-important-light dark:text-font-important-dark" ',
)

#: The end of an empty cell.
_EMPTY_CELLS: Final = (">–</td>", ">-</td>")

#: The label of a cell where the columns have no headings.
_LABEL_PATTERN: Final = re.compile(r'data-label="\w')


@register.filter
def strip_classes(cell: Any) -> SafeString:
    """Return a cell's HTML without unfold's CSS classes, and with a capital letter at the start of the cell's label."""
    html = str(conditional_escape(cell))
    for classes in _OMITTED_CLASSES:
        html = html.replace(classes, "")
    if html.rstrip().endswith(_EMPTY_CELLS):
        # On a phone, where rows are cards, empty cells are left out.
        html = html.replace('class="', 'class="desk-none ', 1)
    # Not with CSS, which would capitalise every word.
    html = _LABEL_PATTERN.sub(lambda match: match[0][:-1] + match[0][-1].upper(), html)
    return mark_safe(html)  # noqa: S308  escaped above, unless the admin has done it
