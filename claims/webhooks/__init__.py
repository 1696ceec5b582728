"""Telling other systems what is published: messages to their endpoints, signed as Standard Webhooks.

The ledger is the outbox. `following` goes along it and notes for every endpoint which entries it is to be told of;
`sending` sends what is noted until it has arrived. Both can be killed at any moment and are simply called again.
"""
