"""The page of metrics, in the text format of Prometheus: what processes counted, and what the database answers."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from threading import Lock

import psutil
from django.db import connections
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from factcheck.installation.version import version
from factcheck.telemetry.questions import Answers, DatabaseQuestion, asked, databases

#: How long a page waits for the database; then it says that the database does not answer.
DATABASE_SECONDS = 5.0
#: A page rests for so many times as long as it took to make, and so many seconds at least: whoever asks ten times a
#: second, or with ten monitors, takes a tenth of one core and of one connection at most.
RESTS_TIMES, RESTS_SECONDS = 10, 1.0


class DatabaseGauges:
    """Collects what the database answers to all questions."""

    def __init__(self, questions: list[DatabaseQuestion]) -> None:
        self.questions = questions
        self._thread = ThreadPoolExecutor(1, "questions")
        self._asking: Future[Answers] | None = None

    def collect(self) -> Iterator[Metric]:
        """Each gauge that there is, without a value where its question was not answered."""
        answers = self._answers()
        families = {
            name: GaugeMetricFamily(
                name, kind.meaning, labels=(*kind.labels, "database") if question.of_replicas else kind.labels
            )
            for question in self.questions
            for name, kind in question.gauges.items()
        }
        for name, labels, value in answers.readings:
            families[name].add_metric(labels, float(value))
        yield from families.values()
        yield from self._own(answers)

    def _own(self, answers: Answers) -> Iterator[Metric]:
        up = GaugeMetricFamily("factcheck_database_up", "Whether a database answers.", labels=["database"])
        for alias, reached in answers.reached.items():
            up.add_metric([alias], reached)
        failed = GaugeMetricFamily(
            "factcheck_question_failed", "Whether the database could not say it.", labels=["question"]
        )
        seconds = GaugeMetricFamily(
            "factcheck_question_seconds", "How long the database took to say it.", labels=["question"]
        )
        for question in self.questions:
            failed.add_metric([question.name], question.name in answers.failed)
            if question.name in answers.seconds:
                seconds.add_metric([question.name], answers.seconds[question.name])
        yield from (up, failed, seconds)

    def _answers(self) -> Answers:
        """What is answered in time. An answer that came too late is of then, not of now, and is let go."""
        if self._asking is None or self._asking.done():
            self._asking = self._thread.submit(self._ask)
        try:
            answers = self._asking.result(DATABASE_SECONDS)
        except TooLate:
            return Answers(reached=dict.fromkeys(databases(), False))
        self._asking = None
        return answers

    def _ask(self) -> Answers:
        try:
            return asked(self.questions)
        finally:
            connections.close_all()


class ProcessCounts:
    """Collects what the processes of one `serve` counted, each in files of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def collect(self) -> Iterator[Metric]:
        for gone in self._pids_that_are_gone():
            mark_process_dead(
                gone, str(self.folder)
            )  # what it had in use is free; what it counted stays counted
        yield from MultiProcessCollector(None, str(self.folder)).collect()

    def _pids_that_are_gone(self) -> set[int]:
        pids = {file.stem.rpartition("_")[2] for file in self.folder.glob("gauge_live*_*.db")}
        return {int(pid) for pid in pids if pid.isdigit() and not psutil.pid_exists(int(pid))}


class _Build:
    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("factcheck_build", "1, and the version that runs.", labels=["version"])
        build.add_metric([version()], 1)
        yield build


def registry(questions: list[DatabaseQuestion], folder: Path | None) -> CollectorRegistry:
    """All that is collected here."""
    everything = CollectorRegistry(auto_describe=False)
    everything.register(_Build())
    everything.register(DatabaseGauges(questions))
    if folder is not None:
        everything.register(ProcessCounts(folder))
    return everything


class Page:
    """The page as it was a moment ago, however many ask for it at once."""

    def __init__(self, make: Callable[[], bytes], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._clock = make, clock
        self._lock = Lock()
        self._content, self._good_until = b"", float("-inf")

    def content(self) -> bytes:
        with self._lock:
            begun = self._clock()
            if begun >= self._good_until:
                self._content = self._make()
                made = self._clock()
                self._good_until = made + max(RESTS_SECONDS, RESTS_TIMES * (made - begun))
            return self._content


def page(questions: list[DatabaseQuestion], folder: Path | None) -> Page:
    """The page of this installation."""
    everything = registry(questions, folder)
    return Page(lambda: generate_latest(everything))
