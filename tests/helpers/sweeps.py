"""One test for a table of similar cases, which reports every case that fails."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import translation

Test = Callable[..., None]


def sweep(
    names: str | Sequence[str], cases: Iterable[Any], *, undone: bool = False
) -> Callable[[Test], Test]:
    """Run a test for each case, and fail after the last one with every case that failed.

    Takes what `pytest.mark.parametrize` takes, but makes one test, which is collected and set up once. The cases share
    its fixtures, so it suits tests that change nothing.

    Args:
        undone: whether the database is as before after each case, which then may change rows, but no fixture.
    """
    arguments = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    table = [_values(case, len(arguments)) for case in cases]
    assert table, "There is no case."

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run(*fixtures: Any, **options: Any) -> None:
            failures: list[Exception] = []
            for values in table:
                case = dict(zip(arguments, values, strict=True))
                try:
                    with _undone() if undone else nullcontext():
                        test(*fixtures, **options, **case)
                except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001  reported below
                    reported = failure if isinstance(failure, Exception) else AssertionError(str(failure))
                    reported.add_note(f"In this case: {case!r}")
                    failures.append(reported)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(table)} cases failed", failures)

        signature = inspect.signature(test)
        rest = [parameter for name, parameter in signature.parameters.items() if name not in arguments]
        assert len(rest) + len(arguments) == len(signature.parameters), f"{test.__name__} takes no {names}."
        run.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]  # pytest reads it
        return run

    return decorate


@contextmanager
def _undone() -> Iterator[None]:
    """As between two tests: nothing is left in the database, in the cache, or of the language of a request."""
    cache.clear()
    translation.deactivate()
    with transaction.atomic():
        yield
        connection.check_constraints()  # those that wait for the end of a transaction
        transaction.set_rollback(True)


def _values(case: Any, count: int) -> Sequence[Any]:
    """The values of a case, which `pytest.param` may have wrapped to name it."""
    if hasattr(case, "marks"):
        assert not case.marks, "A case of a sweep cannot be marked."
        values: Sequence[Any] = case.values
        return values
    return [case] if count == 1 else list(case)
