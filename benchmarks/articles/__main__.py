"""Measure the parts of reading an article: `python -m benchmarks.articles [PART …]`.

Each part is a module with a `main()` of its own that takes its options from the command line; it prints its figures
and what it got wrong, and ends the program with 1 where a figure that the project promises is missed.
"""

import sys

from benchmarks.programs import run

PARTS = {
    "extraction": "what of a page is the article, and what is refused",
    "speakers": "who is named as the speaker of each sentence",
    "worthiness": "which sentences are proposed for a check",
}

if __name__ == "__main__":
    sys.exit(run("benchmarks.articles", PARTS, description=__doc__))
