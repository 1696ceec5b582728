"""Small bar charts, drawn by the server, with the same figures as text."""

from dataclasses import dataclass

from django.utils.formats import number_format

#: The size in which a chart is drawn; the page scales it.
WIDTH, HEIGHT = 360, 110
_BASELINE = HEIGHT - 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and its meaning."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """A chart of one or two series over the same steps."""

    name: str
    title: str
    bars: list[Bar]
    series: list[str]
    #: The same as a table: a line for each step.
    rows: list[tuple[str, list[str]]]
    most: str
    first: str
    last: str
    is_empty: bool
    width: int = WIDTH
    height: int = HEIGHT
    base: int = _BASELINE


def build_bar_chart(
    name: str, title: str, steps: list[str], *series: tuple[str, list[float | None]]
) -> BarChart:
    """Draw bars side by side for each step; unknown values have none."""
    known = [value for _name, values in series for value in values if value is not None]
    most = max(known, default=0.0)
    step = WIDTH / max(len(steps), 1)
    width = step * 0.8 / max(len(series), 1)
    drawn = []
    for number, (said, values) in enumerate(series):
        for place, value in enumerate(values):
            if value:
                height = max(value / most * (_BASELINE - 12), 1.5)
                x = place * step + step * 0.1 + number * width
                words = f"{steps[place]}: {format_figure(value)} {said}"
                drawn.append(
                    Bar(
                        round(x, 1),
                        round(_BASELINE - height, 1),
                        round(width - 1, 1),
                        round(height, 1),
                        number,
                        words,
                    )
                )
    return BarChart(
        name=name,
        title=title,
        bars=drawn,
        series=[said for said, _values in series],
        rows=[
            (label, [format_figure(values[place]) for _said, values in series])
            for place, label in enumerate(steps)
        ],
        most=format_figure(most),
        first=steps[0] if steps else "",
        last=steps[-1] if steps else "",
        is_empty=not any(known),
    )


def format_figure(value: float | None) -> str:
    """Format a number without trailing zeros; a dash if there is none."""
    if value is None:
        return "–"
    return number_format(value, 0 if value == int(value) else 1)
