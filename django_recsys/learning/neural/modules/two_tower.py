"""A tower for histories and one for items, over ids and features of items."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_bag import FeatureBag, Features
from .sequence import Inputs, SequenceModule, Sequences


class TwoTowerNetwork(SequenceModule):
    """Item: vector of the id plus those of its features. History: by attention.

    An interest weights the rows of a history by their vectors and their age (the
    self-attentive interests of Cen et al. 2020); a layer follows. Input vectors are
    normalised, as their length grows with popularity, and rely on features more than
    output vectors do: with ids alone, histories would be near known items only.
    """

    described: FeatureBag
    has_id: Tensor

    def __init__(
        self,
        inputs: Inputs,
        *,
        length: int,
        interests: int,
        taken: Tensor,
        id_dropout: float,
        feature_share: float,
    ) -> None:
        if inputs.features is None:
            inputs = replace(inputs, features=Features.none(inputs.n_items))
        super().__init__(inputs)
        size = inputs.size
        self.id_dropout, self.feature_share = id_dropout, feature_share
        # taken: (n_items,), whether an item has interactions and thus an id to learn.
        has_id = functional.pad(taken, (0, 1)).float()
        self.register_buffer("has_id", has_id, persistent=False)
        with torch.no_grad():  # features of new items alone are not trained: no noise
            self.described.table.weight[~_is_trained(self.described, taken)] = 0
        self.attend = nn.Linear(size, size)
        self.weigh = nn.Linear(size, interests)
        self.ages = nn.Embedding(length, interests)
        with torch.no_grad():  # the newest rows weigh most at first
            self.ages.weight.copy_(-0.5 * torch.arange(length)[:, None].float())
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.norm = nn.LayerNorm(size)

    @property
    def shape_of_state(self) -> tuple[int, ...]:
        """(interests, size)."""
        return (self.weigh.out_features, *super().shape_of_state)

    def embed(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size), normalised; zero for the padding."""
        items, places = torch.unique(items, return_inverse=True)
        described = self.described(items)
        whole = functional.normalize(self._ids(items) + described, dim=-1)
        described = functional.normalize(described, dim=-1)
        mixed = torch.lerp(whole, described, self.feature_share)
        # Of the scale that a layer expects: numbers of about one.
        read = functional.normalize(mixed, dim=-1) * mixed.shape[-1] ** 0.5
        result: Tensor = read[places]
        return result

    def compared(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size), the sums of id and feature vectors."""
        items, places = torch.unique(items, return_inverse=True)
        vectors = self._ids(items) + self.described(items)
        result: Tensor = vectors[places]
        return result

    def by_features(self) -> Tensor:
        """Return (n_items, size), the vectors of all items without their ids."""
        vectors = self.described.every()
        return vectors if self.scale is None else self.scale * vectors

    def item_vectors(self) -> Tensor:
        """Return (n_items, size of a state)."""
        every = torch.arange(self.n_items, device=self.items.weight.device)
        return self.vectors_of(every)

    def forward(self, batch: Sequences) -> Tensor:
        """Return (batch, steps, interests, size)."""
        vectors = self.dropout(self.read(batch))
        steps = vectors.shape[1]
        content = self.weigh(
            torch.tanh(self.attend(vectors))
        )  # (batch, row, interests)
        place = torch.arange(steps, device=content.device)
        ages = place[:, None] - place
        logits = content[:, None] + self.ages(ages.clamp(min=0))
        logits = logits.masked_fill((ages < 0)[:, :, None], -torch.inf)
        shares = torch.softmax(logits, dim=2)  # (batch, step, row, interests)
        pooled = torch.einsum("bsrk,brd->bskd", shares, vectors)
        wide = functional.gelu(self.widen(pooled))
        result: Tensor = self.norm(pooled + self.narrow(self.dropout(wide)))
        return result

    def _ids(self, items: Tensor) -> Tensor:
        """Return (n, size) of distinct items; in training some ids are hidden."""
        ids: Tensor = self.items(items) * self.has_id[items, None]
        if self.training and self.id_dropout and self.described.count:
            # Without its id an item relies on its features, as new items do.
            ids = ids * (torch.rand(len(items), 1) >= self.id_dropout).to(ids)
        return ids


def _is_trained(bag: FeatureBag, taken: Tensor) -> Tensor:
    """Return (max(n_features, 1),) bool: features of items with interactions."""
    found = torch.zeros(max(bag.count, 1), dtype=torch.bool)
    cells = torch.repeat_interleave(taken, bag.starts.diff())
    found[bag.columns[cells]] = True
    return found
