"""Measure every figure that the project promises: `make bench`, or `make bench ARGS="publish import_claims"`.

Each measurement is a separate program, so that none benefits from another's memory or caches. If a figure is missed,
the whole run fails. The figures are promised for an idle machine; run a measurement twice before you trust it. If only
one measurement is named, it gets the other options: `python -m benchmarks read_side --claims 20000`.
"""

import sys

from benchmarks.programs import run

MEASUREMENTS = {
    "publish": "publishing one claim",
    "import_claims": "importing an archive of 208,739 records, beside a bare COPY",
    "anchors": "quotes followed through thousands of publishers' edits in many languages",
    "link_checks": "checking links politely, on one worker",
    "articles": "from an article to its claims, on labelled articles",
    "read_side": "the API beside the bare database, Datasette and naive DRF, on 200,000 claims",
    "reader_pages": "pages for readers, asked for the first time and again, on 200,000 claims",
    "telemetry": "what metrics and request ids cost the short way of public reads",
    "costly_questions": "the dearest of the usual public questions, one by one",
    "attacker": "one claim while an attacker asks for all that is expensive, on 200,000 claims",
    "desk_at_scale": "every page of the desk on 250,000 claims and 100,000 sources",
    "vectors": "making the vectors of an archive, what reads notice of it, and finding neighbours",
    "exports": "exporting claims in every format beside the bare database, on 200,000 claims",
    "matching": "finding the claim behind a text, beside BM25 and Datasette, on sets that are not ours",
    "pictures": "finding pictures and edited photos again among a million",
    "archiving": "archiving a page without and with a browser, what it stores, and publishing beside it",
    "corrections": "how long a correction takes to arrive in each channel, under load",
    "stack": "migrations, a command, make demo cold and warm, and the idle stack",
}

if __name__ == "__main__":
    sys.exit(run("benchmarks", MEASUREMENTS, description=__doc__))
