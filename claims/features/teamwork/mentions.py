"""Find and display mentions of colleagues as `@username`.

Names are searched only in plain text: not in code, URLs or the texts of links.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from markdown_it.token import Token

from claims.ledger.document.markdown import parse_markdown, render_parts
from claims.newsroom.people import get_display_name

#: The most user names looked up in one text; nobody needs to mention more people.
MAX_MENTIONED_NAMES = 50
#: The most people suggested while a name is typed.
MAX_SUGGESTIONS = 8

# Matches Django's user names, also with combining accents, but not after a letter, because that is an email address.
_MENTION_PATTERN = re.compile(r"(?<![\w@.+/-])@([\w\u0300-\u036f.@+-]{1,150})")
#: Characters that may end either a sentence or a user name.
_TRAILING_PUNCTUATION = ".@+-"


def find_mentionable_people() -> QuerySet[User]:
    """Return the people who can be mentioned."""
    return User.objects.filter(is_active=True, is_staff=True)


def find_mentioned_people(text: str) -> list[User]:
    """Return the people mentioned in the text, each once."""
    mentioned_names = _find_mentioned_names(parse_markdown(text))
    folded_names = {
        _fold_name(candidate) for name in mentioned_names for candidate in _iterate_candidates(name)
    }
    people_by_name = _group_by_name(
        find_mentionable_people().annotate(lowered=Lower("username")).filter(lowered__in=folded_names)
    )
    people = (_find_person(name, people_by_name) for name in mentioned_names)
    return list({person.pk: person for person, _length in filter(None, people)}.values())


def render_mentions(text: str, mentioned_people: list[User]) -> str:
    """Return safe HTML in which mentions are replaced by highlighted display names."""
    parts, people_by_name = parse_markdown(text), _group_by_name(mentioned_people)
    if people_by_name:
        for part in parts:
            if part.children:
                part.children = list(_highlight_mentions(part.children, people_by_name))
    return render_parts(parts)


def suggest_people(typed_text: str) -> list[User]:
    """Return the people whose user name, first name or last name begins with the typed text."""
    rows = find_mentionable_people().order_by("username")
    folded_text = _fold_name(typed_text)
    if folded_text:
        rows = rows.filter(
            Q(username__istartswith=folded_text)
            | Q(first_name__istartswith=folded_text)
            | Q(last_name__istartswith=folded_text)
        )
    return list(rows[:MAX_SUGGESTIONS])


# Finding mentions -----------------------------------------------------------------------------------------------------


def _iterate_text_tokens(parts: list[Token]) -> Iterator[Token]:
    """Yield the text tokens that are not part of links."""
    depth = 0
    for part in parts:
        depth += part.nesting if part.type.startswith("link_") else 0
        if part.type == "text" and depth == 0:
            yield part


def _find_mentioned_names(parts: list[Token]) -> list[str]:
    """Return the names after @ signs in the text tokens, each once."""
    names: dict[str, None] = {}
    for part in parts:
        for token in _iterate_text_tokens(part.children or []):
            for match in _MENTION_PATTERN.finditer(token.content):
                names.setdefault(match[1])
                if len(names) == MAX_MENTIONED_NAMES:
                    return list(names)
    return list(names)


def _iterate_candidates(name: str) -> Iterator[str]:
    """Yield the possible user names, longest first: the full stop in “@kim.” may belong to the name."""
    yield name
    while name and name[-1] in _TRAILING_PUNCTUATION:
        name = name[:-1]
        yield name


def _normalise_name(name: str) -> str:
    """Normalise a user name as Django does."""
    return unicodedata.normalize("NFKC", name)


def _fold_name(name: str) -> str:
    """Return the user name with its case folded."""
    return _normalise_name(name).lower()


def _group_by_name(people: QuerySet[User] | list[User]) -> dict[str, list[User]]:
    people_by_name: dict[str, list[User]] = {}
    for person in people:
        people_by_name.setdefault(_fold_name(person.username), []).append(person)
    return people_by_name


def _find_person(name: str, people_by_name: dict[str, list[User]]) -> tuple[User, int] | None:
    """Return the person with this user name, preferably in the same case, and the length of the name in the text."""
    for candidate in _iterate_candidates(name):
        people = people_by_name.get(_fold_name(candidate), [])
        exact_matches = [person for person in people if person.username == _normalise_name(candidate)]
        if exact_matches or len(people) == 1:
            return (exact_matches or people)[0], len(candidate)
    return None


# Displaying mentions --------------------------------------------------------------------------------------------------


def _highlight_mentions(parts: list[Token], people_by_name: dict[str, list[User]]) -> Iterator[Token]:
    token = {id(new_token) for new_token in _iterate_text_tokens(parts)}
    for new_token in parts:
        if id(new_token) in token:
            yield from _split_at_mentions(new_token, people_by_name)
        else:
            yield new_token


def _split_at_mentions(part: Token, people_by_name: dict[str, list[User]]) -> Iterator[Token]:
    """Yield the tokens that replace a text token: each mention becomes a separate, highlighted token."""
    text, position = part.content, 0

    def make_text_token(content: str) -> Token:
        return Token("text", "", 0, content=content, level=part.level)

    for match in _MENTION_PATTERN.finditer(text):
        if found_person := _find_person(match[1], people_by_name):
            name_end = match.start(1) + found_person[1]
            yield make_text_token(text[position : match.start()])
            yield Token("strong_open", "strong", 1, markup="**")
            yield make_text_token(f"@{get_display_name(found_person[0])}")
            yield Token("strong_close", "strong", -1, markup="**")
            position = name_end
    yield make_text_token(text[position:])
