"""Discovery: sitemaps, robots.txt, pages as Markdown with `/llms.txt`, and notifications to IndexNow and WebSub hubs.

Adds to the core: the pages `/robots.txt`, `/sitemap*.xml`, `/llms.txt` and `…/index.md`, a receiver of `entries_added`,
a job, and one table, which holds how far each announced-to service has come. Begin with `sitemaps` for what crawlers
read, `plain_pages/views` for Markdown, and `announcements` for what is sent out.

`announcements` follows the ledger for each configured service and remembers its position: a service that is down is
sent the rest later. None is configured unless the operator does so. Everything here reads publications and public pages
only.
"""
