"""Ways between points of the latent space: lerp, slerp, and the frames along two or more ends (digit, seed).

Notable choices
- z ~ N(0, I) in many dimensions lives near a sphere; a straight line leaves it (White 2016), slerp follows it.
- A class is blended in w, after the mapping: w(z_t, y0) and w(z_t, y1) of the same z_t, mixed by t. Truncation pulls
  towards the blended class mean, which comes to the same as truncating both and then mixing.
- The ends are drawn by `Generator.sample` itself, so that t = 0 and t = 1 equal it bit for bit.

    import gan, torch
    from gan.drawing.interpolation import End, interpolate
    frames = interpolate(gan.load("digits"), End(3, 7), End(8, 11), torch.linspace(0, 1, 61))
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gan.drawing.arguments import InputError, check_psi, check_seed, parse_digits, quote
from gan.drawing.generator import BATCH, Generator
from gan.errors import Listing, say

METHODS = ("slerp", "lerp")
TRAVELS = ("both", "noise", "class")  # what changes on the way: z and the class, z alone, the class alone
# Below this sine of the angle between two directions, the plane they span is rounding noise.
_PARALLEL = 1e-6


@dataclass(frozen=True)
class End:
    """One end of an interpolation: a digit, and the seed whose sample 0 gives its z."""

    digit: int
    seed: int


def _column(t: float | Tensor, like: Tensor) -> Tensor:
    """t as float64, shaped to multiply the rows of `like` (..., D)."""
    t = torch.as_tensor(t, dtype=torch.float64, device=like.device)
    return t.unsqueeze(-1) if t.dim() else t


def lerp(a: Tensor, b: Tensor, t: float | Tensor) -> Tensor:
    """(1 - t) a + t b. a, b (..., D); t one number or (...,), usually in [0, 1] -> (..., D), exact at both ends."""
    t = _column(t, a)
    return ((1.0 - t) * a.double() + t * b.double()).to(a.dtype)


def slerp(a: Tensor, b: Tensor, t: float | Tensor) -> Tensor:
    """Turn from a to b at constant angular speed, the length going evenly from |a| to |b|.

    a, b (..., D); t one number or (...,) in [0, 1] -> (..., D), exact at both ends. Shoemake 1985, "Animating rotation
    with quaternion curves" (the curve); White 2016, arXiv:1609.04468 (its use for latents). Written as
    cos(t omega) u + sin(t omega) v, v the part of b square to u, it has no sine to divide by. Equal directions and
    zero vectors, which have no direction, give lerp; opposite ends turn through an axis chosen from a alone.
    """
    a, b = torch.broadcast_tensors(a, b)
    p, q = a.double(), b.double()
    t = _column(t, p)
    length_p, length_q = p.norm(dim=-1, keepdim=True), q.norm(dim=-1, keepdim=True)
    u = p / length_p.clamp_min(1e-300)
    target = q / length_q.clamp_min(1e-300)
    cosine = (u * target).sum(-1, keepdim=True)
    across = target - cosine * u
    sine = across.norm(dim=-1, keepdim=True)
    opposite = (sine < _PARALLEL) & (cosine < 0)
    across = torch.where(opposite, _square_to(u), across)
    v = across / across.norm(dim=-1, keepdim=True).clamp_min(1e-300)
    omega = torch.atan2(sine, cosine)
    turned = (torch.cos(t * omega) * u + torch.sin(t * omega) * v) * ((1.0 - t) * length_p + t * length_q)
    straight = (1.0 - t) * p + t * q
    flat = ((sine < _PARALLEL) & ~opposite) | (length_p == 0) | (length_q == 0)
    path = torch.where(flat, straight, turned)
    return torch.where(t == 0, p, torch.where(t == 1, q, path)).to(a.dtype)


def _square_to(u: Tensor) -> Tensor:
    """A direction square to each row of u (..., D): its least used axis, with the part along u taken out."""
    axis = torch.zeros_like(u).scatter_(-1, u.abs().argmin(-1, keepdim=True), 1.0)
    return axis - (axis * u).sum(-1, keepdim=True) * u


def check_method(method: object) -> str:
    """The method by name, "slerp" or "lerp"; InputError otherwise."""
    if method not in METHODS:
        raise InputError(
            say(
                "the {what} is {value}; it can be {list}.",
                what="method",
                value=quote(method),
                list=Listing(METHODS, "or"),
            )
        )
    return str(method)


def check_travels(travels: object) -> str:
    """What travels by name, "both", "noise" or "class"; InputError otherwise."""
    if travels not in TRAVELS:
        raise InputError(
            say("what travels is {value}; it can be {list}.", value=quote(travels), list=Listing(TRAVELS, "or"))
        )
    return str(travels)


def hold_back(ends: Sequence[End], travels: str) -> list[End]:
    """The ends with what does not travel held at the first one's: its class ("noise") or its seed ("class")."""
    first = ends[0]
    if travels == "noise":
        return [End(first.digit, end.seed) for end in ends]
    if travels == "class":
        return [End(end.digit, first.seed) for end in ends]
    return list(ends)


