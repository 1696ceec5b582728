"""The newsroom: people, roles, its rating scale, and refusals.

    roles                            the four roles
    people, refusals                 names of people; the errors for refused actions
    own_publisher                    the newsroom as a publisher, with its rating scale
    api_tokens                       tokens of programs
    accounts                         who is let in by a session, where they are led after signing in
    second_factors, factor_mail      who needs one, and how a lost one is reset
    second_factor_gate               blocks the desk for people without a second factor
    desk_sessions, agents            where people are signed in, and in which browser
    audit, sign_in_records           the log of sign-ins, downloads and permissions
    named_claimants, named_topics    found by name, or added
    following                        pauses and resumes what the newsroom follows
    likely_claimants                 whom a name may mean too, for an editor to say

Imports models only.
"""
