"""Read a part of a file from any storage; only that part is fetched."""

from collections.abc import Generator

from django.core.files.storage import Storage

#: The number of bytes in memory at a time.
CHUNK_SIZE = 256 * 1024


def iterate_pieces(storage: Storage, name: str, first: int, length: int) -> Generator[bytes]:
    """Yield this many bytes of a file from an offset, piece by piece.

    Raises:
        FileNotFoundError: the file does not exist.
        EOFError: the file ends too early; a partial copy is never mistaken for the whole part.
    """
    if hasattr(
        storage, "part"
    ):  # an object store (factcheck.installation.object_store), which boto3 is needed for
        yield from storage.part(name, first, length)
        return
    with storage.open(name, "rb") as file:
        file.seek(first)
        while length:
            piece = file.read(min(CHUNK_SIZE, length))
            if not piece:
                raise EOFError(f"The file “{name}” ends {length} bytes early.")
            length -= len(piece)
            yield piece
