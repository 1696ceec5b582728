"""How well the claim behind a text is found, measured on posts, tweets and sentences of debates."""
