"""Drawings and photos of digits, as files of every format: what a visitor may send, good and bad."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.made_digits import draw_digit


def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def draw(digit: int, size: tuple[int, int] = (280, 280), share: float = 1.0, seed: int = 0) -> Image.Image:
    """Ink of a digit, "L", 255 on 0, in the middle; `share` of the shorter side."""
    side = round(min(size) * share)
    one = Image.fromarray(draw_digit(digit, np.random.default_rng(seed + digit)))
    one = one.resize((side, side), Image.Resampling.BICUBIC)
    image = Image.new("L", size)
    image.paste(one, ((size[0] - side) // 2, (size[1] - side) // 2))
    return image


def draw_pad(digit: int, seed: int = 0) -> bytes:
    """What the pad sends: a canvas's PNG, white on black, opaque, with alpha."""
    ink = draw(digit, seed=seed)
    return encode(Image.merge("RGBA", (ink, ink, ink, Image.new("L", ink.size, 255))))


def photograph(
    digit: int, size: tuple[int, int], *, seed: int = 0, light: bool = False, shadow: bool = True
) -> Image.Image:
    """A photo: warm paper in uneven light, a soft shadow's edge, noise, blue ink; or white chalk on a dark board."""
    rng = np.random.default_rng(100 + seed)
    ink = draw(digit, size, 0.7, seed).filter(ImageFilter.GaussianBlur(max(size) / 600))
    y, x = np.mgrid[0 : size[1], 0 : size[0]] / max(size)
    paper = 0.78 + 0.15 * x - 0.1 * y * y
    if shadow:
        paper = paper - 0.12 / (1 + np.exp(-(x + 0.6 * y - 0.9) * 60))
    cover = np.asarray(ink, dtype=float)[..., None] / 255
    colours = np.array([0.2, 0.22, 0.4])
    if light:
        paper, colours = paper * 0.3, np.array([0.95, 0.95, 0.9])
    picture = paper[..., None] * np.array([1, 0.97, 0.9]) * (1 - cover) + colours * cover
    picture = picture + rng.normal(0, 0.012, picture.shape)
    return Image.fromarray((np.clip(picture, 0, 1) * 255).round().astype(np.uint8))


def turn(image: Image.Image, flag: int) -> bytes:
    """A JPEG whose EXIF says that it lies so."""
    exif = Image.Exif()
    exif[0x0112] = flag
    return encode(image, "JPEG", quality=92, exif=exif)


def write_on_nothing(digit: int, size: tuple[int, int], grey: int) -> Image.Image:
    """Ink of one grey on transparent paper."""
    ink = draw(digit, size)
    plain = Image.new("L", size, grey)
    return Image.merge("RGBA", (plain, plain, plain, ink))


def list_pads() -> dict[str, bytes]:
    """Ten drawings of the pad, some thin, in pieces or at its edge."""
    pads = {f"pad {digit}": draw_pad(digit, seed=7) for digit in range(6)}
    thin = Image.new("RGBA", (280, 280), "black")
    ImageDraw.Draw(thin).line([(80, 60), (200, 60), (120, 220)], fill="white", width=4)
    small = Image.new("RGBA", (280, 280), "black")
    ImageDraw.Draw(small).ellipse((130, 130, 146, 152), outline="white", width=5)
    edge = Image.new("RGBA", (280, 280), "black")
    ImageDraw.Draw(edge).line([(0, 0), (278, 4), (140, 279)], fill="white", width=30)
    pieces = Image.new("RGBA", (280, 280), "black")
    for place in range(6):
        ImageDraw.Draw(pieces).line(
            [(60 + 10 * place, 40 + 35 * place), (90 + 10 * place, 60 + 35 * place)], "white", 14
        )
    return pads | {
        name: encode(one) for name, one in {"thin": thin, "small": small, "edge": edge, "pieces": pieces}.items()
    }


