"""The earlier version from git, and a later one with allowed and forbidden schema changes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NEW_FIELDS = """    same_as = build_same_as_field()
    shade = models.CharField(max_length=20, blank=True, db_default="")
    weight = models.IntegerField(null=True)
"""
MIGRATION_HEAD = """from django.db import migrations, models
from django_pg_migration_tools.operations import SaferAddIndexConcurrently


class Migration(migrations.Migration):
    dependencies = [("claims", "{after}")]
"""
INDEX_MIGRATION = """
    atomic = False
    operations = [
        SaferAddIndexConcurrently("claim", models.Index(name="claim_by_day_of_drill", fields=["claimed_on", "id"]))
    ]
"""
TRIGGER_MIGRATION = '''
    weighed = {"rule added: claims_topic.speakable": "No topic has that name, and none is about to."}
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION public.speakable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
            BEGIN
                IF NEW.name = 'unspeakable' THEN
                    RAISE EXCEPTION 'unspeakable' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER speakable BEFORE INSERT ON claims_topic FOR EACH ROW EXECUTE FUNCTION public.speakable();
            """,
            "DROP TRIGGER speakable ON claims_topic; DROP FUNCTION public.speakable;",
        )
    ]
'''
ROWS_MIGRATION = """
    atomic = False

    def shades(apps, editor):
        topics = apps.get_model("claims", "Topic").objects.order_by("pk")
        for pk in topics.values_list("pk", flat=True):
            topics.filter(pk=pk, shade="").update(shade="grey")

    operations = [migrations.RunPython(shades, migrations.RunPython.noop)]
"""
UNSAFE_MIGRATION = """
    operations = [
        migrations.AddField("topic", "colour", models.CharField(max_length=20, default="")),
        migrations.AddIndex("claim", models.Index(name="claim_by_text_of_drill", fields=["language", "claimed_on"])),
        migrations.RenameField("topic", "description", "words"),
    ]
"""
#: The effects that the review must report when it refuses the unsafe migration.
UNSAFE_EFFECTS = {
    "reads a whole table, which cannot be written to meanwhile: claims_claim",
    "column gone: claims_topic.description",
    "value required: claims_topic.colour",
    "value required: claims_topic.words",
}


class VersionsNotComparable(Exception):
    """No upgrade exists between the two versions; the message explains why."""


def choose_earlier_version(revision: str | None) -> str:
    """Return the requested revision, the last tag or, without releases, the current checkout."""
    if revision:
        return revision
    result = subprocess.run(
        ["git", "-C", ROOT, "describe", "--tags", "--abbrev=0"],  # noqa: S607  the one on the PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip() or "HEAD"


def unpack(revision: str, folder: Path) -> Path:
    """Unpack the tree of a revision into a new folder."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "-C", ROOT, "archive", revision],  # noqa: S607  the same
        capture_output=True,
        check=False,
    )
    if archive.returncode:
        raise VersionsNotComparable(
            f"git has no revision {revision}: {archive.stderr.decode(errors='replace').strip()}"
        )
    subprocess.run(
        ["tar", "-x", "-C", folder],  # noqa: S607  the same
        input=archive.stdout,
        check=True,
    )
    return folder


def add_changes(tree: Path, previous_tree: Path, environment: dict[str, str]) -> list[str]:
    """Turn the tree into a later version; return APP.NAME of its additional migrations."""
    _require_upgrade_path(tree, previous_tree)
    model_path = tree / "claims/models/topic.py"
    source = model_path.read_text()
    if source.count("    same_as = build_same_as_field()\n") != 1:
        raise VersionsNotComparable("Topics look different now; the drill has to be told how they change.")
    model_path.write_text(source.replace("    same_as = build_same_as_field()\n", NEW_FIELDS))
    command = [sys.executable, "manage.py", "makemigrations", "claims", "--name", "next"]
    subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True)
    for name, body in (("index", INDEX_MIGRATION), ("trigger", TRIGGER_MIGRATION), ("rows", ROWS_MIGRATION)):
        add_migration(tree, name, body)
    return sorted(_read_migrations(tree).keys() - _read_migrations(previous_tree).keys())


def add_migration(tree: Path, name: str, body: str) -> Path:
    folder = tree / "claims/migrations"
    last_name = max(folder.glob("0*.py")).stem
    path = folder / f"{int(last_name[:4]) + 1:04d}_{name}.py"
    path.write_text(MIGRATION_HEAD.format(after=last_name) + body)
    return path


def build_environment(**variables: str) -> dict[str, str]:
    """Return the environment for programs of either version, without this installation's settings."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**environment, "SECRET_KEY": "drill-" + "0123456789abcdef" * 4, "EMBEDDER": "none", **variables}


def _read_migrations(tree: Path) -> dict[str, bytes]:
    files = (
        path
        for app in ("claims", "factcheck", "sources")
        for path in (tree / app / "migrations").glob("0*.py")
    )
    return {f"{path.parts[-3]}.{path.stem}": path.read_bytes() for path in files}


def _require_upgrade_path(tree: Path, previous_tree: Path) -> None:
    migrations = _read_migrations(tree)
    changed_names = [
        name for name, content in _read_migrations(previous_tree).items() if migrations.get(name) != content
    ]
    if changed_names:
        raise VersionsNotComparable(
            f"Migrations of the previous version are not what they were: {', '.join(sorted(changed_names))}."
        )
