"""Find the words that introduce a speaker: a verb of saying, or a source."""

import re
from dataclasses import dataclass

from claims.articles.detection.grammar import Grammar
from claims.articles.detection.lexicon import Lexicon, Token, split_words, tokenise
from claims.articles.detection.names import is_capital, split_name
from claims.articles.detection.phrases import Phrase, read_speaker_after, read_subject_before, remove_adverbs

QUOTED_MARK = "\ufffc"  # replaces each character of a quotation, so that offsets stay valid
DROPPED_MARK = "\u2205"  # the subject that Romance and Slavic languages leave out: "…", añadió.
_CLAUSE_END = re.compile(r"[;:()\[\]—–]|\s-\s|\ufffc")
_PARENTHESIS_PATTERN = re.compile(r"(?<=\w )\([^()\ufffc]{1,40}\)")
_CLAUSE_PATTERN = re.compile(r"[^,.;]*")
_MAX_CLOSING_SUBJECT = 6
_MAX_THAT_DISTANCE = 6
_MIN_QUOTED_WORDS = 3
_SURROUNDING_MARKS = " ,:،：，"
_DASHES = ",，،–—-"
#: The maximum number of words in an attribution at the end of a sentence.
MAX_TAIL_LENGTH = 34
_MIN_CLAIMED_WORDS = 3
_MAX_ADJUNCT_LENGTH = 8
_MIN_CLAUSE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Attribution:
    """A phrase that names a speaker, and the span of the words that attribute the sentence to that speaker."""

    phrase: str
    description: str | None
    start: int
    end: int
    verb: str = ""  # its form may show whether a woman speaks
    source: str = ""  # "according to": the phrase that puts the name into a case


def find_attribution(narration: str, language: Lexicon, grammar: Grammar) -> Attribution | None:
    """Return the attribution in a sentence, or None. A quotation's speaker takes precedence over a source."""
    narration = _PARENTHESIS_PATTERN.sub(lambda match: " " * len(match[0]), narration)
    for pattern in language.patterns:
        attribution = _read_by_pattern(pattern, narration, language, grammar)
        if attribution:
            return attribution
    if not language.is_cased:
        return None
    tokens = tokenise(narration)
    signals = language.signals.find(narration, tokens)
    verbs = [(index, True) for index in signals.get("says", ())] + [
        (index, False) for index in signals.get("states", ())
    ]
    that_indexes = set(signals.get("follows", ()))
    # The verb next to a quotation first, then in the order of the sentence.
    verbs.sort(key=lambda verb: (not _is_beside_quotation(narration, tokens[verb[0]]), verb[0]))
    impersonal_spans = list(grammar.find_impersonal_spans(narration))
    for index, is_strong in verbs:
        if any(start <= tokens[index].start < end for start, end in impersonal_spans):
            continue
        attribution = _read_by_verb(
            narration, tokens, index, language, is_strong=is_strong, that_indexes=that_indexes
        )
        if attribution:
            return attribution
    for index in signals.get("according", ()):
        attribution = _read_by_source(narration, tokens, index, language)
        if attribution:
            return attribution
    return None


def has_second_speech_verb(narration: str, language: Lexicon, grammar: Grammar) -> bool:
    """Return whether the sentence's subject speaks after a first verb: "She sat down and said that"."""
    tokens = tokenise(narration)
    signals = language.signals.find(narration, tokens)
    that_indexes = set(signals.get("follows", ()))
    impersonal_spans = list(grammar.find_impersonal_spans(narration))
    for index in (*signals.get("says", ()), *signals.get("states", ())):
        verb = tokens[index]
        if (
            index
            and tokens[index - 1].key in grammar.conjunctions
            and not any(start <= verb.start < end for start, end in impersonal_spans)
        ):
            is_strong = index in signals.get("says", ()) and len(tokens) > index + _MIN_QUOTED_WORDS
            is_introduced = is_strong or any(
                index < that_index <= index + _MAX_THAT_DISTANCE for that_index in that_indexes
            )
            if is_introduced or QUOTED_MARK in narration[verb.end : verb.end + 30]:
                return True
    return False


