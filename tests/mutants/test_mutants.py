"""The places of the faults are in the program, so that `make mutants` tries all of them."""

from tests.helpers.sweeps import sweep
from tests.mutants.__main__ import ROOT, Mutant, read_mutants


@sweep("mutant", read_mutants())
def test_place_is_there_once_and_tests_exist(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.before) == 1
    assert mutant.before != mutant.after
    assert all((ROOT / test).exists() for test in mutant.killed_by)


def test_there_are_eighty() -> None:
    mutants = read_mutants()
    assert len({(mutant.file, mutant.before, mutant.after) for mutant in mutants}) == len(mutants) >= 80
