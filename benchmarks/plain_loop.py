"""The loop most GAN scripts are: what our trainer is compared with, the same networks and batch, in the usual style.

    python -m benchmarks.train           # runs both

Written as one finds it: torch's layers in their own memory format; torchvision's MNIST read by a DataLoader, each image
through PIL, ToTensor and Normalize; fp32; Adam as it comes; D's step with a forward and backward for real and for
fake, and a second batch of forgeries for G's step; losses read with .item() for the log line. No handicap is put in:
nothing is computed or copied that such scripts do not, and the run is timed without workers and with two.
"""

from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets, transforms

from gan.config import Config
from gan.models import DiscriminatorNetwork, GeneratorNetwork, build_discriminator, build_generator
from gan.models.dcgan import LEAK, DCGANDiscriminator, DCGANGenerator
from gan.models.registry import DISCRIMINATORS, GENERATORS, register

NAME = "plain-dcgan"


class PlainDCGANGenerator(DCGANGenerator):
    """The G of `dcgan` with each layer called as a layer."""

    def synthesize(self, w: Tensor) -> Tensor:
        """w (N, w_dim) -> images (N, 1, 28, 28) in [-1, 1]."""
        x = F.relu(self.norm1(self.conv1(w[:, :, None, None])))
        x = F.relu(self.norm2(self.conv2(x)))
        return torch.tanh(self.paint(x))


class PlainDCGANDiscriminator(DCGANDiscriminator):
    """The D of `dcgan` with each layer called as a layer."""

    def judge(self, h: Tensor, y: Tensor) -> Tensor:
        """h pixels (N, 784), y int64 (N,) -> logits (N,)."""
        x = torch.cat([h.view(-1, 1, 28, 28), self.embed(y).view(-1, 1, 28, 28)], dim=1)
        x = F.leaky_relu(self.conv1(x), LEAK)
        x = F.leaky_relu(self.norm2(self.conv2(x)), LEAK)
        x = F.leaky_relu(self.norm3(self.conv3(x)), LEAK)
        return self.out(x).flatten().float()


def register_plain() -> None:
    """Offer the plain DCGAN to configs of this process, as generator and discriminator `plain-dcgan`."""

    @register(GENERATORS, NAME)
    def build(config: Config) -> GeneratorNetwork:
        return PlainDCGANGenerator(config.z_dim, config.num_classes)

    @register(DISCRIMINATORS, NAME)
    def build_discriminator(config: Config) -> DiscriminatorNetwork:
        return PlainDCGANDiscriminator(config.num_classes)


def make_plain(config: Config) -> Config:
    """`config` with its networks written in the usual way; the dense ones already are."""
    return replace(config, generator=NAME, discriminator=NAME) if config.generator == "dcgan" else config


class Endless:
    """Batches of a DataLoader, epoch after epoch."""

    def __init__(self, loader: DataLoader[tuple[Tensor, Tensor]]) -> None:
        self.loader, self.batches = loader, iter(loader)

    def take(self) -> tuple[Tensor, Tensor]:
        """The next batch: images (B, 1, 28, 28) in [-1, 1], labels (B,)."""
        try:
            images, labels = next(self.batches)
        except StopIteration:
            self.batches = iter(self.loader)
            images, labels = next(self.batches)
        return images, labels


def read_mnist(root: Path) -> Dataset[tuple[Tensor, Tensor]]:
    """The training split with the usual transforms; it must be there already."""
    usual = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    dataset: Dataset[tuple[Tensor, Tensor]] = datasets.MNIST(str(root), train=True, transform=usual)
    return dataset


class PlainLoop:
    """The networks of `config` with BCE, trained a step at a time by `advance`."""

    def __init__(self, config: Config, dataset: Dataset[tuple[Tensor, Tensor]], workers: int) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.g, self.d = build_generator(config), build_discriminator(config)
        self.opt_g = torch.optim.Adam(self.g.parameters(), lr=config.lr, betas=(config.beta1, config.beta2))
        self.opt_d = torch.optim.Adam(self.d.parameters(), lr=config.lr, betas=(config.beta1, config.beta2))
        self.batches = Endless(
            DataLoader(
                dataset,
                batch_size=config.batch,
                shuffle=True,
                drop_last=True,
                num_workers=workers,
                persistent_workers=workers > 0,
            )
        )

    def _draw(self, labels: Tensor) -> Tensor:
        fake: Tensor = self.g(torch.randn(len(labels), self.config.z_dim), labels)
        return fake

    def advance(self) -> tuple[float, float]:
        """A step of D and one of G: the two losses."""
        real, labels = self.batches.take()
        ones, zeros = torch.ones(len(real)), torch.zeros(len(real))

        self.opt_d.zero_grad()
        loss_real = F.binary_cross_entropy_with_logits(self.d(real, labels), ones)
        loss_real.backward()
        fake = self._draw(labels)
        loss_fake = F.binary_cross_entropy_with_logits(self.d(fake.detach(), labels), zeros)
        loss_fake.backward()
        self.opt_d.step()

        self.opt_g.zero_grad()
        loss_g = F.binary_cross_entropy_with_logits(self.d(self._draw(labels), labels), ones)
        loss_g.backward()
        self.opt_g.step()
        return loss_real.item() + loss_fake.item(), loss_g.item()