def _read_by_pattern(
    pattern: re.Pattern[str], narration: str, language: Lexicon, grammar: Grammar
) -> Attribution | None:
    match = pattern.search(narration)
    if match is None:
        return None
    groups = match.groupdict()
    subject_text = (groups.get("who") or "").strip(_SURROUNDING_MARKS)
    if groups.get("definite"):
        subject_text = grammar.article + groups["definite"]  # Arabic writes "to the" onto the word
    if language.is_cased:
        subject_text = _cut_adjunct(subject_text, language)
    if not subject_text:
        return None
    return Attribution(
        subject_text, groups.get("description"), match.start(), match.end(), groups.get("verb") or ""
    )


def _cut_adjunct(subject_text: str, language: Lexicon) -> str:
    """Return the subject without an adjunct after the name: "Kaplan" for "Kaplan gegenüber der Zeitung"."""
    kept_parts: list[str] = []
    small_words = language.stops - language.of_words - language.inside_words - language.determiners
    for word in subject_text.split():
        if kept_parts and is_capital(kept_parts[-1]) and (word in small_words or language.is_date_word(word)):
            break
        kept_parts.append(word)
    while (
        len(kept_parts) > 1
        and kept_parts[-1] in language.of_words | language.determiners | language.inside_words
    ):
        kept_parts.pop()
    return " ".join(kept_parts)


def _is_beside_quotation(narration: str, verb: Token) -> bool:
    return QUOTED_MARK in narration[max(0, verb.start - 60) : verb.end + 25]


def _read_by_verb(
    narration: str,
    tokens: list[Token],
    index: int,
    language: Lexicon,
    *,
    is_strong: bool,
    that_indexes: set[int],
) -> Attribution | None:
    """Return the attribution by the verb at `index`. A weak verb needs a quotation, a "that" or the sentence's end."""
    verb = tokens[index]
    if verb.text[0].isupper() and index:
        return None  # the United States
    clause_end = max((match.end() for match in _CLAUSE_END.finditer(narration, 0, verb.start)), default=0)
    text_before_verb = narration[clause_end : verb.start]
    core_text = remove_adverbs(text_before_verb, language)
    if core_text is None:
        return None  # "did not say"
    is_introducing = QUOTED_MARK in narration[verb.end : verb.end + 30] or any(
        index < subject_start <= index + _MAX_THAT_DISTANCE for subject_start in that_indexes
    )
    is_after_quotation = (
        narration[:clause_end].endswith(QUOTED_MARK)
        and len(split_words(text_before_verb)) <= _MAX_CLOSING_SUBJECT
    )
    is_closing = not split_words(core_text) or (core_text.endswith(",") and not is_introducing)
    is_trailing = _is_trailing(text_before_verb) and _is_adjunct(narration[verb.end :], language)
    if not (is_strong or is_introducing or is_closing or is_after_quotation or is_trailing):
        return None
    speaker = (
        read_speaker_after(narration, verb.end, language) if _is_fronted(text_before_verb, language) else None
    )
    subject = read_subject_before(text_before_verb, language) if speaker is None else None
    if subject is not None:
        is_aside = (
            not is_strong and is_closing and bool(split_words(core_text)) and QUOTED_MARK not in narration
        )
        if is_aside and not _is_adjunct(narration[verb.end :], language):
            return None  # "Strand, 51, denies arson"
        subject_start = clause_end + _find_subject_start(text_before_verb, subject)
        return Attribution(subject.text, subject.description, subject_start, verb.end, verb.key)
    if speaker is None and is_closing and verb.key not in language.no_inversion:
        speaker = read_speaker_after(narration, verb.end, language)
    if speaker is not None:
        clause_start = (
            clause_end + text_before_verb.rfind(",") + 1 if is_closing else verb.start
        )  # the auxiliary belongs to it: "a déclaré"
        return Attribution(speaker.text, speaker.description, clause_start, speaker.end, verb.key)
    if (
        language.drops_subjects
        and not split_words(core_text)
        and (is_introducing or QUOTED_MARK in narration)
        and not _has_subject(narration[verb.end :], language)
    ):
        return Attribution(
            DROPPED_MARK, None, clause_end + text_before_verb.rfind(",") + 1, verb.end, verb.key
        )
    return None


