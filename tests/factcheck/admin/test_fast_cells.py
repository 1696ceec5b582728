"""Cells of lists without what unfold says of each."""

from django.utils.safestring import SafeString

from factcheck.admin.fast_cells import strip_classes


def test_label_begins_with_a_capital_and_has_no_others() -> None:
    """On a phone it is beside the value. Every word with a capital is wrong in most languages."""
    cell = SafeString('<td data-label="behauptet am">x</td><td data-label="äußerung">y</td>')
    assert strip_classes(cell) == '<td data-label="Behauptet am">x</td><td data-label="Äußerung">y</td>'
