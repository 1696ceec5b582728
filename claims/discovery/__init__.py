"""Making known that something was published: search engines by IndexNow, readers of feeds by WebSub.

The ledger is the outbox, as it is for webhooks: `announcements` goes along it for each service that is configured, and
remembers how far it came. A service that is away is told later; nothing is told twice that it has taken. None is
configured unless whoever runs the site says so. Imports models; what others read to find pages is in
`claims/public/crawlers/`.
"""
