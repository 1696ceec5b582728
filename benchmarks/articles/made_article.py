"""An article of any length, to measure imports with."""

import random

NAMES = [
    "Ida Berg",
    "Östen Ågren",
    "Ana Ruiz",
    "Marek Novak",
    "Leila Haddad",
    "Tom Okafor",
    "Mei Tanaka",
    "Jan Claes",
]
PLACES = ["Sundvik", "Norrhamn", "Västby", "Kvarnsjö", "Port Elin", "Lindesund", "Hallmora", "Granby"]
THINGS = [
    "tonnes of cargo",
    "ferry passengers",
    "new flats",
    "hospital beds",
    "solar panels",
    "school places",
]
SENTENCES = (
    "{place} handled {number} {thing} in {year}, {share} per cent more than in {earlier}.",
    "In {month} {year} the council of {place} sold its old shipyard for {small} million euros.",
    "“We have lost {small} of our ferry lines since {earlier},” {name}, the harbour director, said on Tuesday.",
    "According to the National Statistics Office, {place} had {number} inhabitants in {year}.",
    "{name} wrote in {year} that the bridge between {place} and the islands was never paid for.",
    "It is a long story, and few people like to tell it.",
    "Whoever walks along the quay in the evening hears the gulls and little else.",
    "The court ruled in {month} {year} that {place} must repay {number} euros to the state.",
)


def make_article(min_words: int) -> str:
    """Return an article with about this many words, the same every time."""
    rng = random.Random(1911)  # noqa: S311  nothing to protect here
    paragraphs, word_count = ["Ten years of harbours"], 0
    while word_count < min_words:
        sentences = [
            sentence.format(
                place=rng.choice(PLACES),
                name=rng.choice(NAMES),
                thing=rng.choice(THINGS),
                number=f"{rng.randint(1_000, 900_000):,}",
                small=rng.randint(2, 90),
                share=rng.randint(2, 60),
                year=rng.randint(2012, 2024),
                earlier=rng.randint(1990, 2011),
                month=rng.choice(["January", "March", "June", "October"]),
            )
            for sentence in rng.sample(SENTENCES, 4)
        ]
        paragraphs.append(" ".join(sentences))
        word_count += len(paragraphs[-1].split())
    return "\n\n".join(paragraphs)
