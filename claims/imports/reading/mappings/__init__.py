"""Column mappings: built in (`ready/`), written by a person, or derived from the column names."""
