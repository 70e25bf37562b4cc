"""What a sweep over learning rates found: as text ready to paste, and as a curve."""

from typing import TYPE_CHECKING

from cnntrain.system.shell import command

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cnntrain.runs.find_rate import Proposal
    from cnntrain.training.sweep import Found

ENDS = {
    "diverged": "the numbers stopped being finite, as expected",
    "rose": "the loss had risen, as expected",
    "range": "all rates of the range were tried",
}

NOT_LEARNT = (
    "the loss never fell clearly below that of guessing; these rates are a guess, too: try them, "
    "and their multiples"
)


def as_text(found: "Proposal") -> str:
    """Return the proposed rates: beside those of the configuration, as options, and as YAML."""
    shared = {key: v for key, v in found.rates.items() if key.startswith("train.")}
    own = {key: v for key, v in found.rates.items() if key not in shared}
    trials = (f"× {trial.factor:.2g}: loss {trial.loss:.4g}" for trial in found.trials)
    tried = f"of all rates {', '.join(trials)}"
    lines = [
        f"run            {found.run}",
        f"sweep          {found.steps:,} mini-batches, until {ENDS[found.ended]}",
        f"{'trials':<15}{tried}",
        *([] if found.learnt else [f"{'warning':<15}{NOT_LEARNT}"]),
        *(f"{key:<15}{v:g} (found {found.found[key]:g})" for key, v in found.rates.items()),
        "",
        command(*(word for key, v in found.rates.items() for word in ("--set", f"{key}={v:g}"))),
        "",
        *(["train:"] if shared else []),
        *(f"  {key.removeprefix('train.')}: {v:g}" for key, v in shared.items()),
        *(f"# {key}: {v:g}" for key, v in own.items()),
    ]
    return "\n".join(lines)


def draw_sweep(found: "Found", loss: str) -> "Figure":
    """Return the losses over the factor of all rates. Raises ImportError without matplotlib."""
    from matplotlib.figure import Figure

    sweep = found.sweep
    name = "MSE" if loss == "mse" else loss.replace("_", " ")
    figure = Figure(figsize=(6.5, 4.2), dpi=110, layout="constrained")
    axes = figure.subplots()
    axes.plot(sweep.factors, sweep.losses, color="#bcd0e5", lw=0.8, label="each mini-batch")
    axes.plot(sweep.factors, sweep.smoothed, color="#1f4e8c", lw=1.6, label="smoothed")
    axes.axvline(sweep.lowest, color="#8fb4d9", ls=":", label="lowest")
    axes.axvline(found.factor, color="#d9480f", label=f"proposed: all rates × {found.factor:.2g}")
    axes.set_xscale("log")
    axes.set(xlabel="factor of all learning rates", ylabel=name, title=f"{name} while rates grow")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure
