"""Measure how well the claim behind a text is found, on posts, tweets and sentences of debates."""
