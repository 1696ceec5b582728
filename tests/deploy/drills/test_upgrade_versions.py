"""An upgrade is rehearsed between versions that have a way from one to the other."""

from pathlib import Path

import pytest

from deploy.drills import upgrade_versions as versions


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    for tree in ("before", "next"):
        folder = tmp_path / tree / "claims/migrations"
        folder.mkdir(parents=True)
        (folder / "0001_search.py").write_text("first")
        (folder / "0002_initial.py").write_text("second")
    return tmp_path / "before", tmp_path / "next"


def test_a_migration_comes_after_the_last(trees: tuple[Path, Path]) -> None:
    _before, tree = trees
    path = versions.add_migration(tree, "index", versions.INDEX_MIGRATION)
    assert path.name == "0003_index.py"
    assert 'dependencies = [("claims", "0002_initial")]' in path.read_text()
    assert versions.add_migration(tree, "rows", versions.ROWS_MIGRATION).name == "0004_rows.py"
    for made in (path, path.with_name("0004_rows.py")):
        compile(made.read_text(), made, "exec")


@pytest.mark.parametrize("content", ["another", None])
def test_without_a_way_nothing_is_tried(trees: tuple[Path, Path], content: str | None) -> None:
    before, tree = trees
    changed = tree / "claims/migrations/0002_initial.py"
    if content is None:
        changed.unlink()
    else:
        changed.write_text(content)
    with pytest.raises(versions.VersionsNotComparable, match=r"not what they were: claims\.0002_initial\.$"):
        versions.add_changes(tree, before, {})


def test_the_previous_version_is_the_requested_one() -> None:
    assert versions.choose_earlier_version("v1.0.0") == "v1.0.0"


def test_an_unknown_revision_is_named(tmp_path: Path) -> None:
    with pytest.raises(versions.VersionsNotComparable, match="git has no revision no-such-revision: "):
        versions.unpack("no-such-revision", tmp_path / "tree")


def test_programs_get_no_settings_of_this_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://the-real-one/factcheck")
    assert set(versions.build_environment()) <= {"PATH", "HOME", "LANG", "SECRET_KEY", "EMBEDDER"}
