"""How far a run has come: what a checkpoint keeps of the training loop."""

from dataclasses import dataclass


@dataclass
class Progress:
    """How far a run has come. Read it at any event; training resumes from a copy of it."""

    epoch: int = 1  # the current epoch, from 1
    batch: int = 0  # mini-batches done in it
    step: int = 0  # updates made since the beginning
    weighted: float | None = None  # weighted MSE
    loss_sum: float = 0.0  # over this epoch's batches
    correct: int = 0  # images of this epoch classified correctly, before their update
    seen: int = 0  # images of this epoch
    seconds: float = 0.0  # spent training in this epoch
    best: float | None = None  # `Evaluation.score` of the best epoch so far, on validation images
    epochs_since_best: int = 0

    # Not a field: False while an update is made, when the weights and the numbers above do not go
    # together and must not be saved.
    whole = True
