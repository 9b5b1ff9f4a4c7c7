"""A transformer that reads a history and predicts the next item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django_recsys.learning.hyperparameters import hyperparameter

from .sequential import SequentialRecommender

if TYPE_CHECKING:
    from .modules.sequence import Inputs, SequenceModule


@dataclass(kw_only=True, eq=False)
class SASRec(SequentialRecommender):
    """Self-attentive sequential recommendation (Kang & McAuley 2018).

    With a softmax over all items instead of one negative (Klenitskiy & Vasilev 2023),
    and, where times are known, a bias by the logarithm of the time between two rows
    (after Li, Wang & McAuley 2020).
    """

    name: ClassVar[str] = "sasrec"

    epochs: int = hyperparameter(
        20, low=1, high=1000, help="Maximum number of passes over the data."
    )
    blocks: int = hyperparameter(2, low=1, high=12, help="Number of attention blocks.")
    heads: int = hyperparameter(
        2, low=1, high=16, help="Number of attention heads; must divide embedding_size."
    )

    def _module(self, inputs: Inputs, *, has_times: bool) -> SequenceModule:
        from .modules.transformer import TransformerNetwork

        return TransformerNetwork(
            inputs,
            length=self.max_length,
            blocks=self.blocks,
            heads=self.heads,
            has_times=has_times,
        )
