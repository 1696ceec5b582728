"""Link checks: whether the sources that publications cite are still at their addresses.

    watched_links    which sources are watched: those that current publications name
    check_run           one round of checks: what is due, asked site by site, and settled
    resolved_links    what follows from what was found at one address
    quoted_passages  a page's text beside what publications quote from it, by the rules of `claims.quotes`
    link_notifications        whom a change concerns, and what they are told
    link_status   what readers are told of the links of a publication
    link_edits       what a person does about a link at the desk
    tasks            what the worker does

Imports `claims.quotes`, `claims.teamwork` and what is below. How one address is asked, and when it counts as gone, is
in `sources.link_checks`. Begin with `check_run`.
"""
