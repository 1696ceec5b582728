"""The newsroom: people, roles, the newsroom's rating scale, and refusals.

    roles                            the four roles
    people, refusals                 names of people; the errors for refused actions
    own_publisher                    the newsroom as a publisher, with its rating scale
    api_tokens                       tokens of programs
    accounts, invitations            who may sign in, and the next page after that; invitations by email
    second_factors, factor_mail      who needs a second factor, and how a lost one is reset
    second_factor_gate               blocks the desk for people without a second factor
    desk_sessions, browser_names     people's sessions and browsers
    audit, sign_in_records           the log of sign-ins, downloads and permissions
    feature_switches                 switches features on and off
    named_claimants, named_topics    find claimants and topics by name, or add them
    likely_claimants                 suggests claimants that a name may refer to
    following                        pauses and resumes the feeds, pages and newsrooms that are followed
    notifications, signals           what features can react to
    mails, mail_languages            the common parts of all emails

Imports models only.
"""
