"""How others' fact checks are read."""
