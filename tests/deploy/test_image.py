"""The recipe of the image: it contains what we promise, and the files that it copies exist."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR
LINES = (ROOT / "deploy" / "oci" / "Containerfile").read_text().replace("\\\n", " ").splitlines()
STEPS = [
    (instruction, rest)
    for instruction, _, rest in (line.partition(" ") for line in LINES if re.match(r"[A-Z]+ ", line))
]


def of(*instructions: str) -> list[str]:
    return [rest.strip() for instruction, rest in STEPS if instruction in instructions]


def last_stage() -> dict[str, str]:
    starts = [number for number, (instruction, _rest) in enumerate(STEPS) if instruction == "FROM"]
    return {instruction: rest.strip() for instruction, rest in STEPS[starts[-1] :]}


def test_it_does_not_run_as_root_and_ends_when_asked() -> None:
    stage = last_stage()
    assert (stage["USER"], stage["STOPSIGNAL"]) == ("10001:10001", "SIGTERM")
    assert (stage["ENTRYPOINT"], stage["CMD"]) == ('["factcheck"]', '["serve", "--host", "0.0.0.0"]')


def test_all_written_files_are_in_one_folder() -> None:
    stage = last_stage()
    assert (stage["VOLUME"], stage["WORKDIR"]) == ("/data", "/data")
    assert re.findall(r"(\w+_DIR)=(\S+)", stage["ENV"]) == [
        ("DATA_DIR", "/data"),
        ("STATIC_DIR", "/opt/factcheck/static"),
    ]


def test_packages_are_the_pinned_ones_checked_by_their_hashes() -> None:
    installs = [part for run in of("RUN") for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert all(flag in installs[0] for flag in ("--require-hashes", "--no-deps", "--only-binary :all:"))
    assert "--no-deps ./*.whl" in installs[1]


def test_every_list_of_debian_s_packages_is_removed_or_in_a_stage_that_is_not_kept() -> None:
    kept = [run for stage in ("base",) for run in of("RUN")[:1] if stage]
    assert all("rm -rf /var/lib/apt/lists/*" in run for run in kept)
    assert all("--no-install-recommends" in run for run in of("RUN") if "apt-get install" in run)


def test_no_secret_stays_in_it() -> None:
    assert not [value for value in of("ENV", "ARG", "LABEL") if re.search("SECRET|PASSWORD|KEY", value)]
