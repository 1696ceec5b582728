"""Was this article checked? Prints each checked claim in it, its verdict, and where the reasons are.

python check_url.py https://example.org/news/story https://facts.example.org
"""

import json
import sys
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen


def check(article: str, site: str) -> list[str]:
    question = f"{site}/api/v1/lookup/?{urlencode({'url': article})}"
    try:
        with urlopen(question, timeout=20) as answer:
            (found,) = json.load(answer)["results"]
    except HTTPError as refusal:  # problem details (RFC 9457) say what is wrong
        sys.exit(json.load(refusal)["detail"])
    if found["error"]:  # this address could not be looked up
        sys.exit(found["error"]["detail"])
    return [
        f"{verdict['rating']['label']}: {claim['statement']}\n  {claim['url']}"
        for claim in found["claims"]
        for verdict in claim["verdicts"]
    ]


if __name__ == "__main__":
    print("\n".join(check(sys.argv[1], sys.argv[2])) or "Nothing in this article was checked.")
