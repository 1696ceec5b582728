"""The weight of the program counts what has to be read, however it is laid out."""

from deploy.weight import name_package, weigh

MODULE = '''"""A docstring
of two lines."""

# A comment.
def add(a, b):
    """Return the sum."""
    return a + b  # why
'''


def test_docstrings_comments_and_blank_lines_weigh_nothing() -> None:
    assert weigh(MODULE) == {"files": 1, "lines": 2, "tokens": 12}


def test_packed_lines_weigh_as_many_tokens() -> None:
    assert weigh("a = 1\nb = 2\n")["tokens"] + 1 == weigh("a = 1; b = 2\n")["tokens"]


def test_files_count_for_their_package() -> None:
    assert [
        name_package(path)
        for path in (
            "claims/review/moves.py",
            "claims/apps.py",
            "factcheck/settings.py",
            "sources/http/fetch.py",
        )
    ] == ["claims/review", "claims", "factcheck", "sources"]
