"""Generated text in ten languages: invented words with natural frequencies (Zipf's law)."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

#: How many made-up words each language has.
VOCABULARY_SIZE = 12_000


@dataclass(frozen=True)
class Language:
    """The look of a language's words, and the real words that join its sentences.

    `function_words` are in order of frequency. In `sentences`, `{}` stands for an invented word, `{number}` for a
    number and `{year}` for a year. `separator` separates words.
    """

    tag: str
    share: int
    onsets: str
    vowels: str
    codas: str
    function_words: str
    sentences: tuple[str, ...]
    separator: str = " "


LANGUAGES = (
    Language(
        "en", 30, "b c d f g h j l m n p r s t v w br cl dr gr pl sh st th tr", "a e i o u ea ou", "n r l t s nd ck st",
        "the of and to in a is that for it was on with as by at from are be this",
        ("{} of {} {} rose by {number} per cent in {year}", "In {year}, {} {} more than {number} {} to the {}",
         "No {} {} has had a {} {} since {year}", "The {} {} cost {number} million euros, and {} paid for it"),
    ),
    Language(
        "de", 9, "b d f g h k l m n p r s t w z sch kr pf gl schw", "a e i o u ei au ü ö ä", "n r l t ch st ng rt",
        "die der und in den von zu das mit sich des auf für ist im dem nicht ein eine als",
        ("Im Jahr {year} stieg {} {} um {number} Prozent", "Seit {year} hat {} mehr als {number} {} {}",
         "Kein {} {} hat {} so oft wie {} bezahlt", "Der {} {} kostete {number} Millionen Euro"),
    ),
    Language(
        "es", 13, "b c d f g l m n p r s t v ll ñ tr gr pl", "a e i o u ia ie ue", "n r s l d",
        "de la que el en y a los se del las un por con no una su para es al",
        ("En {year}, {} {} subió un {number} por ciento", "La {} de {} costó {number} millones de {}",
         "Desde {year} ningún {} {} ha tenido {}", "Más de {number} {} recibieron {} en {year}"),
    ),
    Language(
        "fr", 9, "b c d f g j l m n p r s t v ch br pl qu", "a e i o u é è ou eu ai oi", "n r s l t x",
        "de la le et les des en un du une que est pour qui dans a par plus pas au",
        ("En {year}, {} {} a augmenté de {number} pour cent", "Le {} de {} a coûté {number} millions d’euros",
         "Depuis {year}, aucun {} {} n’a reçu {}", "Plus de {number} {} ont quitté {} en {year}"),
    ),
    Language(
        "pt", 12, "b c d f g j l m n p r s t v lh nh br tr", "a e i o u ã õ ei ou", "s r m l",
        "de a que o e do da em um para com uma os no se na por mais as dos",
        ("Em {year}, {} {} cresceu {number} por cento", "A {} de {} custou {number} milhões de {}",
         "Desde {year} nenhum {} {} teve {}", "Mais de {number} {} receberam {} em {year}"),
    ),
    Language(
        "ru", 6, "б в г д ж з к л м н п р с т х ч ш пр ст кр", "а е и о у ы я ю", "н р л т м к й ть",
        "и в не на что с по это как а из у за от то о к для но до",
        ("В {year} году {} {} выросла на {number} процентов", "С {year} года ни один {} {} не получил {}",
         "{} {} стоила {number} миллионов {}", "Более {number} {} покинули {} в {year} году"),
    ),
    Language(
        "ar", 7, "ب ت ج ح د ر س ش ص ط ع ف ق ك ل م ن ه", "ا و ي", "ب ت ر س ع ق ل م ن ة",
        "في من على أن إلى عن مع هذا التي كان بعد الذي لا ما بين كل قد هو هي أو",
        ("ارتفع {} {} بنسبة {number} في المئة عام {year}", "منذ عام {year} لم يحصل {} على {} {}",
         "كلف {} {} أكثر من {number} مليون {}", "غادر أكثر من {number} {} مدينة {} عام {year}"),
    ),
    Language(
        "hi", 6, "क ख ग च ज ट ड त द न प ब म य र ल व स ह", "ा ि ी ु े ो", "न र ल त क",
        "के में की है और से का को पर ने कि यह भी एक नहीं था हो इस जो तो",
        ("{year} में {} {} में {number} प्रतिशत की वृद्धि हुई", "{year} के बाद किसी {} को {} {} नहीं मिला",
         "{} {} पर {number} करोड़ खर्च हुए", "{number} से अधिक {} ने {year} में {} छोड़ा"),
    ),
    Language(
        "ko", 5, "가 나 다 라 마 바 사 아 자 차 카 타 파 하 고 노 도 로 모 보 소 오", "",
        "기 니 리 미 비 시 지 구 누 두 루 무 부 수 주",
        "이 그 및 등 수 것 더 또 한 두 세 각 전 약 중 후 내 위 때 곳",
        ("{year}년 {} {}이 {number}퍼센트 늘었다", "{year}년 이후 {} {}은 {}을 받지 못했다",
         "{} {}에 {number}억 원이 들었다", "{number}명이 넘는 {}이 {year}년 {}을 떠났다"),
    ),
    Language(
        "zh", 3, " ".join(map(chr, range(0x4E09, 0x7000, 19))), "", " ".join(map(chr, range(0x7001, 0x9E00, 23))),
        "的 了 在 是 和 有 不 为 与 对 将 从 到 也 但 被 由 已 其 这",
        ("{year}年{}{}增长了{number}%", "自{year}年以来{}没有得到{}{}", "{}{}花费了{number}万元",
         "超过{number}名{}在{year}年离开了{}"),
        separator="",
    ),
)  # fmt: skip

LANGUAGES_BY_TAG = {language.tag: language for language in LANGUAGES}
#: Of so many words of running text one is made up and not function_words.
_FUNCTION_WORD_SHARE = 0.35


class Lexicon:
    """The words of a language, drawn by the frequency of their rank."""

    def __init__(self, language: Language) -> None:
        self.language = language
        #: The made-up words, the commonest first.
        self.words = list(itertools.islice(_make_words(language), VOCABULARY_SIZE))
        function_words = language.function_words.split()
        # Zipf's law with the offset of Mandelbrot, so that no made-up word is as common as "the".
        content_weights = [1 / (rank + 20) for rank in range(VOCABULARY_SIZE)]
        function_weights = [1 / (rank + 2) for rank in range(len(function_words))]
        scale = (
            _FUNCTION_WORD_SHARE / (1 - _FUNCTION_WORD_SHARE) * sum(content_weights) / sum(function_weights)
        )
        self._word_weights = list(itertools.accumulate(content_weights))
        self._all_words = [*function_words, *self.words]
        self._text_weights = list(
            itertools.accumulate(
                [*(scale * function_weight for function_weight in function_weights), *content_weights]
            )
        )

    def draw_words(self, rng: random.Random, count: int) -> list[str]:
        """Return generated words by their frequency."""
        return rng.choices(self.words, cum_weights=self._word_weights, k=count)

    def draw_statement(self, rng: random.Random) -> str:
        """Return a sentence that claims something, without its full stop."""
        pattern = rng.choice(self.language.sentences)
        words = self.draw_words(rng, pattern.count("{}"))
        tail = self.draw_text(rng, rng.randint(3, 8))
        sentence = pattern.format(*words, number=rng.randint(2, 9_999), year=rng.randint(1990, 2024))
        return _capitalise(f"{sentence}{self.language.separator}{tail}")

    def draw_text(self, rng: random.Random, count: int) -> str:
        """Return a number of words in a row."""
        return self.language.separator.join(
            rng.choices(self._all_words, cum_weights=self._text_weights, k=count)
        )

    def draw_sentence(self, rng: random.Random, count: int) -> str:
        return _capitalise(self.draw_text(rng, count)) + ("。" if self.language.tag == "zh" else ".")

    def draw_name(self, rng: random.Random, count: int = 2) -> str:
        """Return words in the form of a name of a person, place or institution."""
        return self.language.separator.join(word.capitalize() for word in self.draw_words(rng, count))


@cache
def get_lexicon(tag: str) -> Lexicon:
    return Lexicon(LANGUAGES_BY_TAG[tag])


def _make_words(language: Language) -> Iterator[str]:
    """Yield distinct words without end, reproducibly and increasingly long."""
    rng = random.Random(f"words of {language.tag}")  # noqa: S311  nothing to protect here
    onsets, codas = language.onsets.split(), language.codas.split()
    vowels = language.vowels.split() or [""]
    made_words: set[str] = set(language.function_words.split())
    while True:
        min_syllables = (1 if len(made_words) < 500 else 2) if len(made_words) < 4_000 else 3
        syllable_count = max(1, min_syllables + rng.choice((0, 0, 1)) - (not language.separator))
        word = "".join(
            rng.choice(onsets)
            + rng.choice(vowels)
            + (rng.choice(codas) if is_last or rng.random() < 0.25 else "")
            for is_last in (index == syllable_count - 1 for index in range(syllable_count))
        )
        if word not in made_words:
            made_words.add(word)
            yield word


def _capitalise(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
