"""What publishers do to an article after it was first read: each edit of `EDITS` changes an `Edition` in place."""

from collections.abc import Callable

from tests.helpers.editions import Edition, Said

Edit = Callable[[Edition], None]
EDITS: dict[str, Edit] = {}


def _edit(edit: Edit) -> Edit:
    EDITS[edit.__name__] = edit
    return edit


@_edit
def typo_beside(article: Edition) -> None:
    article.change("typo")


@_edit
def number_inside(article: Edition) -> None:
    article.change("number")


@_edit
def name_inside(article: Edition) -> None:
    article.change("name")


@_edit
def negation_inside(article: Edition) -> None:
    article.change("negation")


@_edit
def several_facts_inside(article: Edition) -> None:
    for kind in ("number", "name", "negation"):
        article.change(kind)


@_edit
def sentence_deleted(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    del article.paragraphs[p][s]
    if not article.paragraphs[p]:
        del article.paragraphs[p]


@_edit
def sentence_duplicated(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    said = article.paragraphs[p][s]
    article.paragraphs[p].insert(s + 1, Said(said.words, twin=said.number))


@_edit
def sentence_repeated_elsewhere(article: Edition) -> None:
    """As a caption does, or a pull quote."""
    p, s = article.random.choice(article.own())
    places = [at for at in range(len(article.paragraphs) + 1) if at not in (p, p + 1)]
    article.insert(article.paragraphs[p][s].words, at=article.random.choice(places or [0]))


@_edit
def sentence_added(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    words = article.random.choice(article.base["inserted"])
    article.paragraphs[p].insert(s + article.random.randint(0, 1), Said(words))


@_edit
def paragraphs_inserted(article: Edition) -> None:
    article.insert(*article.random.sample(article.base["inserted"], article.random.randint(1, 2)))


@_edit
def paragraphs_swapped(article: Edition) -> None:
    if len(article.paragraphs) > 1:
        one, other = article.random.sample(range(len(article.paragraphs)), 2)
        rows = article.paragraphs
        rows[one], rows[other] = rows[other], rows[one]


@_edit
def paragraph_moved(article: Edition) -> None:
    rows = article.paragraphs
    paragraph = rows.pop(article.random.randrange(len(rows)))
    rows.insert(article.random.randint(0, len(rows)), paragraph)


@_edit
def paragraphs_merged(article: Edition) -> None:
    rows = article.paragraphs
    if len(rows) > 1:
        at = article.random.randrange(len(rows) - 1)
        rows[at : at + 2] = [rows[at] + rows[at + 1]]


@_edit
def paragraph_split(article: Edition) -> None:
    at = article.some_paragraph(2)
    if at is not None:
        cut = article.random.randint(1, len(article.paragraphs[at]) - 1)
        article.paragraphs[at : at + 1] = [article.paragraphs[at][:cut], article.paragraphs[at][cut:]]


@_edit
def paragraph_deleted(article: Edition) -> None:
    if len(article.paragraphs) > 2:
        del article.paragraphs[article.random.randrange(len(article.paragraphs))]


@_edit
def paragraph_duplicated(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None:
        article.paragraphs.insert(
            at + 1, [Said(said.words, twin=said.number) for said in article.paragraphs[at]]
        )


@_edit
def deleted_and_retold_elsewhere(article: Edition) -> None:
    """The paragraph is gone; its first sentence is in another, as a person's words."""
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.paragraphs.pop(at)[0].words
        places = [place for place in range(len(article.paragraphs)) if place != at]
        article.insert(article.base["retold"].format(words), at=article.random.choice(places))


@_edit
def deleted_with_lookalike(article: Edition) -> None:
    """The paragraph is gone; elsewhere another says nearly the same of something else."""
    if len(article.paragraphs) > 3 and (changed := article.change(article.random.choice(["number", "name"]))):
        at, s, _was = changed
        lookalike = article.paragraphs.pop(at)[s].words
        article.insert(
            lookalike, at=article.random.choice([n for n in range(len(article.paragraphs)) if n != at])
        )


def _corrected(article: Edition) -> tuple[str, str] | None:
    """Correct a fact; returns its sentence and its paragraph as they were."""
    before = [article.joined(paragraph) for paragraph in article.paragraphs]
    changed = article.change(article.random.choice(["number", "name", "negation"]))
    return (changed[2], before[changed[0]]) if changed else None


def _note(whole: bool, *, below: bool) -> Edit:
    def edit(article: Edition) -> None:
        if was := _corrected(article):
            article.insert(
                article.base["note"].format(was[whole]), at=len(article.paragraphs) if below else 0
            )

    return edit


EDITS["note_on_top_quotes_sentence"] = _note(False, below=False)
EDITS["note_below_quotes_sentence"] = _note(False, below=True)
EDITS["note_on_top_quotes_paragraph"] = _note(True, below=False)
EDITS["note_below_quotes_paragraph"] = _note(True, below=True)


@_edit
def note_below_with_bare_paragraph(article: Edition) -> None:
    if was := _corrected(article):
        article.insert(article.base["plain_note"], was[1], at=len(article.paragraphs))


@_edit
def note_on_top_with_bare_paragraph(article: Edition) -> None:
    if was := _corrected(article):
        article.insert(article.base["plain_note"], was[1], at=0)


@_edit
def note_behind_with_bare_paragraph(article: Edition) -> None:
    """Directly behind the paragraph that was corrected."""
    before = [article.joined(paragraph) for paragraph in article.paragraphs]
    if changed := article.change("number"):
        article.insert(article.base["plain_note"], before[changed[0]], at=changed[0] + 1)


@_edit
def removed_and_shown_below(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.joined(article.paragraphs.pop(at))
        article.insert(article.base["plain_note"], words, at=len(article.paragraphs))


@_edit
def removed_and_quoted_below(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.joined(article.paragraphs.pop(at))
        article.insert(article.base["note"].format(words), at=len(article.paragraphs))


@_edit
def live_entries_on_top(article: Edition) -> None:
    for _entry in range(article.random.randint(1, 3)):
        hour = article.random.randint(10, 23)
        article.insert(f"{hour}:05", article.random.choice(article.base["inserted"]), at=0)


@_edit
def translation_added(article: Edition) -> None:
    article.insert(*article.base["translation"], at=article.random.choice([0, len(article.paragraphs)]))


_PLAIN = str.maketrans({"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "—": "–", "’": "'", "‘": "'"})


@_edit
def typography_changed(article: Edition) -> None:
    for paragraph in article.paragraphs:
        for said in paragraph:
            said.words = said.words.translate(_PLAIN)
            if article.random.random() < 0.3:
                said.words = said.words.replace(" ", "\u00a0", 1)


@_edit
def headline_added(article: Edition) -> None:
    article.insert(article.base["headline"], at=0)


@_edit
def subheading_added(article: Edition) -> None:
    article.insert(article.base["label"])


@_edit
def read_also_same_sentence(article: Edition) -> None:
    p, s = article.random.choice(article.own())
    article.insert(article.base["read_also"].format(article.paragraphs[p][s].words))


@_edit
def read_also_after_deletion(article: Edition) -> None:
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        words = article.paragraphs.pop(at)[0].words
        teaser = article.random.choice(
            [[article.base["read_also"].format(words)], [article.base["label"], words]]
        )
        article.insert(*teaser, at=len(article.paragraphs))


def _spoken(article: Edition) -> list[tuple[int, int, str, str]]:
    return [
        (p, s, was, now)
        for p, s in article.own()
        for was, now in article.base["speaker"]
        if was in article.paragraphs[p][s].words
    ]


@_edit
def another_speaker_in_its_place(article: Edition) -> None:
    if fit := _spoken(article):
        p, s, was, now = article.random.choice(fit)
        article.paragraphs[p][s] = Said(article.paragraphs[p][s].words.replace(was, now))
        # The sentence before it belongs to that other person, too.
        for said in article.paragraphs[p][:s]:
            if "“" in said.words and "”" not in said.words:
                said.number = None


@_edit
def another_speaker_besides(article: Edition) -> None:
    if fit := _spoken(article):
        p, s, was, now = article.random.choice(fit)
        article.insert(article.paragraphs[p][s].words.replace(was, now))


@_edit
def another_speaker_elsewhere_instead(article: Edition) -> None:
    fit = _spoken(article)
    if fit and len(article.paragraphs) > 2:
        p, s, was, now = article.random.choice(fit)
        words = article.paragraphs[p][s].words.replace(was, now)
        del article.paragraphs[p]
        article.insert(words)


@_edit
def sentences_reordered(article: Edition) -> None:
    at = article.some_paragraph(2)
    if at is not None:
        article.random.shuffle(article.paragraphs[at])


@_edit
def stamp_on_top(article: Edition) -> None:
    article.insert(f"{article.random.randint(1, 28)}.11.2026, {article.random.randint(0, 23)}:40", at=0)


@_edit
def labels_between(article: Edition) -> None:
    """Advertisements and share buttons."""
    for _label in range(3):
        article.insert("—")


@_edit
def box_of_links(article: Edition) -> None:
    """Teasers of this article and of others, as a list."""
    p, s = article.random.choice(article.own())
    links = [article.base["headline"], article.paragraphs[p][s].words.rstrip(".。।"), article.base["label"]]
    article.insert("\n".join(f"- {link}" for link in links))


@_edit
def mark_behind_a_correction(article: Edition) -> None:
    if changed := article.change("number"):
        p, s, was = changed
        article.paragraphs[p].insert(s + 1, Said(f"[{article.base['note'].format(was)}]"))


@_edit
def quoted_whole_in_a_comment(article: Edition) -> None:
    """A reader repeats a paragraph and adds to it; the paragraph itself was rewritten."""
    at = article.some_paragraph()
    if at is not None and len(article.paragraphs) > 2:
        was = article.joined(article.paragraphs[at])
        article.paragraphs[at] = [Said(article.base["inserted"][0])]
        article.insert(f"{was} {article.base['translation'][1]}", at=len(article.paragraphs))


@_edit
def moved_and_corrected(article: Edition) -> None:
    article.change("number")
    paragraph_moved(article)


@_edit
def opening_rewritten(article: Edition) -> None:
    at = article.some_paragraph(2)
    if at is not None:
        article.paragraphs[at][0] = Said(article.base["inserted"][0])


def in_order(edits: list[str]) -> list[str]:
    """Edits as publishers make them: what repeats words, as notes and teasers do, is put where it stays."""
    return sorted(edits, key=lambda edit: (edit.startswith(_ADDED), edit.startswith(_REPEATED)))


_ADDED = ("note", "removed", "read_also", "sentence_repeated", "deleted_and_retold", "another_speaker")
_REPEATED = ("sentence_repeated",)