def check_end(end: End, num_classes: int = 10) -> End:
    """The end with its digit and seed checked; InputError, one sentence, where either is wrong."""
    digits = parse_digits([end.digit], num_classes)
    return End(digits[0], check_seed(end.seed))


def interpolate(
    generator: Generator,
    start: End,
    end: End,
    t: Sequence[float] | Tensor,
    *,
    method: str = "slerp",
    truncation: float = 1.0,
) -> Tensor:
    """Draw the images at `t` on the way from `start` to `end` -> float32 (len(t), 1, 28, 28), [-1, 1], on the CPU.

    t: numbers in [0, 1]; 0 and 1 equal `generator.sample([digit], seed, truncation)` bit for bit. method: how z moves,
    "slerp" or "lerp". truncation: psi, 0 to 1.5. Raises InputError, in one sentence, for anything else.
    """
    return walk(generator, [start, end], t, method=method, truncation=truncation)


@torch.inference_mode()
def walk(
    generator: Generator,
    ends: Sequence[End],
    t: Sequence[float] | Tensor,
    *,
    method: str = "slerp",
    travels: str = "both",
    truncation: float = 1.0,
) -> Tensor:
    """Draw the images at `t` on the way along all `ends` -> float32 (len(t), 1, 28, 28), [-1, 1], on the CPU.

    ends: two or more, evenly spaced over t in [0, 1], each equal to `generator.sample([digit], seed, truncation)` bit
    for bit. travels: "both", or "noise" or "class" alone (see `hold_back`). The rest as for `interpolate`.
    """
    if len(ends) < 2:
        raise InputError(say("the way has {count} ends; it needs two at least.", count=len(ends)))
    stops = hold_back([check_end(end, generator.num_classes) for end in ends], check_travels(travels))
    method, psi = check_method(method), check_psi(truncation)
    at = torch.as_tensor(t, dtype=torch.float64).reshape(-1)
    if not len(at) or not bool(((at >= 0) & (at <= 1)).all()):
        raise InputError(say("positions t must be numbers from 0 to 1, and at least one."))
    place = at * (len(stops) - 1)
    near = place.round()
    place = torch.where((place - near).abs() < 1e-9, near, place)  # an end is met in spite of rounding
    leg = place.floor().clamp(max=len(stops) - 2)
    share = place - leg  # (N,) in [0, 1], along the leg
    zs = generator.draw_z([stop.seed for stop in stops], [0] * len(stops))  # (ends, z_dim)
    digits = torch.tensor([stop.digit for stop in stops])
    parts = []
    for here, part in zip(leg.long().split(BATCH), share.split(BATCH), strict=True):
        a, b = zs[here], zs[here + 1]
        z = slerp(a, b, part) if method == "slerp" else lerp(a, b, part)  # (N, z_dim)
        y0, y1 = digits[here], digits[here + 1]
        w = generator.truncate(generator.map(z, y0), y0, psi)
        if not torch.equal(y0, y1):
            mix = part.to(torch.float32).to(w.device).unsqueeze(1)  # float64 is not on every device
            w = torch.lerp(w, generator.truncate(generator.map(z, y1), y1, psi), mix)
        parts.append(generator.synthesize(w))
    images = torch.cat(parts)
    # A convolution may round otherwise in another batch; the ends are promised to the bit.
    for i in (place == place.round()).nonzero().flatten().tolist():
        stop = stops[int(place[i])]
        images[i] = generator.sample([stop.digit], seed=stop.seed, truncation=psi)[0]
    return images
