"""The README of an evidence pack: its contents, and how to check each file with standard tools."""

from collections.abc import Sequence

from django.conf import settings

from claims.models import Publication

_TEMPLATE = """\
EVIDENCE PACK

{newsroom}
Claim {claim}: {statement}
{address}

This pack holds the evidence for our published fact check of this claim, as far as we keep it and may share it. You need
none of our software to check it: sha256sum, openssl and a player for web archives are enough. Without these tools,
Windows has "certutil -hashfile FILE SHA256", and macOS has "shasum -a 256".

CONTENTS

  manifest-sha256.txt   a fingerprint (SHA-256) of every other file here
  ledger/               what we published about the claim: each version, as our site serves it
  sources/              texts of the sources as we quoted them, and the files they were extracted from
  copies/               pictures and PDF files of pages, and files that we received; copies.tsv lists them
  pages.wacz            the pages themselves, as their servers sent them (WARC files in a WACZ)
  timestamps/           proof by others that a file existed at a certain time (RFC 3161)
  left-out.txt          what we may not share or have lost, if anything

Not every pack has all of these.

1. NOTHING WAS CHANGED IN THIS PACK

In the folder of the unpacked files:

  sha256sum -c manifest-sha256.txt

Every line must end in OK. This alone proves that the pack is complete, not that it is ours: anyone who changes a file
can write another manifest. The next steps link it to what we published, and to a time.

2. THIS IS WHAT WE PUBLISHED

{ledger}
In ledger/entries.json, "body_sha256" is the fingerprint of each version. Our site gives the same fingerprints
in its feed of changes ({site}/api/v1/changes/), of which others keep copies. Compare them with the files:

  sha256sum ledger/*.json
{proofs}
3. THESE ARE THE WORDS THAT WE QUOTED

In a file of the ledger, each quoted passage names a "snapshot" with its "text_sha256": that is the fingerprint of a
file sources/source-*-text-*.txt. "start" and "end" count its characters (code points) from 0.

  sha256sum sources/*-text-*.txt
"""

_PROOFS_TEMPLATE = """
We sign the state of our ledger, so that no one, including us, can rewrite it unnoticed. These files explain step by
step how to check that, with sha256sum, xxd and openssl:

{files}"""

_PAGES_TEMPLATE = """\
4. THIS IS WHAT THE PAGES SHOWED

Open pages.wacz in a player for web archives, for example at https://replayweb.page, which keeps it on your machine.
For other tools, it is a ZIP file with WARC files in it:

  unzip -d pages pages.wacz
  zcat pages/archive/*.warc.gz | less

pages/datapackage.json has a fingerprint of every file in it.
"""

_TIMESTAMPS_TEMPLATE = """\
5. IT EXISTED AT THAT TIME

timestamps/timestamps.tsv lists for each file which authority signed its fingerprint, and when. Timestamps of WARC files
apply to the files in pages.wacz: unpack it first, as above. Then:

{commands}
Each must say "Verification: OK". To see the time that was signed:

  openssl ts -reply -text -in {first}

timestamps/roots.pem comes from us. To trust only the authority, download its root certificate from its own site
and give that as -CAfile.
"""

_MISSING_ROOTS_NOTE = """\
timestamps/roots.pem is missing: we no longer have the root certificate of the authority. Download it from its site.

"""


def write_readme(
    newest_entry: Publication,
    entries: Sequence[Publication],
    *,
    proof_files: Sequence[str],
    has_pages: bool,
    stamped_files: Sequence[tuple[str, str]],
    has_root_certificates: bool,
) -> str:
    """Return the text of the pack's README.

    Args:
        proof_files: the files that prove that an entry is in the ledger.
        stamped_files: pairs of paths: a file, and the timestamp of that file.
        has_root_certificates: whether root certificates are in the pack.
    """
    body = newest_entry.document
    version_list = "".join(
        f"  version {entry.version}, {entry.published_at:%Y-%m-%d %H:%M} UTC, entry {entry.sequence} of our ledger\n"
        for entry in entries
    )
    text = _TEMPLATE.format(
        newsroom=settings.NEWSROOM_NAME,
        claim=newest_entry.claim_id,
        statement=" ".join(body["statement"].split()),
        address=body["url"],
        site=settings.SITE_URL,
        ledger=version_list,
        proofs=_PROOFS_TEMPLATE.format(files="".join(f"  {path}\n" for path in proof_files))
        if proof_files
        else "",
    )
    if has_pages:
        text += "\n" + _PAGES_TEMPLATE
    if stamped_files:
        commands = "".join(_build_command(file, stamp) for file, stamp in stamped_files)
        text += "\n" + _TIMESTAMPS_TEMPLATE.format(commands=commands, first=stamped_files[0][1])
        text += "" if has_root_certificates else "\n" + _MISSING_ROOTS_NOTE
    return text


def _build_command(file: str, stamp: str) -> str:
    return (
        f"  openssl ts -verify -data {file} \\\n"
        f"    -in {stamp} \\\n"
        "    -CAfile timestamps/roots.pem -untrusted timestamps/chain.pem\n\n"
    )
