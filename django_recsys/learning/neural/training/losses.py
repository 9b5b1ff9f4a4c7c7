"""Losses of next-item prediction.

Softmax over all items, softmax over sampled negatives for large catalogues, gBCE
(Petrov & Macdonald 2023), and binary cross-entropy with one negative (Kang & McAuley
2018), the last for comparison: it costs a third of the quality (Klenitskiy & Vasilev
2023).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from django_recsys.learning.neural.modules.base import Network

LARGEST_FULL = 20_000
"""Items up to which the softmax is over all of them."""
ROWS_AT_A_TIME = 128  # their scores nearly fit into the processor's cache
TINY = 1e-12  # for batches whose weights are all 0
CALIBRATION = 0.75  # gBCE's t, as its paper advises


@dataclass(frozen=True, slots=True)
class Targets:
    """Items to predict from hidden states."""

    rows: Tensor
    """(n_targets,) int64, never decreasing; the state of each target."""
    items: Tensor
    """(n_targets,) int64."""
    weights: Tensor
    """(n_targets,) float32."""


Loss = Callable[[Tensor, Targets, Network], Tensor]
"""(hidden (n_states, size), targets, items) -> (), the weighted mean over targets."""


class _FullSoftmax(torch.autograd.Function):
    """Cross-entropy over all items, whose gradient is computed in the forward pass.

    The scores of a few states at a time are turned into their gradient in place: two to
    three times cheaper than keeping all of them for a backward pass.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, targets: Targets, weights: Tensor, items: Tensor
    ) -> Tensor:
        total = hidden.new_zeros(())
        of_hidden, of_items = torch.empty_like(hidden), torch.zeros_like(items)
        per_state = hidden.new_zeros(len(hidden)).index_add_(0, targets.rows, weights)
        # One buffer for all parts saves a third of the time.
        buffer = hidden.new_empty((min(ROWS_AT_A_TIME, len(hidden)), len(items)))
        for at in range(0, len(hidden), ROWS_AT_A_TIME):
            part = slice(at, at + ROWS_AT_A_TIME)
            some = hidden[part]
            ends = torch.tensor([at, at + len(some)], device=hidden.device)
            inside = slice(*torch.searchsorted(targets.rows, ends).tolist())
            rows, columns = targets.rows[inside] - at, targets.items[inside]
            weight, share = weights[inside], per_state[part, None]
            scores = torch.mm(some, items.T, out=buffer[: len(some)])
            total -= (scores[rows, columns] * weight).sum()
            largest = scores.amax(dim=1, keepdim=True)
            scores.sub_(largest).exp_()
            sums = scores.sum(dim=1, keepdim=True)
            total += ((sums.log() + largest) * share).sum()
            scores.mul_(share / sums)
            scores.index_put_((rows, columns), -weight, accumulate=True)
            torch.mm(scores, items, out=of_hidden[part])
            of_items.addmm_(scores.T, some)
        ctx.save_for_backward(of_hidden, of_items)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        of_hidden, of_items = ctx.saved_tensors
        return of_hidden * gradients[0], None, None, of_items * gradients[0]


def full_softmax(hidden: Tensor, targets: Targets, items: Network) -> Tensor:
    """Return the cross-entropy over all items."""
    weights = targets.weights / targets.weights.sum().clamp(min=TINY)
    vectors = items.item_vectors()
    total: Tensor = _FullSoftmax.apply(hidden, targets, weights, vectors)  # type: ignore[no-untyped-call]
    return total


