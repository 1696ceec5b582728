"""Pictures, sound and film that tests make up: plain ones, what becomes of them on their way round, and hostile
ones."""

import io
import shutil
import struct
import subprocess
import wave
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="FFmpeg is not installed")


def scene(number: int, width: int = 900, height: int = 600) -> Image.Image:
    """A picture that has as much in it as a photograph, and another one for each number."""
    random = np.random.default_rng(number)
    image = Image.new("RGB", (width, height))
    for cells, share in ((4, 1.0), (9, 0.5), (30, 0.3)):
        layer = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
        larger = Image.fromarray(layer).resize((width, height), Image.Resampling.BICUBIC)
        image = Image.blend(image, larger, share)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = random.integers(0, width), random.integers(0, height)
        w, h = random.integers(20, width // 3), random.integers(20, height // 3)
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((int(x), int(y), int(x + w), int(y + h)), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1))


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def picture(number: int = 1, kind: str = "JPEG", **options: object) -> bytes:
    return encoded(scene(number), kind, **options)


#: A picture of one colour, which is read in no time.
SMALL_PNG = encoded(Image.new("RGB", (60, 40), "teal"), "PNG")


def _cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def _captioned(image: Image.Image) -> Image.Image:
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    width, height = copy.size
    draw.rectangle((0, height * 0.93, width, height), fill="black")
    draw.text((10, height * 0.94), "SHARE BEFORE THEY DELETE THIS", fill="white")
    return copy


def written_over(image: Image.Image) -> Image.Image:
    """White words on a tenth of it, across the middle."""
    copy = image.copy()
    width, height = copy.size
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, int(height * 0.45), width, int(height * 0.55)), fill="white")
    font = ImageFont.load_default(max(10, height // 20))
    draw.text((width // 50, int(height * 0.47)), "THEY DO NOT WANT YOU TO SEE THIS", "black", font=font)
    return copy


def _shown_in_an_app(image: Image.Image) -> Image.Image:
    """A screenshot: the picture on a page with words above and below."""
    page = Image.new("RGB", (image.width + 60, image.height + 240), "#f2f3f5")
    page.paste(image, (30, 120))
    draw = ImageDraw.Draw(page)
    for y in (30, 60, image.height + 160):
        draw.text((40, y), "Look at this before they delete it", fill="black")
    return page


#: What happens to pictures that go round. Each is found again (`benchmarks/pictures` measures how surely).
CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": lambda image: image.resize((image.width // 3, image.height // 3)),
    "larger": lambda image: image.resize((image.width * 2, image.height * 2)),
    "squeezed": lambda image: image.resize((image.width // 2, image.height)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.3),
    "without colour": lambda image: image.convert("L").convert("RGB"),
    "other colours": lambda image: ImageEnhance.Color(image).enhance(2.0),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "captioned": _captioned,
    "mirrored": ImageOps.mirror,
    "upside down": ImageOps.flip,
    "turned by 90": lambda image: image.rotate(90, expand=True),
    "turned by 180": lambda image: image.rotate(180),
    "turned by 270": lambda image: image.rotate(270, expand=True),
    "in a black frame": lambda image: ImageOps.expand(image, image.width // 6, "black"),
    "letterboxed": lambda image: ImageOps.pad(image, (image.width, image.width), color="black"),
    "inner 90 %": lambda image: _cropped(image, 0.05, 0.05, 0.05, 0.05),
    "inner 80 %": lambda image: _cropped(image, 0.1, 0.1, 0.1, 0.1),
    "inner 70 %": lambda image: _cropped(image, 0.15, 0.15, 0.15, 0.15),
    "2 % cut on each side": lambda image: _cropped(image, 0.02, 0.02, 0.02, 0.02),
    "10 % cut at the bottom": lambda image: _cropped(image, 0, 0, 0, 0.1),
    "20 % cut at the right": lambda image: _cropped(image, 0, 0, 0.2, 0),
    "cut to a square": lambda image: ImageOps.fit(image, (image.height, image.height)),
    "turned by 3": lambda image: image.rotate(3, Image.Resampling.BICUBIC),
    "mirrored, cut to a square, words over it": lambda image: written_over(
        ImageOps.mirror(ImageOps.fit(image, (image.height, image.height)))
    ),
    "screenshot": _shown_in_an_app,
}


def oriented(number: int, orientation: int) -> bytes:
    """A photograph of a camera that was held in another way, with everything that cameras and editors write down."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110], exif[0x0131] = "Optikwerk", "Linden 7", "Darkroom 3.1"
    exif[0x013B], exif[0x8298] = "Ada Brook", "Brook Photo"
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0x9011] = "2024:05:03 14:22:01", "+02:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (52.0, 31.0, 12.0), "W", (13.0, 24.0, 36.0)
    gps[5], gps[6] = 0, 34.5
    return picture(number, exif=exif, quality=92)


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmp:CreatorTool="Dream Machine"
 ext:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia">
<dc:creator><rdf:Seq><rdf:li>Ada Brook</rdf:li><rdf:li>Ben Holm</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A bridge in fog</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def png_of(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG that says that it is so large, whatever there is in it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


@cache
def bomb() -> bytes:
    """30,000 × 30,000 points in 100 kB of file: 2.7 GB of them."""
    return png_of(30_000, 30_000, bytes(90_001 * 1000))


def with_archive_behind(content: bytes) -> bytes:
    """A picture, and behind it an archive that any program for archives opens."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.sh", "echo gotcha")
    return content + packed.getvalue()


def with_page_within() -> bytes:
    """A GIF that a browser that guesses shows as a page, with a script that runs."""
    return encoded(scene(3, 200, 150), "GIF", comment=b"<html><script>alert(document.domain)</script></html>")


SVG = (
    b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">'
    b"<script>alert(2)</script></svg>"
)
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile /etc/passwd\n"


def sound(seconds: float = 2.0) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        at = np.arange(int(8000 * seconds))
        file.writeframes((np.sin(at / 3) * 12_000).astype("<i2").tobytes())
    return written.getvalue()


def film(
    folder: Path, numbers: list[int], *, suffix: str = "mp4", seconds_each: int = 2, **tags: str
) -> bytes:
    """A film that shows these scenes, each for so many seconds."""
    for at, number in enumerate(numbers):
        scene(number, 480, 320).save(folder / f"scene-{at}.png")
    path = folder / f"film.{suffix}"
    codec = (
        ["-c:v", "libvpx", "-b:v", "1M"] if suffix == "webm" else ["-c:v", "libx264", "-pix_fmt", "yuv420p"]
    )
    subprocess.run(
        [
            *(
                "ffmpeg",
                "-v",
                "error",
                "-y",
                "-framerate",
                f"1/{seconds_each}",
                "-i",
                f"{folder}/scene-%d.png",
            ),
            *("-r", "10", "-g", "10", *codec),
            *(word for name, value in tags.items() for word in ("-metadata", f"{name}={value}")),
            str(path),
        ],
        check=True,
    )
    return path.read_bytes()