def list_photos() -> dict[str, bytes]:
    """Photos and files of every format that can be read."""
    wide, tall = photograph(4, (1920, 1080), seed=1), photograph(7, (600, 800), seed=2)
    palette = photograph(3, (300, 300), seed=3, shadow=False).convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
    clear = Image.new("P", (200, 200), 0)
    clear.putpalette([9, 9, 9, 20, 20, 20])
    clear.paste(1, mask=draw(6, (200, 200)).point(lambda v: 255 * (v > 128), "1"))
    return {
        "16:9 PNG": encode(wide),
        "16:9 JPEG": encode(wide, "JPEG", quality=92),
        "large JPEG": encode(photograph(5, (1640, 2200), seed=4), "JPEG", quality=90),
        "chalk": encode(photograph(2, (500, 400), seed=5, light=True)),
        "dark on light": encode(photograph(9, (420, 380), seed=6)),
        **{f"EXIF {flag}": turn(tall, flag) for flag in (1, 3, 5, 6, 7, 8)},
        "dark on nothing": encode(write_on_nothing(3, (300, 260), 20)),
        "light on nothing": encode(write_on_nothing(3, (300, 260), 235)),
        "large on nothing": encode(write_on_nothing(0, (900, 700), 60)),
        "grey PNG": encode(draw(1, (90, 90))),
        "28 x 28": encode(draw(2, (28, 28))),
        "PNG without an end": encode(draw(3))[:-12],
        "noise": encode(Image.fromarray(np.random.default_rng(1).integers(0, 256, (200, 200), dtype=np.uint8))),
        "palette PNG": encode(palette),
        "GIF": encode(palette, "GIF"),
        "clear GIF": encode(clear, "GIF", transparency=0),
        "WebP": encode(tall, "WEBP", lossless=True),
        "lossy WebP": encode(tall, "WEBP", quality=90),
        "clear WebP": encode(write_on_nothing(9, (500, 500), 10), "WEBP", lossless=True),
        "BMP": encode(photograph(6, (300, 320), seed=8), "BMP"),
        "black and white": encode(draw(8, (200, 200)).point(lambda v: 255 * (v < 128), "1")),
    }


def list_bad() -> dict[str, bytes]:
    """Files that hold no digit, or no picture."""
    noise = np.random.default_rng(1).integers(0, 256, (200, 200), dtype=np.uint8)
    good, photo = encode(draw(3)), encode(photograph(3, (300, 300)), "JPEG")
    dots = (220 - noise // 16).astype(np.uint8)
    for y, x in np.ndindex(6, 6):
        dots[20 + 30 * y : 30 + 30 * y, 20 + 30 * x : 30 + 30 * x] = 30
    huge = encode(Image.new("1", (8000, 4001)))
    return {
        "empty": b"",
        "blank": encode(Image.new("RGBA", (280, 280), "black")),
        "white": encode(Image.new("L", (50, 50), 255)),
        "faint": encode(Image.fromarray((200 + noise // 30).astype(np.uint8))),
        "full": encode(Image.fromarray(np.where(np.mgrid[:200, :200][0] < 60, 0, 120 + noise // 2).astype(np.uint8))),
        "dots": encode(Image.fromarray(dots)),
        "narrow": encode(Image.new("L", (7, 300))),
        "low": encode(Image.new("L", (300, 3))),
        "dot": encode(Image.new("L", (1, 1))),
        "huge": huge,
        "huge GIF": encode(Image.new("P", (6000, 6000)), "GIF"),
        "wide JPEG": encode(Image.new("L", (16000, 2001)), "JPEG"),
        "text": b"hello",
        "PDF": b"%PDF-1.4 and so on",
        "PNG's signature": good[:8],
        "PNG's header": good[:33],
        "cut PNG": good[:-200],
        "JPEG's beginning": photo[:3],
        "JPEG's header": photo[:100],
        "cut JPEG": photo[: len(photo) // 2],
        "cut GIF": encode(draw(3), "GIF")[:10],
        "heavy": b"\x89PNG" + bytes(13 << 20),
    }
