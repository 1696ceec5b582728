"""What assistants are told: the tools of a server of the Model Context Protocol, at `/mcp` and on standard input.

    mcp_server        what is answered to a message, however it came
    endpoint          messages by HTTP
    line_dialogue     messages on standard input
    revisions         what the revisions of the protocol ask of a message
    tools             what a tool is, and `tool_arguments`, what it is asked with
    finding_tools     claims that a text repeats, that have words, or that have to do with a page
    ledger_tools      one claim, now and then, and what has changed
    writing_tools     what is proposed, by the editorial API and the caller's token
    claim_documents   a claim as an assistant is told of it; `claim_texts` says the same in words
    shown_words       words of others, fenced

Imports what the public side imports, and its resources; never review, drafts or imports. What is written goes by the
address of the editorial API, with its rules and its roles. Words of claims are data wherever they stand: `shown_words`.
"""
