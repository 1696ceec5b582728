"""Measure the public side and its peers on generated claims."""

#: How many claims a page holds, for everybody.
PAGE_SIZE = 50
