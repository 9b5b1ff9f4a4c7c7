"""Dropout with cheap noise."""

import torch
from torch import Tensor, nn

BYTES = 8  # of one random number
LEVELS = 256  # of a byte


class Dropout(nn.Module):
    """Sets a share of the numbers to zero and scales up the others (Srivastava 2014).

    One random byte per number, so that shares are multiples of 1/256: torch's own
    dropout took a fourteenth of a transformer's training to draw random numbers. The
    generator is torch's, with its seed.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape; the values themselves outside training."""
        return dropped(values, self.share) if self.training else values


def dropped(values: Tensor, share: float) -> Tensor:
    """Return the values with a share of them at zero; share: from 0 to below 1."""
    threshold = round(share * LEVELS)
    if not threshold:
        return values
    count = values.numel()
    drawn = torch.empty(-(-count // BYTES), dtype=torch.int64, device=values.device)
    noise = drawn.random_(-(2**63), None).view(torch.uint8)[:count].view(values.shape)
    kept = (noise >= threshold).to(values.dtype)
    return values * kept.mul_(LEVELS / (LEVELS - threshold))