def _has_subject(text_after: str, language: Lexicon) -> bool:
    """Return whether a noun without a name directly follows the verb: "disse a ouvidora"."""
    next_words = split_words(text_after[:40])
    return bool(next_words) and (
        next_words[0].lower() in language.determiners
        or (is_capital(next_words[0]) and QUOTED_MARK not in text_after[:3])
    )


def _is_fronted(text_before: str, language: Lexicon) -> bool:
    """Return whether an adjunct opens the sentence, so that in German and Dutch the subject follows the verb."""
    opening = text_before.split(maxsplit=1)
    leading_words = language.leading_words | language.stops
    return language.is_verb_second and bool(opening) and opening[0].lower() in leading_words


def _is_trailing(text_before: str) -> bool:
    """Return whether the subject follows a whole statement: "nine wells ran dry, state media (reported)"."""
    speech, comma, subject = text_before.rpartition(",")
    return bool(comma) and bool(split_words(subject)) and len(split_words(speech)) >= _MIN_QUOTED_WORDS


def _is_adjunct(text_after: str, language: Lexicon) -> bool:
    """Return whether only a time expression precedes the next comma or the end: `…, state media reported on Friday.`"""
    small_words = language.stops | language.words_before_verb | language.determiners
    clause = _CLAUSE_PATTERN.match(text_after)
    return clause is not None and all(
        word.lower() in small_words or language.is_date_word(word) or word.isdigit()
        for word in split_words(clause[0])
    )


def _find_subject_start(text_before: str, subject: Phrase) -> int:
    """Return the position where the subject begins, including its determiner and description."""
    if subject.description:
        positions = [
            position
            for position in (text_before.find(subject.text), text_before.find(subject.description))
            if position >= 0
        ]
        return min(positions, default=0)
    return max(text_before.rfind(split_name(subject.text)[0]), 0)


def _read_by_source(narration: str, tokens: list[Token], index: int, language: Lexicon) -> Attribution | None:
    """Return the attribution by the source phrase at `index`, such as `according to …`."""
    for phrase in language.get_attributions("according"):
        source_words = [token.key for token in tokenise(phrase)]
        if [token.key for token in tokens[index : index + len(source_words)]] == source_words:
            is_opening = not split_words(narration[: tokens[index].start])
            speaker = read_speaker_after(
                narration, tokens[index + len(source_words) - 1].end, language, is_opening=is_opening
            )
            if speaker:
                return Attribution(
                    speaker.text, speaker.description, tokens[index].start, speaker.end, source=phrase.lower()
                )
    return None


def find_tail(narration: str, attribution: Attribution, language: Lexicon) -> int | None:
    """Return where a closing attribution begins: at a comma, a dash or a quotation's end. None if there is none."""
    text_before = narration[: attribution.start].rstrip()
    text_after = narration[attribution.end :]
    if (
        len(split_words(text_before)) < _MIN_CLAIMED_WORDS <= len(split_words(narration))
        and QUOTED_MARK not in text_before
    ):
        return None
    if not text_before.endswith((*_DASHES, QUOTED_MARK)):
        return None
    if _is_continued(text_after, language):
        return None
    if (
        QUOTED_MARK in text_after
        or len(split_words(text_after)) > _MAX_ADJUNCT_LENGTH
        or len(split_words(narration[attribution.start :])) > MAX_TAIL_LENGTH
    ):
        return None
    if "," in text_after.strip(" ,.") and "according" not in language.signals.find(
        text_after, tokenise(text_after)
    ):
        return None
    return len(text_before.rstrip(f" {_DASHES}"))


def _is_continued(text_after: str, language: Lexicon) -> bool:
    """Return whether the statement follows the verb: "Asked about it, Bakken said it was agreed."."""
    next_words = [word.lower() for word in split_words(text_after)]
    first_word, second_word, *_ = *next_words[:2], "", ""
    if first_word in language.complementizers:
        return second_word != "day" and not language.is_date_word(second_word)
    if text_after.lstrip().startswith(","):
        return False
    if first_word in language.definite_words:
        return len(next_words) >= _MIN_CLAUSE_WORDS  # but "the day before", "la settimana scorsa"
    pronouns = language.he_words | language.she_words | language.vague_words
    return first_word in pronouns - language.relatives - language.inside_words
