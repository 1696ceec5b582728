"""Read other publishers' fact checks: bytes → `RawRecord` → `Review`. It never touches the database.

    inputs/         a path, an address, a folder, an archive, standard input → files
    recipe          a file → its format, detected or given, and its records
    formats/        one reader per format: a file → `RawRecord` or `Refusal`, one after the other
    mappings/       the meaning of a table's columns
    values/         the meaning of single values, one kind of value per module
    interpretation  `RawRecord` → `Review` or `Refusal`: every value certain, none guessed

`claims.imports.storing` writes reviews into the database.
"""
