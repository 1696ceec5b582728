"""What the claim tables stand on: extensions, text search that ignores accents in every language, the ledger's counter."""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# Frozen here on purpose: a migration says what it did then. `claims.search.STEMMERS` is what is used now.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def _configuration(name: str, stemmer: str) -> str:
    return f"""
        CREATE TEXT SEARCH CONFIGURATION public.factcheck_{name} (COPY = pg_catalog.{name});
        ALTER TEXT SEARCH CONFIGURATION public.factcheck_{name}
            ALTER MAPPING FOR hword, hword_part, word, asciihword, asciiword, hword_asciipart
            WITH public.unaccent, pg_catalog.{stemmer};
    """


CONFIGURATIONS = _configuration("simple", "simple") + "".join(
    _configuration(name, f"{name}_stem") for name in STEMMERS.values()
)

# to_tsvector(regconfig, text) is immutable, and so is this choice between constants: both may feed a generated column.
FUNCTIONS = f"""
    CREATE FUNCTION public.claims_search_config(language text) RETURNS regconfig
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE lower(split_part(language, '-', 1))
            {" ".join(f"WHEN '{tag}' THEN 'public.factcheck_{name}'::regconfig" for tag, name in STEMMERS.items())}
            ELSE 'public.factcheck_simple'::regconfig END
    $$;
    CREATE FUNCTION public.claims_search_document(language text, statement text, details text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT setweight(to_tsvector(public.claims_search_config(language), statement), 'A')
            || setweight(to_tsvector('public.factcheck_simple'::regconfig, statement), 'A')
            || setweight(to_tsvector(public.claims_search_config(language), details), 'C')
            || setweight(to_tsvector('public.factcheck_simple'::regconfig, details), 'C')
    $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(
            CONFIGURATIONS,
            "".join(
                f"DROP TEXT SEARCH CONFIGURATION public.factcheck_{name};" for name in ("simple", *STEMMERS.values())
            ),
        ),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION public.claims_search_document, public.claims_search_config;",
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE public.claims_publication_sequence AS bigint;",
            "DROP SEQUENCE public.claims_publication_sequence;",
        ),
    ]
