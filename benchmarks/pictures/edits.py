"""Typical edits of shared photos, alone or in pairs."""

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from tests.helpers.media_files import encoded, written_over

Edit = Callable[[Image.Image], Image.Image]

#: JPEG qualities of a picture that is saved again, and of one that is saved again badly.
USUAL, LOW = 70, 30


def save_again(image: Image.Image, quality: int = USUAL) -> Image.Image:
    return Image.open(io.BytesIO(encoded(image.convert("RGB"), quality=quality)))


def _cut(
    image: Image.Image, *, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0
) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def _crop_square(image: Image.Image) -> Image.Image:
    return ImageOps.fit(image, (min(image.size),) * 2)


def _turn(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def _turn_and_cut(image: Image.Image, degrees: float) -> Image.Image:
    """Rotate the picture and crop the empty corners, as phones do."""
    width, height = image.size
    angle = math.radians(abs(degrees))
    share = 1 / (math.cos(angle) + max(width / height, height / width) * math.sin(angle))
    lost = (1 - share) / 2
    return _cut(_turn(image, degrees), left=lost, top=lost, right=lost, bottom=lost)


def _take_screenshot(image: Image.Image) -> Image.Image:
    """Return the picture inside the page of an app, with text above and below."""
    small = image.copy()
    small.thumbnail((640, 640))
    width, height = small.size
    page = Image.new("RGB", (width + 60, height + 300), "#f2f3f5")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(18)
    draw.rectangle((0, 0, width + 60, 56), fill="#1b2836")
    draw.ellipse((16, 70, 56, 110), fill="#666688")
    draw.text((70, 80), "A reader of ours, 3 hours ago", "#222222", font=font)
    for line in range(3):
        draw.text(
            (20, 120 + line * 24), "Look what they have done, share it now"[: width // 10], "black", font=font
        )
    page.paste(small, (30, 200))
    draw.text((30, height + 220), "214 comments   1,203 shares   Like", "#444444", font=font)
    return page


def _recolour(image: Image.Image) -> Image.Image:
    brighter = ImageEnhance.Brightness(image).enhance(1.2)
    return ImageEnhance.Contrast(ImageEnhance.Color(brighter).enhance(0.4)).enhance(1.25)


EDITS: dict[str, Edit] = {
    "2 % cut on each side": lambda image: _cut(image, left=0.02, top=0.02, right=0.02, bottom=0.02),
    "2 % cut at the left": lambda image: _cut(image, left=0.02),
    "5 % cut at the top": lambda image: _cut(image, top=0.05),
    "10 % cut at the bottom": lambda image: _cut(image, bottom=0.1),
    "20 % cut at the right": lambda image: _cut(image, right=0.2),
    "cut to a square": _crop_square,
    "turned by 3 degrees": lambda image: _turn(image, 3),
    "turned by 5 degrees, without empty corners": lambda image: _turn_and_cut(image, -5),
    "bars above and below": lambda image: ImageOps.expand(image, (0, image.height // 6), "black"),
    "words over a tenth": written_over,
    "mirrored": ImageOps.mirror,
    "screenshot with a frame": _take_screenshot,
    "saved at a quality of 30": lambda image: save_again(image, LOW),
    "other colours": _recolour,
    "coloured border": lambda image: ImageOps.expand(image, max(image.size) // 25, "#c03020"),
    "mirrored, 10 % cut at the bottom": lambda image: _cut(ImageOps.mirror(image), bottom=0.1),
    "cut to a square, words over a tenth": lambda image: written_over(_crop_square(image)),
}
