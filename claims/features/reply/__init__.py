"""Right of reply: the newsroom asks people named in a verdict, or publishes its reason for not asking.

Adds to the core: a section of the published body (`section`), a requirement of the review (`requirement`), stricter
rules for verdicts, sign-offs and publications (`models.core_rules`), lists and a panel at the desk (`admin/`,
`queues`), a resource of the editorial API (`editorial`), emails (`reply_mails`), jobs (`open_replies`) and two tables.
Begin with `reply_requests`, which makes every change to a request or its reply.

While the feature is off, no reply is required and no request can be made. Published replies stay in the body
of their verdict, and the database rules on them still apply.
"""
