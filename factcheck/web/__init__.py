"""Web infrastructure: fast public reads, compression, headers, CORS, rate limits, and the server.

Begin with `public_reads`, the middleware of the whole site, and `serving`, which starts it.
"""
