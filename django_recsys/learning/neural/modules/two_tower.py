"""A tower for histories and one for items, over ids and features of items."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from .feature_bag import FeatureBag, Features
from .sequence import Inputs, SequenceModule, Sequences


class TwoTowerNetwork(SequenceModule):
    """Item: vector of the id plus those of its features. History: what it attends to.

    An interest weighs the rows of a history by what they are and how many rows ago
    they were (the self-attentive interests of Cen et al. 2020); a layer follows. Of a
    row only the direction is read, not the length, which tells how popular its item
    is, and features count more there than in what items are compared by: ids alone
    would place a history among known items, where no new one is.
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
        # (n_items,): an item without interactions has no id to learn, only features.
        has_id = functional.pad(taken, (0, 1)).float()
        self.register_buffer("has_id", has_id, persistent=False)
        with torch.no_grad():  # what only new items have teaches nothing: no noise
            self.described.table.weight[~_has_teacher(self.described, taken)] = 0
        self.attend = nn.Linear(size, size)
        self.weigh = nn.Linear(size, interests)
        self.ages = nn.Embedding(length, interests)
        with torch.no_grad():  # the newest rows count most at the start
            self.ages.weight.copy_(-0.5 * torch.arange(length)[:, None].float())
        self.widen = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.norm = nn.LayerNorm(size)

    @property
    def shape_of_state(self) -> tuple[int, ...]:
        """(interests, size)."""
        return (self.weigh.out_features, *super().shape_of_state)

    def embed(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size), all of one length but zero for the padding."""
        items, places = torch.unique(items, return_inverse=True)
        described = self.described(items)
        whole = functional.normalize(self._ids(items) + described, dim=-1)
        described = functional.normalize(described, dim=-1)
        mixed = torch.lerp(whole, described, self.feature_share)
        # As long as what a layer expects: numbers of about one.
        read = functional.normalize(mixed, dim=-1) * mixed.shape[-1] ** 0.5
        result: Tensor = read[places]
        return result

    def compared(self, items: Tensor) -> Tensor:
        """Return (*items.shape, size), the vector of the id plus those of features."""
        items, places = torch.unique(items, return_inverse=True)
        vectors = self._ids(items) + self.described(items)
        result: Tensor = vectors[places]
        return result

    def by_features(self) -> Tensor:
        """Return (n_items, size), what all items would have without their ids."""
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
        logits_of_rows = self.weigh(
            torch.tanh(self.attend(vectors))
        )  # (batch, steps, interests)
        ages = torch.arange(steps)[:, None] - torch.arange(steps)
        later = (ages < 0).to(logits_of_rows.device)
        by_age = self.ages(
            ages.clamp(min=0).to(logits_of_rows.device)
        )  # (step, row, interests)
        logits = (logits_of_rows[:, None] + by_age).masked_fill(
            later[:, :, None], -torch.inf
        )
        shares = torch.softmax(logits, dim=2)  # (batch, step, row, interests)
        pooled = torch.einsum("bsrk,brd->bskd", shares, vectors)
        wide = functional.gelu(self.widen(pooled))
        result: Tensor = self.norm(pooled + self.narrow(self.dropout(wide)))
        return result

    def _ids(self, items: Tensor) -> Tensor:
        """Return (n, size) of distinct items; in training some ids are hidden."""
        ids: Tensor = self.items(items) * self.has_id[items, None]
        if self.training and self.id_dropout and self.described.count:
            # An item without its id must do by its features, as a new item will.
            ids = ids * (torch.rand(len(items), 1) >= self.id_dropout).to(ids)
        return ids


def _has_teacher(bag: FeatureBag, taken: Tensor) -> Tensor:
    """Return (max(n_features, 1),) bool: features of any item that was taken."""
    found = torch.zeros(max(bag.count, 1), dtype=torch.bool)
    cells = torch.repeat_interleave(taken, bag.starts.diff())
    found[bag.columns[cells]] = True
    return found
