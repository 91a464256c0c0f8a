"""Your hand in the page: pictures as few programs write them are seen as Python sees them, or refused as it does."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gan.ui.service import Service
from gan.ui.tabs.hand.tab import Hand
from tests.local.conftest import decode, encode

Files = dict[str, bytes]
Answers = list[tuple[dict[str, Any], dict[str, Any]]]
SIZE = (320, 300)


@pytest.fixture(scope="module")
def look_at(answer_both: Callable[..., Answers], service: Service) -> Callable[[Files], Answers]:
    """The page's answers and Python's to files, which go as text, as a program may send them."""
    hand = Hand(service)

    def look_at(files: Files) -> Answers:
        return answer_both(
            hand, [{"want": "look", "model": "digits", "picture": encode(one)} for one in files.values()]
        )

    return look_at


def draw(*, ink: int = 20, paper: int = 235, size: tuple[int, int] = SIZE) -> Image.Image:
    """A seven in grey."""
    image = Image.new("L", size, paper)
    points = [(x * size[0], y * size[1]) for x, y in ((0.25, 0.2), (0.72, 0.22), (0.45, 0.85))]
    ImageDraw.Draw(image).line(points, fill=ink, width=min(size) // 11, joint="curve")
    return image


def cover(image: Image.Image) -> Image.Image:
    """Alpha that is full where there is ink."""
    return image.point(lambda value: 255 * (value < 128))


def save(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def turn(flag: int) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = flag
    return made


def pack_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def add_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return png[:33] + pack_chunk(kind, data) + png[33:]


def write_png(bits: int, colour: int, parts: list[np.ndarray], *, interlaced: bool = False) -> bytes:
    """A PNG of SIZE, of rows of bytes as they are to lie in it."""
    rows = b"".join(b"\0" + row.tobytes() for part in parts for row in part)
    head = struct.pack(">IIBBBBB", *SIZE, bits, colour, 0, 0, int(interlaced))
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pack_chunk(*one) for one in chunks)


def write_deep(colour: int) -> bytes:
    """16 bits a value: grey (0), colours (2), grey and alpha (4), colours and alpha (6)."""
    grey, alpha = (np.asarray(one).astype(">u2") * 257 for one in (draw(), cover(draw())))
    bands = {0: [grey], 2: [grey] * 3, 4: [grey, alpha], 6: [grey] * 3 + [alpha]}[colour]
    return write_png(16, colour, [np.stack(bands, -1).astype(">u2")])


def write_shallow(bits: int) -> bytes:
    """Fewer than 8 bits a pixel."""
    levels, per = np.asarray(draw()) >> (8 - bits), 8 // bits
    packed = np.bitwise_or.reduce([levels[:, i::per] << (8 - bits * (i + 1)) for i in range(per)])
    return write_png(bits, 0, [packed.astype(np.uint8)])


def write_interlaced() -> bytes:
    """Seven pictures of more and more pixels (Adam7)."""
    grey = np.asarray(draw())
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    return write_png(8, 0, [grey[top::down, left::along] for top, left, down, along in passes], interlaced=True)


def write_bmp(*, alpha: bool = False, downwards: bool = False) -> bytes:
    """32 bits a pixel, of which the last 8 are alpha's or nobody's."""
    grey = np.asarray(draw())
    last = np.asarray(cover(draw())) if alpha else np.zeros_like(grey)
    rows = np.stack([grey, grey, grey, last], -1)[:: 1 if downwards else -1]
    more = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + bytes(52) if alpha else b""
    height = -SIZE[1] if downwards else SIZE[1]
    numbers = (40 + len(more), SIZE[0], height, 1, 32, 3 if alpha else 0, rows.size, 2835, 2835, 0, 0)
    head = struct.pack("<IiiHHIIiiII", *numbers) + more
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + rows.size, 0, 0, 14 + len(head)) + head + rows.tobytes()


def write_old_bmp() -> bytes:
    """As OS/2 wrote them."""
    rows = np.stack([np.asarray(draw())] * 3, -1)[::-1]
    return b"BM" + struct.pack("<IHHIIHHHH", 26 + rows.size, 0, 0, 26, 12, *SIZE, 1, 24) + rows.tobytes()


def animate(kind: str) -> bytes:
    frames = [draw(ink=120), Image.new("L", SIZE, 9)]
    return save(draw(), kind, save_all=True, append_images=frames, duration=40)


def list_pngs() -> Files:
    plain, paper = save(draw()), struct.pack(">H", 235)
    clear = Image.new("P", SIZE, 0)
    clear.putpalette([235, 235, 235, 20, 20, 20, 90, 90, 90])
    clear.paste(1, mask=cover(draw()))
    large = (1700, 1500)
    return {
        **{f"16 bits, colour {kind}": write_deep(kind) for kind in (0, 2, 4, 6)},
        **{f"{bits} bits": write_shallow(bits) for bits in (1, 2, 4)},
        "interlaced": write_interlaced(),
        "linear light": add_chunk(plain, b"gAMA", struct.pack(">I", 100000)),
        "sRGB": add_chunk(plain, b"sRGB", b"\0"),
        "one grey is none": add_chunk(plain, b"tRNS", paper),
        "one colour is none": add_chunk(save(draw().convert("RGB")), b"tRNS", paper * 3),
        "palette with alphas": save(clear, transparency=bytes([128, 255, 255])),
        "palette, one is none": save(clear, transparency=0),
        "turned": save(draw(), exif=turn(6)),
        "moving": animate("PNG"),
        "with more behind it": plain + b"and more" * 50,
        "half clear": save(Image.merge("LA", (draw(), Image.new("L", SIZE, 128)))),
        "large with alpha": save(Image.merge("LA", (draw(size=large), draw(ink=255, paper=90, size=large)))),
        "a strip": save(draw(size=(900, 60))),
        "a tower": save(draw(size=(40, 1200))),
        "801 x 799": save(draw(size=(801, 799))),
    }


def list_others() -> Files:
    colours = Image.merge("RGB", (draw(paper=200), draw(paper=230), draw(paper=240)))
    jpeg = save(draw(), "JPEG", quality=92)
    return {
        "JPEG, progressive": save(draw(), "JPEG", quality=90, progressive=True),
        "JPEG, coarse colours": save(colours, "JPEG", quality=60, subsampling=2),
        "JPEG, inks": save(colours.convert("CMYK"), "JPEG", quality=90),
        "JPEG with more behind it": jpeg + b"and more" * 50,
        "JPEG with a strange turn": save(draw(), "JPEG", exif=turn(9)),
        "JPEG with another in its comment": save(draw(), "JPEG", comment=jpeg[:2000]),
        "JPEG, wide, turned": save(draw(size=(3301, 1201)), "JPEG", quality=80, exif=turn(8)),
        "WebP, moving": animate("WEBP"),
        "WebP, clear": save(Image.merge("LA", (draw(), draw(ink=255, paper=0))).convert("RGBA"), "WEBP", quality=80),
        "GIF, moving": animate("GIF"),
        "GIF, lines apart": save(draw(), "GIF", interlace=1),
        "BMP, one bit": save(draw().convert("1"), "BMP"),
        "BMP, palette": save(draw().convert("P"), "BMP"),
        "BMP, 32 bits": write_bmp(),
        "BMP, downwards": write_bmp(downwards=True),
        "BMP with alpha": write_bmp(alpha=True),
        "BMP of OS/2": write_old_bmp(),
    }


def list_damaged() -> Files:
    png, jpeg, gif, bmp, webp = (save(draw(), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP"))
    return {
        "PNG, a false sum": png[:60] + bytes([png[60] ^ 255]) + png[61:],
        "PNG, its header's sum is false": png[:30] + bytes([png[30] ^ 255]) + png[31:],
        "PNG without a size": png[:16] + bytes(8) + png[24:],
        "PNG of 16 gigapixels": png[:8] + pack_chunk(b"IHDR", struct.pack(">I", 1 << 17) * 2 + png[24:29]) + png[33:],
        "all clear": save(Image.merge("LA", (draw(), Image.new("L", SIZE, 0)))),
        "8 x 8": save(draw(size=(8, 8))),
        "JPEG without its end": jpeg[:-2],
        "JPEG's name alone": b"\xff\xd8\xff\xe0",
        "GIF cut": gif[: len(gif) // 2],
        "GIF's header": gif[:13],
        "BMP cut": bmp[: len(bmp) // 2],
        "BMP's header": bmp[:54],
        "BMP, far too wide": bmp[:18] + struct.pack("<i", 1 << 20) + bmp[22:],
        "WebP cut": webp[: len(webp) // 2],
        "WebP's header": webp[:20],
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><path d="M9 9h60l-30 60"/></svg>',
        "ICO": save(draw(size=(64, 64)), "ICO"),
        "AVIF's name": b"\0\0\0\x20ftypavif" + bytes(90),
        "zeros": bytes(4000),
        "UTF-16": "seven".encode("utf-16") * 90,
    }  # fmt: skip


def read(answer: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(decode(answer["seen"]), np.uint8).astype(int)


@pytest.mark.parametrize("list_files", [list_pngs, list_others])
def test_odd_pictures_are_seen_as_by_python(
    look_at: Callable[[Files], Answers], list_files: Callable[[], Files]
) -> None:
    files = list_files()
    wrong = []
    for name, (ours, theirs) in zip(files, look_at(files), strict=True):
        assert "seen" in theirs, (name, theirs)
        if "seen" not in ours:
            wrong.append(f"{name}: {ours}")
        elif (apart := np.abs(read(ours) - read(theirs)) > 1).mean() > 0.01 or ours["digit"] != theirs["digit"]:
            wrong.append(f"{name}: {apart.sum()} pixels are off, {ours['digit']} for {theirs['digit']}")
    assert not wrong, "\n".join(wrong)


def test_damaged_pictures_are_refused_in_pythons_sentences(look_at: Callable[[Files], Answers]) -> None:
    files = list_damaged()
    wrong = [
        f"{name}: {ours.get('problem', ours)} for {theirs['problem']}"
        for name, (ours, theirs) in zip(files, look_at(files), strict=True)
        if (ours.get("problem"), ours.get("field")) != (theirs["problem"], "picture")
    ]
    assert not wrong, "\n".join(wrong)
