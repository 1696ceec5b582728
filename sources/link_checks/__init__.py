"""Link checks of sources: requests to their addresses, and the outcomes.

    link_findings  one address asked, politely → what was found there
    missing_pages  a page that answers as if it were there, and says that it is not
    outcomes       what was found, before and now → how the link stands, and when it is looked at again (pure)
    due_links      which links are due, and whose they are meanwhile
    leased_sites    sites that a round has for itself
    schedule     whose turn it is at the sites of one round, and what their robots.txt say

Which sources are watched, and with what their text is compared, knows who imports this: `claims.links`. Begin with
`outcomes`.
"""
