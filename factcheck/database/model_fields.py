"""Model fields and a lookup that several apps share."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


class LanguageField(models.CharField[str, str]):
    """A BCP 47 language tag such as `en`, `pt-BR` or `zh-Hant`; empty when the language is not known."""

    default_validators = [RegexValidator(LANGUAGE_TAG, _("Give a language tag such as en, pt-BR or ko."))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 35)
        super().__init__(*args, **kwargs)


class PersonField(models.ForeignKey):
    """A reference to a person's account, by default one that keeps the account from being deleted."""

    def __init__(
        self,
        verbose_name: StrOrPromise | None = None,
        on_delete: Any = models.PROTECT,
        *,
        to: str = settings.AUTH_USER_MODEL,
        related_name: str = "+",
        **options: Any,
    ) -> None:
        super().__init__(to, on_delete, related_name=related_name, verbose_name=verbose_name, **options)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs  # the database sees no difference

    def get_internal_type(self) -> str:
        return "ForeignKey"


def build_creator_field() -> "models.ForeignKey[Any, Any]":
    """Build the column of the person who added a row; it is emptied when that person is deleted."""
    return PersonField(_("added by"), models.SET_NULL, null=True, editable=False)


class UncompressedTextField(models.TextField[str, str]):
    """Uncompressed text of some kilobytes that is read far more often than written.

    PostgreSQL would compress the text and decompress it for every reader, which takes a third of the time of a list.
    Uncompressed, it needs about twice the space.
    """

    def get_internal_type(self) -> str:
        return "UncompressedTextField"  # Django's array of several rows is not an array of this type

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "text STORAGE EXTERNAL"

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "text"


class HalfVectorField(models.Field[Any, Any]):
    """A pgvector `halfvec`, with two bytes per number; its length may be fixed or not."""

    def __init__(self, *args: Any, dimensions: int | None = None, **kwargs: Any) -> None:
        self.dimensions = dimensions
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"dimensions": self.dimensions} if self.dimensions else {})

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"public.halfvec({self.dimensions})" if self.dimensions else "public.halfvec"

    def from_db_value(self, value: str | None, *_database: Any) -> "NDArray[np.float32] | None":
        import numpy as np  # noqa: PLC0415  which most commands do without

        return None if value is None else np.array(value.strip("[]").split(","), np.float32)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return None if value is None else format_half_vector(value)


def format_half_vector(vector: "NDArray[np.float32]") -> str:
    """Format a vector for SQL."""
    # The type stores no more digits of each number than these.
    return f"[{','.join(map('{:.5g}'.format, vector.tolist()))}]"


def parse_half_vector(binary: bytes) -> "NDArray[np.float32]":
    """Read a vector sent by the database function `halfvec_send`."""
    import numpy as np  # noqa: PLC0415  the same

    # Two numbers of two bytes (how many dimensions, and one that is unused), then the vector.
    return np.frombuffer(binary, ">f2", offset=4).astype(np.float32)


class WebAddressValidator(URLValidator):
    """A URLValidator that accepts underscores in hosts, such as `my_blog.example.com`.

    They are accepted only in subdomains, because registries allow none in registered domains.
    """

    hostname_re = r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*" + URLValidator.hostname_re
    host_re = f"({hostname_re}{URLValidator.domain_re}{URLValidator.tld_re}|localhost)"
    regex = re.compile(
        URLValidator.regex.pattern.replace(URLValidator.host_re, host_re),  # type: ignore[union-attr]
        re.IGNORECASE,
    )


class AddressFormField(forms.URLField):
    default_validators = [WebAddressValidator()]


class AddressField(models.URLField[str, str]):
    """A URLField for URLs as browsers accept them. Its form adds https to URLs without a scheme."""

    default_validators = [WebAddressValidator()]

    def formfield(self, **kwargs: Any) -> Any:
        arguments: dict[str, Any] = {"assume_scheme": "https", "form_class": AddressFormField}
        return super().formfield(**arguments | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs  # the database sees no difference


class BitStringField(models.Field[Any, Any]):
    """A bit string of fixed length (PostgreSQL's `bit(n)`), represented as bytes."""

    def __init__(self, *args: Any, length: int, **kwargs: Any) -> None:
        self.length = length
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"length": self.length}

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"bit({self.length})"

    def from_db_value(self, value: str | None, *_database: Any) -> bytes | None:
        return None if value is None else bits_to_bytes(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return None if value is None else bytes_to_bits(value)


def bits_to_bytes(bits: str) -> bytes:
    """Convert PostgreSQL's bit string to bytes; the number of bits must be a multiple of eight."""
    return int(bits, 2).to_bytes(len(bits) // 8)


def bytes_to_bits(value: bytes) -> str:
    """Convert bytes to PostgreSQL's bit string."""
    return f"{int.from_bytes(value):0{len(value) * 8}b}"


@models.Field.register_lookup
class AnyOf(models.Lookup[Any]):
    """The lookup `field__any_of`: equal to one of the values, with SQL that is independent of their number."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left_sql, left_parameters = self.process_lhs(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"{left_sql} = ANY({right})", [*left_parameters, *right_parameters]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [list(value)]
