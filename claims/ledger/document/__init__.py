"""The public body of a claim, and other forms of it. `claim_body` says what it holds; the rest follow from it."""
