"""The command `factcheck`: search, read, match and follow what a newsroom has published."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

import httpx

from ._version import __version__
from .client import Client
from .problems import ProblemError
from .records import Record


def main(arguments: list[str] | None = None) -> None:
    """Run one command; the exit status is 1 where the site refused it or cannot be reached."""
    options = _parser().parse_args(arguments)
    if not options.site:
        sys.exit(
            "Name the site: --site https://facts.example.org, or the environment variable FACTCHECK_SITE."
        )
    if options.run is verify:
        verify(options)
        return
    try:
        with Client(options.site) as site:
            for answer in options.run(site, options):
                print(json.dumps(answer, ensure_ascii=False) if options.json else _line(answer), flush=True)
    except ProblemError as problem:
        sys.exit(problem.detail or str(problem))
    except httpx.HTTPError as failure:
        sys.exit(f"{options.site} cannot be reached: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)


def search(site: Client, options: argparse.Namespace) -> Iterable[Record]:
    """Find claims by words."""
    found = site.claims(
        q=" ".join(options.words) or None,
        rating_class=options.rating_class,
        language=options.language,
        publisher=options.publisher,
        view="full" if options.full else None,
        page_size=min(options.limit, 200),
    )
    return islice(found, options.limit)


def get(site: Client, options: argparse.Namespace) -> Iterable[Record]:
    """Read one claim, now or as it was on a day."""
    return [site.claim(options.id, as_of=options.as_of)]


def match(site: Client, options: argparse.Namespace) -> Iterable[Record]:
    """Find the claims that a text states; `-` reads the text from standard input."""
    text = sys.stdin.read() if options.text == "-" else options.text
    result = site.match(text).results[0]
    return [result] if options.json else _matches(result)


def lookup(site: Client, options: argparse.Namespace) -> Iterable[Record]:
    """Find the claims that appear at addresses."""
    results = site.lookup(*options.urls).results
    return results if options.json else _found_at(results)


def changes(site: Client, options: argparse.Namespace) -> Iterable[Record]:
    """List what was published, corrected and withdrawn, in its order."""
    return site.changes(options.since, follow=options.follow, pause=options.pause, embed="none")


def verify(options: argparse.Namespace) -> None:
    """Check that the ledger says today what it said when it was signed."""
    try:
        from . import verification  # noqa: PLC0415  needs a package that the other commands do not
    except ModuleNotFoundError:
        sys.exit("This needs the package cryptography: pip install 'factcheck-client[verify]'")
    checkpoints = [part for name in options.checkpoint for part in ("--checkpoint", name)]
    keep = ["--keep", options.keep] if options.keep else []
    verification.main([options.site, options.key, *checkpoints, *keep])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="factcheck", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--site", default=os.environ.get("FACTCHECK_SITE", ""), help="the address (or FACTCHECK_SITE)"
    )
    parser.add_argument("--json", action="store_true", help="print each answer as JSON, one to a line")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run: object, doc: str | None) -> argparse.ArgumentParser:
        name = getattr(run, "__name__", "")
        made = commands.add_parser(name, help=doc, description=doc)
        made.set_defaults(run=run)
        return made

    one = command(search, search.__doc__)
    one.add_argument("words", nargs="*")
    one.add_argument("--rating-class", action="append", help="such as false; can be repeated")
    one.add_argument("--language", help="such as en")
    one.add_argument("--publisher", help="its id or domain")
    one.add_argument("--limit", type=int, default=20, help="how many claims (20)")
    one.add_argument("--full", action="store_true", help="with --json: everything about each claim")
    one = command(get, get.__doc__)
    one.add_argument("id", type=int)
    one.add_argument("--as-of", help="a day or moment in the past")
    command(match, match.__doc__).add_argument("text")
    command(lookup, lookup.__doc__).add_argument("urls", nargs="+", metavar="URL")
    one = command(changes, changes.__doc__)
    one.add_argument("--since", default="0", help="a sequence, a day or a moment; 0 is the beginning")
    one.add_argument("--follow", action="store_true", help="wait for more at the end")
    one.add_argument("--pause", type=float, default=10.0, help="seconds between two requests (10)")
    one = command(verify, verify.__doc__)
    one.add_argument("key", help="the newsroom's public key, base64url")
    one.add_argument("--checkpoint", action="append", default=[], help="a checkpoint that you kept")
    one.add_argument("--keep", help="where to keep today's checkpoint")
    return parser


def _matches(result: Record) -> Iterator[Record]:
    for passage in result.passages:
        if not passage.matches:
            yield Record(line=f"no match: {passage.text}")
        for found in passage.matches:
            yield Record(line=f"{found.kind} ({found.confidence}): {_claim(found.claim)}")


def _found_at(results: Iterable[Record]) -> Iterator[Record]:
    for result in results:
        if error := result.get("error"):
            yield Record(line=f"{result.get('url', '')}: {error.detail}")
        elif not result.claims:
            yield Record(line=f"{result.url}: no claims")
        for claim in result.get("claims", ()):
            yield Record(line=f"{result.url}: {_claim(claim)}")


def _line(answer: Record) -> str:
    """What is printed of an answer for people."""
    if "line" in answer:
        return str(answer.line)
    if "sequence" in answer:
        note = f": {answer.note}" if answer.note else ""
        return f"{answer.sequence}  {answer.published_at}  {answer.kind} of claim {answer.claim_id}{note}"
    return _claim(answer)


def _claim(claim: Record) -> str:
    labels = ", ".join(
        f"{verdict.rating.label} ({verdict.publisher.name})" for verdict in claim.get("verdicts", ())
    )
    return f"{labels or claim.get('status', '')}: {claim.statement}\n    {claim.url}"
