"""Print the results as a table and compare them with the promises."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

#: A list of summaries: times the rate of one of whole claims.
MIN_SUMMARY_RATIO = 2.0
#: What is promised, as a share of the floor's rate.
MIN_FLOOR_SHARES = {"list": 0.6, "detail": 0.35, "filter": 0.6, "search": 0.9}
MIN_DATASETTE_RATIO = 1.5
MIN_NAIVE_RATIO = 60.0
MIN_DEEP_SHARE = 0.9
MAX_MISSPELT_MILLISECONDS = 25.0
MIN_CEILING = 10_000.0
#: A rate is flat when it stays within this share of what it is at the smallest size.
MIN_GROWTH_SHARE = 0.8
_GROWTH_MEASURES = ("list", "detail", "filter", "deep")

_TITLES = {"floor": "floor", "datasette": "Datasette", "naive": "naive DRF"}
Percentiles = tuple[float, float, float]


@dataclass(frozen=True)
class Measurements:
    """Responses per second in each round by contestant and measure, and times in milliseconds."""

    claims: int
    depth: int
    ceiling: float
    rates: dict[tuple[str, str], list[float]]
    times: dict[tuple[str, str], Percentiles]
    #: Bytes of an answer with its headers.
    sizes: dict[tuple[str, str], float]
    bodies_read: int
    bodies_read_unchanged: int

    def compute_rate(self, measure: str, name: str = "ours") -> float:
        """Return the responses per second (median of the rounds); 0 if there were no requests."""
        return median(self.rates.get((name, measure), [0.0]))

    def compute_ratio(self, measure: str, contestant: str, other_measure: str = "") -> float:
        """Return our responses per second as a multiple of another's; 0 if there were none.

        It is the median of the rounds' ratios, because a disturbance affects both contestants of a round alike.
        """
        other_rates = self.rates.get((contestant, other_measure or measure))
        if not other_rates:
            return 0.0
        return median(
            our_rate / contestant
            for our_rate, contestant in zip(self.rates["ours", measure], other_rates, strict=True)
        )


@dataclass(frozen=True)
class Promise:
    """A measured value, and the limit promised for it."""

    description: str
    value: float
    minimum: float | None = None
    maximum: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.minimum is None or self.value >= self.minimum) and (
            self.maximum is None or self.value <= self.maximum
        )

    def __str__(self) -> str:
        limit = f"≥ {self.minimum:,}" if self.minimum is not None else f"≤ {self.maximum:,}"
        outcome = "" if self.is_met else " MISSED"
        return f"{self.description:52} {_format_figure(self.value):>9}   {limit:9}{outcome}".rstrip()


def print_results(measured: Measurements) -> None:
    other_names = [name for name in _TITLES if (name, "list") in measured.rates]
    table = Table(title=f"{measured.claims:,} published claims: answers per second", width=110)
    table.add_column("")
    for heading in ("ours", *(heading for name in other_names for heading in (_TITLES[name], "ours ×"))):
        table.add_column(heading, justify="right")
    table.add_column("ours: 50, 95, 99 % within", justify="right")
    for measure in dict.fromkeys(measure for _name, measure in measured.rates):
        cells = [measure, _format_figure(measured.compute_rate(measure))]
        for name in other_names:
            rate, ratio = measured.compute_rate(measure, name), measured.compute_ratio(measure, name)
            cells += [_format_figure(rate), _format_figure(ratio)] if rate else ["–", "–"]
        times = ", ".join(f"{time:.1f}" for time in measured.times["ours", measure])
        table.add_row(*cells, f"{times} ms")
    Console(width=110).print(table)
    for (name, measure), size in measured.sizes.items():
        if measure in ("list", "summary"):
            print(f"{measure} of {_TITLES.get(name, name)}: {size:,.0f} bytes")


def check_promises(measured: Measurements) -> list[Promise]:
    """Print promises and results; return the missed ones."""
    return _print_and_list_missed(_iterate_promises(measured))


def check_growth(results: Sequence[Measurements]) -> list[Promise]:
    """Print promises and results for the rates at several sizes, smallest first; return the missed ones."""
    smallest = results[0]
    return _print_and_list_missed(
        Promise(
            f"{measure} at {measured.claims:,}: share of {smallest.claims:,}",
            measured.compute_rate(measure) / smallest.compute_rate(measure),
            minimum=MIN_GROWTH_SHARE,
        )
        for measure in _GROWTH_MEASURES
        for measured in results[1:]
    )


def _iterate_promises(measured: Measurements) -> Iterator[Promise]:
    for measure, share in MIN_FLOOR_SHARES.items():
        if ratio := measured.compute_ratio(measure, "floor"):
            yield Promise(f"{measure}: share of the floor", ratio, minimum=share)
    for measure in (*MIN_FLOOR_SHARES, "deep", "summary"):
        if ratio := measured.compute_ratio(measure, "datasette"):
            yield Promise(f"{measure}: times Datasette", ratio, minimum=MIN_DATASETTE_RATIO)
    if ratio := measured.compute_ratio("list", "naive"):
        yield Promise("list: times naive DRF", ratio, minimum=MIN_NAIVE_RATIO)
    summary = measured.compute_ratio("summary", "ours", "list")
    yield Promise("a list of summaries: times the whole list", summary, minimum=MIN_SUMMARY_RATIO)
    deep = measured.compute_ratio("deep", "ours", "list")
    yield Promise(f"a page {measured.depth:,} claims deep: share of the first", deep, minimum=MIN_DEEP_SHARE)
    misspelt, _, _ = measured.times["ours", "misspelt"]
    yield Promise("a misspelt search, median in ms", misspelt, maximum=MAX_MISSPELT_MILLISECONDS)
    yield Promise("pages of bodies read for 200 and a list", measured.bodies_read, minimum=1)
    yield Promise("pages of bodies read for as many 304s", measured.bodies_read_unchanged, maximum=0)
    yield Promise("what the reader itself can ask for in a second", measured.ceiling, minimum=MIN_CEILING)


def _print_and_list_missed(promises: Iterable[Promise]) -> list[Promise]:
    missed = []
    for promise in promises:
        print(promise)
        if not promise.is_met:
            missed.append(promise)
    return missed


def _format_figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
