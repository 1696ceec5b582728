"""Files in an S3-compatible bucket; failures are reported in plain words.

Uploads are signed together with their SHA-256, so that a store can reject corrupted content (not all do), and an object
becomes visible only when it is complete. Files are downloaded completely before anyone sees a byte.
"""

import posixpath
from collections.abc import Callable, Generator
from functools import wraps
from typing import IO, Any, TypeVar, cast
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  botocore's
    ConnectTimeoutError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from django.core.files import File
from django.utils.functional import cached_property
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from factcheck.installation.file_parts import CHUNK_SIZE
from factcheck.installation.file_store import FileStoreUnavailable

#: Timeouts in seconds for connecting and for reading, and the number of attempts.
CONNECT_TIMEOUT, READ_TIMEOUT, MAX_TRIES = 3, 20, 3
#: Existence checks must be fast.
CONNECT_SECONDS = 2
#: Files up to this many bytes stay in memory when read; larger ones become temporary files.
MEMORY_BYTES = 5 * 2**20
#: Larger files are sent in parts, one after the other: some stores write them in order and keep later ones waiting.
SINGLE_UPLOAD_BYTES, PART_BYTES = 64 * 2**20, 16 * 2**20

_REFUSED_CODES = {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}

Work = TypeVar("Work", bound=Callable[..., Any])


def _convert_errors(work: Work) -> Work:
    """Decorate a method so that it raises FileStoreUnavailable in place of boto3's errors."""

    @wraps(work)
    def convert_and_call(store: "ObjectStore", *args: Any, **kwargs: Any) -> Any:
        try:
            return work(store, *args, **kwargs)
        except (BotoCoreError, Boto3Error, ClientError) as error:
            raise FileStoreUnavailable(f"{store.display_name} {_describe_error(error)}") from error

    return cast(Work, convert_and_call)


class ObjectStore(S3Storage):
    """A bucket, or a prefix within one."""

    def get_default_settings(self) -> dict[str, Any]:
        # Files are stored unchanged, whatever their names: without content encoding or display.
        return super().get_default_settings() | {
            "file_overwrite": False,
            "max_memory_size": MEMORY_BYTES,
            "object_parameters": {"ContentType": "application/octet-stream"},
        }

    def __init__(self, **options: Any) -> None:
        addressing = options.pop("addressing_style", "auto")
        super().__init__(
            **options,
            client_config=_build_client_config(addressing, CONNECT_TIMEOUT, READ_TIMEOUT, MAX_TRIES),
            transfer_config=TransferConfig(
                multipart_threshold=SINGLE_UPLOAD_BYTES, multipart_chunksize=PART_BYTES, use_threads=False
            ),
        )
        self._soon = _build_client_config(addressing, CONNECT_SECONDS, CONNECT_SECONDS, 1)

    @cached_property
    def _quick_client(self) -> Any:
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            config=self._soon,
            verify=self.verify,
        )

    @property
    def display_name(self) -> str:
        """Return the name of the store for use in sentences."""
        host = urlsplit(self.endpoint_url).netloc if self.endpoint_url else "Amazon S3"
        return f"The store of files (bucket {self.bucket_name} at {host})"

    @_convert_errors
    def check_availability(self) -> None:
        """Raise FileStoreUnavailable quickly, unless the store responds, accepts our key and lists the bucket."""
        prefix = f"{self.location}/" if self.location else ""
        self._quick_client.list_objects_v2(Bucket=self.bucket_name, Prefix=prefix, MaxKeys=1)

    @_convert_errors
    def _open(self, name: str, mode: str = "rb") -> File:
        file = super()._open(name, mode)
        if "r" in mode:
            file.open()  # fetches it
        return cast(File, file)

    @_convert_errors
    def _save(self, name: str, content: IO[bytes]) -> str:
        return cast(str, super()._save(name, content))

    def part(self, name: str, first: int, length: int) -> Generator[bytes]:
        """Yield this many bytes of a file from an offset, fetching nothing else.

        Raises:
            FileNotFoundError: the file does not exist.
        """
        if not length:
            return
        body = self._open_part(name, first, length)
        try:
            while length:
                piece = self._read_piece(body, min(CHUNK_SIZE, length))
                if not piece:
                    raise EOFError(f"The file “{name}” ends {length} bytes early.")
                length -= len(piece)
                yield piece
        finally:
            body.close()

    @_convert_errors
    def _open_part(self, name: str, first: int, length: int) -> Any:
        parameters = {
            "Key": self._normalize_name(clean_name(name)),
            "Range": f"bytes={first}-{first + length - 1}",
        }
        try:
            response = self.connection.meta.client.get_object(Bucket=self.bucket_name, **parameters)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey"):
                raise FileNotFoundError(f"File does not exist: {name}") from error
            raise
        return response["Body"]

    @_convert_errors
    def _read_piece(self, body: Any, size: int) -> bytes:
        return cast(bytes, body.read(size))

    @_convert_errors
    def delete(self, name: str) -> None:
        super().delete(name)

    @_convert_errors
    def exists(self, name: str) -> bool:
        return cast(bool, super().exists(name))

    @_convert_errors
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        folders, files = super().listdir(path)
        return folders, [file for file in files if file != posixpath.curdir]

    @_convert_errors
    def size(self, name: str) -> int:
        return cast(int, super().size(name))

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Raise an error, because a signed URL would expose unpublished files."""
        raise ValueError("This file is not accessible via a URL.")


def _build_client_config(addressing: str, connect_seconds: int, read_seconds: int, tries: int) -> Config:
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": addressing, "payload_signing_enabled": True},
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"total_max_attempts": tries, "mode": "standard"},
        # Stores other than Amazon's own may not know these.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _describe_error(error: Exception) -> str:
    """Describe the error and its remedy, without any of the data that was sent."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _REFUSED_CODES:
            return f"refuses our key ({code}): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what that key may do."
        if code == "NoSuchBucket":
            return "has no such bucket: make it, or correct FILES_URL."
        return f"failed ({code or 'no reason given'})."
    if isinstance(error, NoCredentialsError):
        return "wants a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    if isinstance(error, SSLError):
        return "has a certificate that is not trusted here."
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return "does not answer in time."
    if isinstance(error, HTTPClientError | ConnectionError):
        return "cannot be reached."
    cause = error.__cause__ or error.__context__
    if isinstance(error, Boto3Error) and isinstance(cause, BotoCoreError | ClientError):
        return _describe_error(cause)
    return f"failed ({type(error).__name__})."
