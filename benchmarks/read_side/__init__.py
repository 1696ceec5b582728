"""The public side measured beside its peers, on made-up claims."""

#: How many claims a page holds, for everybody.
PAGE = 50
