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


def make_article(words: int) -> str:
    """Return an article with about this many words, the same every time."""
    chance = random.Random(1911)  # noqa: S311  nothing to protect here
    paragraphs, count = ["Ten years of harbours"], 0
    while count < words:
        sentences = [
            sentence.format(
                place=chance.choice(PLACES),
                name=chance.choice(NAMES),
                thing=chance.choice(THINGS),
                number=f"{chance.randint(1_000, 900_000):,}",
                small=chance.randint(2, 90),
                share=chance.randint(2, 60),
                year=chance.randint(2012, 2024),
                earlier=chance.randint(1990, 2011),
                month=chance.choice(["January", "March", "June", "October"]),
            )
            for sentence in chance.sample(SENTENCES, 4)
        ]
        paragraphs.append(" ".join(sentences))
        count += len(paragraphs[-1].split())
    return "\n\n".join(paragraphs)
