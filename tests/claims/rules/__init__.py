"""The rules that never bend, broken by raw SQL: each is refused by the database itself."""
