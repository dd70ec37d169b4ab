"""What is done about rare classes: weights in the loss, or rare records drawn more often."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor

Balance = Literal["none", "class weights", "root class weights", "oversampling"]
BALANCES: tuple[Balance, ...] = get_args(Balance)


def positive_weights(labels: Tensor, balance: Balance) -> Tensor | None:
    """Weight of a positive in the loss, a class, (C,): negatives over positives (King and Zeng 2001), or its root; None
    where the loss stays plain. labels (N, C) of 0 and 1."""
    if balance not in ("class weights", "root class weights"):
        return None
    positive = labels.sum(0).clamp(min=1)
    ratio = (len(labels) - positive) / positive
    return ratio if balance == "class weights" else ratio.sqrt()


def epoch_order(labels: Tensor, balance: Balance) -> Tensor:
    """(N,) places in the order of one epoch: each record once; with oversampling drawn with replacement, each in
    proportion to how rare its rarest class is."""
    if balance != "oversampling":
        return torch.randperm(len(labels))
    share = labels.mean(0).clamp(min=1 / len(labels))
    chance = (labels / share).amax(1).clamp(min=1.0)
    return torch.multinomial(chance, len(labels), replacement=True)
