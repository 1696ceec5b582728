from claims.imports.reading.interpretation import read_topics
from tests.helpers.sweeps import sweep


@sweep(
    "value, expected",
    [
        ("economy,jobs", ["economy", "jobs"]),
        ("Economy; Jobs, wages and pensions", ["Economy", "Jobs, wages and pensions"]),
        ("Economy | Jobs", ["Economy", "Jobs"]),
        ("اقتصاد، صحة", ["اقتصاد", "صحة"]),
        ("#economy", ["economy"]),
        ("Health &amp; Safety, Jobs", ["Health & Safety", "Jobs"]),
        (["Economy", "economy", "ECONOMY ", None, "N/A"], ["Economy"]),
        (["Food, Drink and Farming"], ["Food, Drink and Farming"]),
        ([{"name": "Economy"}], ["Economy"]),
        ("['economy', 'jobs']", ["economy", "jobs"]),
        (None, []),
        ("", []),
        (" , ;", []),
    ],
)
def test_topics(value, expected):
    assert read_topics(value) == (tuple(expected), ())


def test_long_topics_are_left_out():
    topics, (problem,) = read_topics(["x" * 100, "y" * 101])
    assert (topics, problem.code) == (("x" * 100,), "topic too long")
