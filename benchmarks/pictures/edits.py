"""Typical edits of shared photos, alone or in pairs."""

import io
import math
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from tests.helpers.media_files import encoded, written_over

Edit = Callable[[Image.Image], Image.Image]

#: JPEG qualities of a picture that is saved again, and of one that is saved again badly.
USUAL_QUALITY, LOW_QUALITY = 70, 30


def save_again(image: Image.Image, quality: int = USUAL_QUALITY) -> Image.Image:
    return Image.open(io.BytesIO(encoded(image.convert("RGB"), quality=quality)))


def _crop_sides(
    image: Image.Image, *, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0
) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def _crop_square(image: Image.Image) -> Image.Image:
    return ImageOps.fit(image, (min(image.size),) * 2)


def _rotate(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def _rotate_and_crop(image: Image.Image, degrees: float) -> Image.Image:
    """Rotate the picture and crop the empty corners, as phones do."""
    width, height = image.size
    angle = math.radians(abs(degrees))
    share = 1 / (math.cos(angle) + max(width / height, height / width) * math.sin(angle))
    margin = (1 - share) / 2
    return _crop_sides(_rotate(image, degrees), left=margin, top=margin, right=margin, bottom=margin)


def _take_screenshot(image: Image.Image) -> Image.Image:
    """Return the picture inside the page of an app, with text above and below."""
    thumbnail = image.copy()
    thumbnail.thumbnail((640, 640))
    width, height = thumbnail.size
    page = Image.new("RGB", (width + 60, height + 300), "#f2f3f5")
    drawing, font = ImageDraw.Draw(page), ImageFont.load_default(18)
    drawing.rectangle((0, 0, width + 60, 56), fill="#1b2836")
    drawing.ellipse((16, 70, 56, 110), fill="#666688")
    drawing.text((70, 80), "A reader of ours, 3 hours ago", "#222222", font=font)
    for line in range(3):
        drawing.text(
            (20, 120 + line * 24), "Look what they have done, share it now"[: width // 10], "black", font=font
        )
    page.paste(thumbnail, (30, 200))
    drawing.text((30, height + 220), "214 comments   1,203 shares   Like", "#444444", font=font)
    return page


def _recolour(image: Image.Image) -> Image.Image:
    brighter = ImageEnhance.Brightness(image).enhance(1.2)
    return ImageEnhance.Contrast(ImageEnhance.Color(brighter).enhance(0.4)).enhance(1.25)


EDITS: dict[str, Edit] = {
    "2 % cut on each side": lambda image: _crop_sides(image, left=0.02, top=0.02, right=0.02, bottom=0.02),
    "2 % cut at the left": lambda image: _crop_sides(image, left=0.02),
    "5 % cut at the top": lambda image: _crop_sides(image, top=0.05),
    "10 % cut at the bottom": lambda image: _crop_sides(image, bottom=0.1),
    "20 % cut at the right": lambda image: _crop_sides(image, right=0.2),
    "cut to a square": _crop_square,
    "turned by 3 degrees": lambda image: _rotate(image, 3),
    "turned by 5 degrees, without empty corners": lambda image: _rotate_and_crop(image, -5),
    "bars above and below": lambda image: ImageOps.expand(image, (0, image.height // 6), "black"),
    "words over a tenth": written_over,
    "mirrored": ImageOps.mirror,
    "screenshot with a frame": _take_screenshot,
    "saved at a quality of 30": lambda image: save_again(image, LOW_QUALITY),
    "other colours": _recolour,
    "coloured border": lambda image: ImageOps.expand(image, max(image.size) // 25, "#c03020"),
    "mirrored, 10 % cut at the bottom": lambda image: _crop_sides(ImageOps.mirror(image), bottom=0.1),
    "cut to a square, words over a tenth": lambda image: written_over(_crop_square(image)),
}
