"""What the columns of a table mean: by a mapping that ships (`ready/`) or that a person wrote, or by their names."""
