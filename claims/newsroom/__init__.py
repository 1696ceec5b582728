"""The newsroom: people, roles, the newsroom's rating scale, and refusals.

    roles                            the four roles
    people, refusals                 names of people; the errors for refused actions
    own_publisher                    the newsroom as a publisher, with its rating scale
    api_tokens                       tokens of programs
    accounts                         who may sign in, and the next page after that
    second_factors, factor_mail      who needs a second factor, and how a lost one is reset
    second_factor_gate               blocks the desk for people without a second factor
    desk_sessions, agents            people's sessions and browsers
    audit, sign_in_records           the log of sign-ins, downloads and permissions
    named_claimants, named_topics    find claimants and topics by name, or add them
    following                        pauses and resumes what the newsroom follows
    likely_claimants                 suggest claimants that a name may refer to

Imports models only.
"""
