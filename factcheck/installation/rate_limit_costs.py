"""How much expensive requests count towards rate limits, by path, for settings.py."""

# For how many plain requests an answer counts.
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
#: Where the words of a text that is sent count as well, because the answer takes as long as they do.
RATE_LIMITED_BY_TEXT_REGEX = r"/match/$|^/check/answer/$"
#: What streams for as long as it takes; it has seats and a time limit of its own (claims/public/api/downloads.py).
STREAMED_REGEX = r"/claims\.(csv|json|jsonl|jsonld)$|/evidence-pack/$"
_PAGE_NAMES = (
    "(claims|claimants|topics|publishers|ratings|sources|methodology|check|clusters"
    "|corrections|standards|about)"
)
#: Their Markdown, which programs read. Pages below a language go the long way, on which the language is taken off.
PLAIN_PAGES_REGEX = rf"^/({_PAGE_NAMES}/(.*/)?)?index\.md$"
#: Pages for readers that count.
RATE_LIMITED_PAGES_REGEX = (
    rf"^/($|index\.md$|llms\.txt$|sitemap[^/]*\.xml$|{_PAGE_NAMES}/|(ask|messages|dumps|widgets)/)"
)
