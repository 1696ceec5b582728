"""Environment variables: read strictly, refused with a sentence that names the variable."""

import stat
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from factcheck.installation import environment


@pytest.fixture(autouse=True)
def listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of these tests do not enter the list of the real ones."""
    monkeypatch.setattr(environment, "ENVIRONMENT", {})


@pytest.mark.parametrize("value", ["1", "true", "Yes", "ON"])
def test_switch_on(monkeypatch, value):
    monkeypatch.setenv("X", value)
    assert environment.read_flag("X") is True


@pytest.mark.parametrize("value", ["0", "false", "No", "off"])
def test_switch_off(monkeypatch, value):
    monkeypatch.setenv("X", value)
    assert environment.read_flag("X", default=True) is False


@pytest.mark.parametrize("value", ["", "  "])
def test_empty_is_not_set(monkeypatch, value):
    monkeypatch.setenv("X", value)
    assert environment.read_flag("X", default=True) is True
    assert environment.read_text("X", "default") == "default"


@pytest.mark.parametrize("value", ["ture", "2", "1 0", "enabled"])
def test_mistyped_switch(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=f"X is '{value}'; it is a switch, so write 1 or 0."):
        environment.read_flag("X")


@pytest.mark.parametrize("value", ["0", "11", "-1", "3.0", "1e1", "٣", "three", "1_0"])
def test_a_number_out_of_range_or_invalid(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X is .*; it must be a whole number from 1 to 10"):
        environment.read_number("X", 5, minimum=1, maximum=10)


@pytest.mark.parametrize("value", ["1", "10", " 7 "])
def test_number(monkeypatch, value):
    monkeypatch.setenv("X", value)
    assert environment.read_number("X", 5, minimum=1, maximum=10) == int(value)


def test_words(monkeypatch):
    monkeypatch.setenv("X", "a.example, b.example ,,")
    assert environment.read_words("X") == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "value",
    [
        "facts.example.org",
        "ftp://facts.example.org",
        "https://",
        "https://facts.example.org:port",
        "https://[::1",
        "https://facts.example.org/?page=1",
        "https://facts.example.org/#top",
    ],
)
def test_wrong_address(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X is .*; write a complete address"):
        environment.read_url("X")


def test_address_loses_its_last_slash(monkeypatch):
    monkeypatch.setenv("X", "https://facts.example.org:8443/desk/")
    assert environment.read_url("X") == "https://facts.example.org:8443/desk"


def test_closed_set(monkeypatch):
    monkeypatch.setenv("X", "xx")
    with pytest.raises(ImproperlyConfigured, match="X is 'xx', which is not one of its values"):
        environment.read_choice("X", "en", lambda: {"en", "de"})
    monkeypatch.setenv("X", "de")
    assert environment.read_choice("X", "en", lambda: {"en", "de"}) == "de"


def test_database_address(monkeypatch):
    monkeypatch.setenv("X", "postgresql://eva:p%40ss@db.example.org:5433/facts?sslmode=require")
    assert environment.read_postgresql("X") == {
        "NAME": "facts",
        "USER": "eva",
        "PASSWORD": "p@ss",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_behind_a_socket(monkeypatch):
    monkeypatch.setenv("X", "postgres:///facts?host=/run/postgresql")
    found = environment.read_postgresql("X")
    assert found is not None
    assert (found["HOST"], found["NAME"], found["OPTIONS"]) == ("/run/postgresql", "facts", {})


def test_no_database_address(monkeypatch):
    monkeypatch.delenv("X", raising=False)
    assert environment.read_postgresql("X") is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("mysql://eva:secret@db/facts", "must be the address of a PostgreSQL database"),
        ("postgresql://eva:secret@db", "names no database"),
        ("postgresql://eva:secret@db:port/facts", "has a port that is not a number"),
        ("postgresql://eva:secret@db/facts?sslmod=require", "cannot be read"),
        ("postgresql://eva:secret@[::1/facts", "cannot be read"),
    ],
)
def test_wrong_database_address_keeps_its_password(monkeypatch, value, reason):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=f"^X {reason}") as refusal:
        environment.read_postgresql("X")
    assert "secret" not in str(refusal.value)


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
def test_any_password_arrives(password):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("X", f"postgresql://eva:{quote(password, safe='')}@db/facts")
        found = environment.read_postgresql("X")
    assert found is not None
    assert found["PASSWORD"] == password


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_any_database_address_is_read_or_refused(value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("X", "postgresql://" + value)
        try:
            said = environment.read_postgresql("X")["NAME"]  # type: ignore[index]
        except ImproperlyConfigured as refusal:
            said = str(refusal).removeprefix("X ")
            named = said != str(refusal)
        else:
            named = True
    assert said
    assert named


def test_mail(monkeypatch):
    monkeypatch.setenv("X", "smtp+tls://desk%40example.org:pa%3Ass@mail.example.org")
    found = environment.read_mail_settings("X")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("desk@example.org", "pa:ss")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)


@pytest.mark.parametrize(
    "value", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://mail:port"]
)
def test_wrong_mail(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="X must look like smtp"):
        environment.read_mail_settings("X")


def test_secret_is_made_once_and_closed(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    kept_in = tmp_path / "new" / "secret-key"
    made = environment.read_secret("X", kept_in, may_create=True)
    assert len(made) > 50
    assert stat.S_IMODE(kept_in.stat().st_mode) == 0o600
    assert environment.read_secret("X", kept_in, may_create=True) == made
    assert environment.read_secret("X", kept_in, may_create=False) == made
    assert [path.name for path in kept_in.parent.iterdir()] == ["secret-key"]


def test_secret_is_not_made_outside_the_demo(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    with pytest.raises(ImproperlyConfigured, match="^X is not set"):
        environment.read_secret("X", tmp_path / "secret-key", may_create=False)
    assert list(tmp_path.iterdir()) == []


def test_secret_in_an_unusable_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="cannot be used: File exists. Set DATA_DIR"):
        environment.read_secret("X", tmp_path / "file" / "secret-key", may_create=True)


def test_secret_from_the_environment_touches_no_file(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("X", "from outside")
    assert environment.read_secret("X", tmp_path / "secret-key", may_create=True) == "from outside"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "value, rate",
    [
        ("600/minute", (600, 60)),
        ("1/second", (1, 1)),
        ("10000/hour", (10_000, 3600)),
        ("5/day", (5, 86_400)),
        ("0", None),
        ("off", None),
        ("Off", None),
        ("", (60, 60)),
    ],
)
def test_rate(monkeypatch, value, rate):
    monkeypatch.setenv("X", value)
    assert environment.read_rate("X", "60/minute") == rate


@pytest.mark.parametrize(
    "value",
    [
        "600",
        "600/",
        "/minute",
        "600/min",
        "600/Minute",
        "-1/minute",
        "0/minute",
        "6e2/hour",
        "٣/hour",
        "5/day/2",
    ],
)
def test_an_invalid_rate(monkeypatch, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(
        ImproperlyConfigured, match="^X is .*; write a number of requests and a period, such as"
    ):
        environment.read_rate("X", "60/minute")


def test_a_value_may_be_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("  only-ours \n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    assert environment.read_text("X", "default") == "only-ours"
    assert environment.read_secret("X", tmp_path / "made", may_create=True) == "only-ours"
    assert not (tmp_path / "made").exists()
    assert list(environment.ENVIRONMENT) == ["X"]


def test_an_empty_name_of_a_file_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("X_FILE", " ")
    assert environment.read_text("X", "default") == "default"


def test_twice_said_is_refused(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("one")
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("X", "other")
    with pytest.raises(ImproperlyConfigured, match="^X and X_FILE are both set; leave one of them out.$"):
        environment.read_text("X")


@pytest.mark.parametrize(
    "content, sentence",
    [
        (None, "which cannot be read: No such file or directory."),
        (b"", "; it must contain the value, in one line."),
        (b" \n", "; it must contain the value, in one line."),
        (b"only-ours\nsecond line", "; it must contain the value, in one line."),
        (b"only-ours\0", "; it must contain the value, in one line."),
        (b"only-ours\xff", "which is not UTF-8 text."),
        (b"only-ours" * 10_000, "which is too long for a value."),
    ],
)
def test_invalid_values_are_refused_and_not_quoted(monkeypatch, tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.read_text("X", "default")
    assert str(refused.value).endswith(sentence)
    assert str(refused.value).startswith(f"X_FILE names {tmp_path / 'key'}")
    assert "only-ours" not in str(refused.value)


def test_a_folder_and_a_file_that_never_ends_are_refused(monkeypatch, tmp_path):
    for place in (str(tmp_path), "/dev/zero"):
        monkeypatch.setenv("X_FILE", place)
        with pytest.raises(ImproperlyConfigured, match="^X_FILE names "):
            environment.read_text("X")
