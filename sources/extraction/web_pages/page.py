"""Turn a web page into a document."""

import copy
import logging

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document as TrafilaturaDocument

from sources.extraction.clean_text import clean_text
from sources.extraction.document import Document, describe_extractor
from sources.extraction.language import choose_language
from sources.extraction.metadata import read_metadata
from sources.extraction.structured_data import read_structured

from .article_runs import MIN_BODY_LENGTH, ArticleDescription, ArticleRuns
from .markers import is_separate_section
from .markup import (
    BOILERPLATE_TAGS,
    TEXTLESS_TAGS,
    TextRun,
    build_key,
    is_tractable,
    iterate_runs,
    join_paragraphs,
    parse,
)
from .walls import is_gate, refuse_empty_page, refuse_walls
from .warnings import build_data_warning, find_warnings

# A shorter text is the label of a sign-in button, not an article.
MIN_LETTERS = 20
#: The maximum number of runs between the visible part and a gate that hides the rest of the article.
FOLLOWING_RUNS = 6
#: If the page shows less than this share of the body in its structured data, the body is used as the text.
MIN_SHOWN_SHARE = 0.65

# Trafilatura reports pages without text, which we report ourselves with better messages.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract_page(markup: str, *, url: str, media_type: str) -> Document:
    """Extract the document from a web page. Raises ExtractionError if the page has no readable text."""
    tree = parse(markup)
    structured = read_structured(tree)
    metadata = read_metadata(tree, url, structured)
    body = structured.body()
    text, extractor, tail = "", describe_extractor("trafilatura"), list[TextRun]()
    if is_tractable(tree):
        text, tail = _select_article(tree, ArticleDescription(metadata.title, structured.description, body))
    if not text:
        text, extractor = clean_text(_join_blocks(_find_article(tree), BOILERPLATE_TAGS)), "blocks 1"
    is_from_data = _is_small_part(text, body)
    if is_from_data:
        text, extractor = body, "schema.org articleBody"
    visible_runs = list(iterate_runs(tree, TEXTLESS_TAGS))
    article = body or "\n".join(run.text for run in visible_runs if _is_marked_up(run.element))
    refuse_walls(tree, text, "\n".join(run.text for run in visible_runs), article, is_free=structured.is_free)
    if sum(map(str.isalpha, text)) < MIN_LETTERS:
        refuse_empty_page(tree)
    language = choose_language(metadata.language, text)
    caveats = find_warnings(
        text,
        language=language,
        stated_words=structured.word_count,
        is_gated=any(is_gate(run.text) for run in tail),
        # A publisher that gives the whole text to search engines does not hide any of it from us.
        is_free=structured.is_free or bool(body),
    )
    return Document(
        title=metadata.title,
        byline=metadata.byline,
        published_on=metadata.published_on,
        language=language,
        publisher=metadata.publisher,
        canonical_url=metadata.canonical_url,
        text=text,
        media_type=media_type,
        extractor=extractor,
        caveats=(build_data_warning(), *caveats) if is_from_data else caveats,
    )


def _select_article(tree: HtmlElement, description: ArticleDescription) -> tuple[str, list[TextRun]]:
    """Return the article's text, and the text that directly follows it."""
    _keep_dates_in_sentences(tree)
    article = ArticleRuns(
        _extract_by_trafilatura(tree), list(iterate_runs(tree, TEXTLESS_TAGS - {"button"})), description
    )
    if not article.text_by_run:
        # Without any matching part, trafilatura returned the whole page as one text.
        return "", []
    return clean_text(join_paragraphs(article.texts())), article.list_following(FOLLOWING_RUNS)


def _extract_by_trafilatura(tree: HtmlElement) -> list[str]:
    # Trafilatura removes elements from its input.
    tree_copy = copy.deepcopy(tree)
    for script in list(tree_copy.iter("script")):
        # If trafilatura finds little, it uses the body in the structured data, even that of another article.
        script.drop_tree()
    document = bare_extraction(tree_copy, include_comments=False, include_tables=True)
    if not isinstance(document, TrafilaturaDocument):
        return []
    return [run.text for run in iterate_runs(document.body, frozenset())]


def _is_small_part(text: str, body: str) -> bool:
    """Return whether a text is too small a part of the stated article body to be the article."""
    body_key = build_key(body)
    if len(build_key(text)) < MIN_LETTERS:
        return len(body_key) >= MIN_LETTERS
    if len(body_key) < MIN_BODY_LENGTH:
        return False
    pieces = [key for line in text.split("\n") if (key := build_key(line))]
    overlap = sum(len(key) for key in pieces if key in body_key)
    letters = sum(map(len, pieces))
    return overlap < MIN_SHOWN_SHARE * len(body_key) and (
        overlap >= 0.5 * letters or letters < MIN_BODY_LENGTH
    )


def _keep_dates_in_sentences(tree: HtmlElement) -> None:
    """Keep dates inside sentences, which the extractor would drop; a <time> on its own is the dateline."""
    for element in list(tree.iter("time")):
        parent = element.getparent()
        if parent is not None and (parent.text or element.tail or "").strip():
            element.drop_tag()


def _find_article(tree: HtmlElement) -> HtmlElement:
    """Return the part of the page marked up as the article, if there is exactly one; else the body."""
    for path in (".//article", ".//main", ".//*[@role='main']", ".//*[@itemprop='articleBody']"):
        elements = tree.findall(path)
        if len(elements) == 1:
            return elements[0]
    body = tree.find(".//body")
    return tree if body is None else body


def _is_marked_up(element: HtmlElement) -> bool:
    """Return whether an element is inside an article and not in a separate part of it."""
    ancestors = [element, *element.iterancestors()]
    articles = [
        n
        for n, node in enumerate(ancestors)
        if node.tag == "article" or node.get("itemprop") == "articleBody"
    ]
    return bool(articles) and not any(is_separate_section(node) for node in ancestors[: articles[0] + 1])


def _join_blocks(root: HtmlElement, skipped: frozenset[str]) -> str:
    return join_paragraphs(run.text for run in iterate_runs(root, skipped))
