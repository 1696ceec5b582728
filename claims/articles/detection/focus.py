"""Resolve pronouns to the people quoted or mentioned last."""

from collections import deque
from dataclasses import dataclass

from claims.articles.detection.people import NamedEntity, NameMention

_MAX_REMEMBERED_BLOCKS = 3
_MAX_REMEMBERED_TRACES = 40


@dataclass(frozen=True, slots=True)
class _Trace:
    member: NamedEntity
    block: int
    sentence: int
    has_spoken: bool = False
    is_subject: bool = False
    is_nameless: bool = False  # a possible antecedent of "he" without a name


class Focus:
    """The people mentioned so far, most recent last."""

    def __init__(self) -> None:
        self._traces: deque[_Trace] = deque(maxlen=_MAX_REMEMBERED_TRACES)
        self._block = 0
        self._sentence = 0

    def start_block(self) -> None:
        self._block += 1
        while self._traces and self._traces[0].block < self._block - _MAX_REMEMBERED_BLOCKS:
            self._traces.popleft()

    def start_sentence(self) -> None:
        self._sentence += 1

    def note_mentions(self, mentions: list[NameMention]) -> None:
        """Remember the people that a sentence names. The sentence's subject comes last, as the nearest antecedent."""
        for mention in sorted(mentions, key=lambda mention: mention.is_subject):
            if mention.member.is_person:
                self._traces.append(
                    _Trace(mention.member, self._block, self._sentence, is_subject=mention.is_subject)
                )

    def note_speaker(self, member: NamedEntity) -> None:
        self._traces.append(_Trace(member, self._block, self._sentence, has_spoken=True))

    def note_unnamed_person(self, is_feminine: bool | None) -> None:
        """Remember that a person without a name was mentioned, so that a pronoun refers to nobody earlier."""
        member = NamedEntity("", is_person=True, is_feminine=is_feminine)
        self._traces.append(_Trace(member, self._block, self._sentence, is_subject=True, is_nameless=True))

    @property
    def has_people(self) -> bool:
        """Return whether any person was named recently."""
        return bool(self._traces)

    def _has_company(self, trace: _Trace, is_feminine: bool | None) -> bool:
        """Return whether the sentence names another person whom the pronoun may mean."""
        return any(
            other_trace.member is not trace.member
            and other_trace.sentence == trace.sentence
            and (
                None in (is_feminine, other_trace.member.is_feminine)
                or is_feminine == other_trace.member.is_feminine
            )
            for other_trace in self._traces
        )

    def find_antecedent(self, is_feminine: bool | None) -> NamedEntity | None:
        """Return the person that "he" or "she" must refer to; None if ambiguous.

        Either pronoun may mean a person of unknown gender. A person named only in passing is never the antecedent. Such
        a person still makes the pronoun ambiguous if the previous person was only a subject and has not spoken.
        """
        bystanders: list[NamedEntity] = []
        doubtful_member: NamedEntity | None = None
        for trace in reversed(self._traces):
            member = trace.member
            if None not in (is_feminine, member.is_feminine) and is_feminine != member.is_feminine:
                continue
            if trace.is_nameless:
                return None
            if not (trace.has_spoken or trace.is_subject):
                bystanders.append(member)
                continue
            if doubtful_member is not None and member is not doubtful_member:
                return None
            is_certain = is_feminine is None or member.is_feminine is not None
            has_others = any(bystander is not member for bystander in bystanders) or (
                not trace.has_spoken and self._has_company(trace, is_feminine)
            )
            if has_others and not trace.has_spoken:
                return None
            if is_feminine is None and has_others:
                return None
            is_same_sentence = trace.sentence == self._sentence  # "Price did not answer, but he said"
            has_just_spoken = trace.has_spoken and trace.sentence == self._sentence - 1 and not has_others
            if is_certain or (is_same_sentence and not has_others) or has_just_spoken:
                return member
            doubtful_member = member
        if doubtful_member is not None and all(bystander is doubtful_member for bystander in bystanders):
            return doubtful_member
        return None
