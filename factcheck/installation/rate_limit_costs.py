"""How much expensive requests count towards rate limits, by path, for settings.py."""

# The number of plain requests that a response counts as.
RATE_LIMIT_COSTS = {
    r"/facets/$": 5,
    r"/lookup/$": 10,
    r"/lookup/media/$|/claims:imageSearch$": 40,
    r"/match/$": 5,
    r"/claims\.(csv|json|jsonl|jsonld)$": 20,
    r"/standards(/(index\.md)?|\.csv)$": 20,
    r"/evidence-pack/$": 20,
    r"^/check/answer/$": 5,
    r"^/claims/\d+/image\.png$": 3,
    r"^/claims/\d+/[^/]+/history/$": 3,
    r"^/ask/send/$": 5,
    r"^/api/v1/requests/$": 5,
}
#: Paths at which the words of a submitted text count too, because the response takes as long as they do.
RATE_LIMITED_BY_TEXT_REGEX = r"/match/$|^/check/answer/$"
#: Streams of any length, which have their own slots and time limit (claims/public/api/downloads.py).
STREAMED_REGEX = r"/claims\.(csv|json|jsonl|jsonld)$|/evidence-pack/$"
_PAGE_NAMES = (
    "(claims|claimants|topics|publishers|ratings|sources|methodology|check|clusters"
    "|corrections|standards|about)"
)
#: The Markdown forms of pages, which programs read. Pages with a language in the URL take the full path, which
#: removes the language.
PLAIN_PAGES_REGEX = rf"^/({_PAGE_NAMES}/(.*/)?)?index\.md$"
#: Pages for readers that count towards rate limits.
RATE_LIMITED_PAGES_REGEX = (
    rf"^/($|index\.md$|llms\.txt$|sitemap[^/]*\.xml$|{_PAGE_NAMES}/|(ask|messages|dumps|widgets)/)"
)
