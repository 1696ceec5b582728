"""Right of reply: people named in a verdict are asked before publication, or readers learn why not.

Adds to the core: a section of the published body (`section`), a requirement of the review (`requirement`), stricter
rules of verdicts, sign-offs and publications (`models.core_rules`), lists and a panel at the desk (`admin/`, `queues`),
a resource of the editorial API (`editorial`), emails (`reply_mails`), jobs (`open_replies`) and two tables. Begin with
`reply_requests`, which makes every change of a request or its answer.

While it is off no reply is required, and nothing can be asked. What was published stays in the body of its verdict, and
the rules about it hold.
"""