def sampled_softmax(negatives: int, counts: np.ndarray) -> Loss:
    """Return cross-entropy over the target item and negatives that a batch shares.

    Half of them are drawn uniformly, half by popularity, as popular items compete for
    the top. Scores are corrected by the expected number of draws of an item (Jean et
    al. 2015), so that their sum estimates the sum over all items. counts: (n_items,),
    the users of each item.
    """
    popularity = counts / max(counts.sum(), 1)
    shares = torch.from_numpy(0.5 * popularity + 0.5 / len(counts)).float()
    corrections = torch.log(negatives * shares)
    ladder = torch.cumsum(shares.double(), 0)

    def loss(hidden: Tensor, targets: Targets, items: Network) -> Tensor:
        steps = torch.rand(negatives, dtype=torch.double) * ladder[-1]
        drawn = torch.searchsorted(ladder, steps).clamp(max=items.n_items - 1)
        correction = corrections[drawn].to(hidden.device)
        drawn = drawn.to(hidden.device)
        others = hidden @ items.vectors_of(drawn).T - correction
        hit, place = torch.nonzero(targets.items[:, None] == drawn, as_tuple=True)
        is_target = torch.zeros_like(others, dtype=torch.bool)
        is_target[targets.rows[hit], place] = True
        sums = torch.logsumexp(others.masked_fill(is_target, -torch.inf), dim=1)
        own = (hidden[targets.rows] * items.vectors_of(targets.items)).sum(dim=1)
        return _mean(torch.logaddexp(own, sums[targets.rows]) - own, targets.weights)

    return loss


def gbce(negatives: int) -> Loss:
    """Return binary cross-entropy with a power of the positive part (gBCE)."""

    def loss(hidden: Tensor, targets: Targets, items: Network) -> Tensor:
        rate = negatives / max(items.n_items - 1, 1)
        power = rate * (CALIBRATION * (1 - 1 / rate) + 1 / rate)
        right, wrong = _binary_parts(hidden, targets, items, negatives)
        return _mean(power * right + wrong, targets.weights)

    return loss


def binary(hidden: Tensor, targets: Targets, items: Network) -> Tensor:
    """Return binary cross-entropy with one uniform negative per target."""
    right, wrong = _binary_parts(hidden, targets, items, 1)
    return _mean(right + wrong, targets.weights)


def in_batch_softmax(negatives: int, counts: np.ndarray) -> Loss:
    """Return cross-entropy over the target items of the batch and drawn negatives.

    Popular items are targets of nearly every batch, so each score is corrected by the
    logarithm of its item's expected count there (Yi et al. 2019); uniform draws include
    unpopular items (Yang et al. 2020), but only those with interactions: new items are
    no negatives. counts: (n_items,), the users of each item. hidden: (n_states,
    interests, size); the interest nearest to the target item is trained.
    """
    known = torch.from_numpy(np.flatnonzero(counts))
    shares = torch.from_numpy((counts / counts.sum()).astype(np.float32))
    drawn_share = negatives / len(known)

    def loss(hidden: Tensor, targets: Targets, items: Network) -> Tensor:
        drawn = known[torch.randint(len(known), (negatives,))].to(hidden.device)
        candidates = torch.cat((targets.items, drawn))
        others, places = torch.unique(candidates, return_inverse=True)
        places = places[: len(targets.items)]
        vectors, states = items.vectors_of(others), hidden[targets.rows]
        near = torch.einsum("nkd,nd->nk", states, vectors[places])
        chosen = states[torch.arange(len(states)), near.argmax(dim=1)]
        expected = shares.to(hidden.device)[others] * len(states) + drawn_share
        scores = chosen @ vectors.T - torch.log(expected.clamp(max=1.0))
        own = scores.gather(1, places[:, None])[:, 0]
        return _mean(torch.logsumexp(scores, dim=1) - own, targets.weights)

    return loss


def loss_of(name: str, counts: np.ndarray, negatives: int) -> Loss:
    """Return a loss by its name; "auto" chooses by the number of items.

    counts: (n_items,), the users of each item.
    """
    if name == "auto":
        name = "softmax" if len(counts) <= LARGEST_FULL else "sampled"
    if name == "softmax":
        return full_softmax
    if name == "bce":
        return binary
    count = min(negatives, len(counts))
    return sampled_softmax(count, counts) if name == "sampled" else gbce(count)


def _binary_parts(
    hidden: Tensor, targets: Targets, items: Network, negatives: int
) -> tuple[Tensor, Tensor]:
    """Return (n_targets,) losses of the target item and of its own negatives."""
    states = hidden[targets.rows]
    shape = (len(states), negatives)
    drawn = torch.randint(items.n_items, shape, device=hidden.device)
    own = (states * items.vectors_of(targets.items)).sum(dim=1)
    others = torch.einsum("nd,nkd->nk", states, items.vectors_of(drawn))
    return functional.softplus(-own), functional.softplus(others).sum(dim=1)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=TINY)
