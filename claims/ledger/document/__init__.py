"""The public body of a claim, defined in `claim_body`, and its other representations."""
