"""Discovery: sitemaps, robots.txt, pages as Markdown with `/llms.txt`, and notifications to IndexNow and WebSub hubs.

Adds to the core: the pages `/robots.txt`, `/sitemap*.xml`, `/llms.txt` and `…/index.md`, a receiver of `entries_added`,
a job, and one table, with the position of each notified service. Begin with `sitemaps` for crawlers,
`plain_pages/views` for Markdown, and `announcements` for notifications.

`announcements` follows the ledger for each configured service and stores how far the service has been
notified, so a service that was down gets the rest later. No service is configured by default. Everything here
reads only publications and public pages.
"""
