"""docs/importing.md is true of tables: every key of a mapping is there with an example that is understood."""

import re
import tomllib
from collections.abc import Iterable

import pytest
from django.conf import settings

from claims.imports.reading.mappings.mapping import (
    DATE_FIELDS,
    LIST_FIELDS,
    TRANSFORMS,
    Mapping,
    read_mapping,
)
from claims.imports.reading.mappings.mapping_choice import list_ready_mappings
from tests.helpers.sweeps import sweep

TEXT = (settings.BASE_DIR / "docs" / "importing.md").read_text()
SECTIONS = dict(re.findall(r"^### `(\w+)`$(.*?)(?=^##|\Z)", TEXT, flags=re.MULTILINE | re.DOTALL))
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)


def example(key: str) -> str:
    (found,) = re.findall(r"```toml\n(.*?)```", SECTIONS[key], flags=re.DOTALL)
    return found if key == "name" else f'name = "n"\n{found}'


@sweep("key", SECTIONS)
def test_example_of_every_key_is_understood(key: str) -> None:
    mapping = read_mapping(example(key))
    assert mapping.to_json().keys() == {"name", key}
    assert mapping.to_json()[key] or key == "name"


def test_keys_are_those_that_exist() -> None:
    with pytest.raises(ValueError, match="there is no such key") as caught:
        Mapping.from_json({"xyzzy": 1})
    listed = str(caught.value).partition("There are: ")[2].rstrip(".").split(", ")
    assert sorted(SECTIONS) == sorted(listed)


def test_whole_example_is_understood() -> None:
    assert read_mapping(EXAMPLES[0]).to_json() == tomllib.loads(EXAMPLES[0])


@pytest.mark.parametrize(
    "key, names", [("split", LIST_FIELDS), ("dates", DATE_FIELDS), ("transform", TRANSFORMS)]
)  # fmt: skip
def test_closed_sets_are_named_in_full(key: str, names: Iterable[str]) -> None:
    prose = SECTIONS[key].partition("```toml")[0]
    assert [name for name in names if f"`{name}`" not in prose] == []


def test_ready_mappings_are_those_that_are_shipped() -> None:
    linked = re.findall(r"mappings/ready/(\w+)\.toml", TEXT)
    ready = settings.BASE_DIR / "claims" / "imports" / "reading" / "mappings" / "ready"
    shipped = [path.stem for path in ready.glob("*.toml")]
    assert sorted(linked) == sorted(shipped)
    assert len(list_ready_mappings()) == len(shipped)
