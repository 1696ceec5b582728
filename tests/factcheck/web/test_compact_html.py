"""That the desk's templates are read without their indentation, and that nothing else changes."""

from django.template.loader import get_template

from factcheck.web.compact_html import compact_template


def test_indentation_and_empty_lines_go() -> None:
    assert (
        compact_template("<p>\n        Words\n\n    <b>here</b>\n</p>\n") == "<p>\nWords\n<b>here</b>\n</p>\n"
    )


def test_translated_text_is_unchanged() -> None:
    block = "{% blocktranslate %}\n        Two\n        lines{% endblocktranslate %}"
    assert compact_template(f"<p>\n    {block}\n</p>") == f"<p>\n{block}\n</p>"


def test_only_the_desk_is_read_so() -> None:
    names = ("admin/base.html", "base.html")
    read = {name: "\n    " in vars(get_template(name))["template"].source for name in names}
    assert read == {"admin/base.html": False, "base.html": True}
