"""Small faults put into the program one at a time, and the tests that notice each: `make mutants`."""
