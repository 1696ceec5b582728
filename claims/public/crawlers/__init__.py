"""What programs read that look for pages: sitemaps, robots.txt, and the key by which IndexNow knows us.

Begin with `sitemaps`. Publications and public pages alone are read here. What is told to others of its own accord
stands in `claims/discovery/`.
"""
