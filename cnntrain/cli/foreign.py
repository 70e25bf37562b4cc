"""Flags and commands that other programs have, and what does the same here."""

from collections.abc import Iterable

import click

RATE = "learning rates are values of the configuration: `--set train.alpha=0.1`"
BATCH = "the size of mini-batches is a value of the configuration: `--set train.batchsize=50`"
UPDATE = "the update rule is a value of the configuration: `--set train.update=adam`"
LOSS = "the loss is a value of the configuration: `--set loss=mse`"
DTYPE = "the precision is a value of the configuration: `--set dtype=float64`"
GPU = "cnntrain computes on processors, not on GPUs; leave it out"
OUT = "the folder that a run is written to is `--out DIR`"
DATA = "the data folder is `--data-dir DIR`, the data set `--dataset NAME`"
CONFIG = "the network is that of a configuration: `--config lenet.yaml`"
RESUME = "a run is continued with `--resume runs/lenet-1`"
MODEL = "the trained network is `--model runs/lenet-1`"

# Names elsewhere, without dashes; the option that a command must have for it; and what to say.
FLAGS: list[tuple[str, str, str]] = [
    ("lr learningrate alpha rate eta", "--set", RATE),
    ("batchsize batch bs minibatch", "--set", BATCH),
    ("optimizer optim solver", "--set", UPDATE),
    ("momentum", "--set", "momentum is a value of the configuration: `--set train.momentum=0.9`"),
    (
        "weightdecay wd",
        "--set",
        "it is a value of the configuration: `--set train.weight_decay=1e-4`",
    ),
    ("loss criterion", "--set", LOSS),
    ("dtype precision", "--set", DTYPE),
    ("gpu gpus device cuda nocuda cpu", "--help", GPU),
    ("workers numworkers jobs njobs nproc numthreads", "--threads", "use `--threads N`"),
    ("epoch numepochs nepochs maxepochs iterations", "--epochs", "use `--epochs N`"),
    ("modeldir output outputdir outdir save savedir savemodel logdir", "--out", OUT),
    ("data datapath dataroot datadirectory root", "--data-dir", DATA),
    ("model arch network net cfg configfile", "--config", CONFIG),
    ("checkpoint ckpt weights load continue restore", "--resume", RESUME),
    ("checkpoint ckpt weights load modeldir run", "--model", MODEL),
]

# Names without dashes of what is no option but stands alone; as what; and an example of it.
ARGUMENTS: list[tuple[str, str, str]] = [
    ("model run checkpoint ckpt weights load modeldir", "MODEL", "runs/lenet-1"),
    ("model run runs checkpoint ckpt weights load modeldir", "RUN", "runs/lenet-1"),
    ("config cfg configfile", "CONFIG", "lenet.yaml"),
    ("dataset data", "DATASET", "mnist"),
    ("image images picture pictures input file", "IMAGE", "photo.png"),
]

# Names of commands elsewhere, by ours.
COMMANDS = {
    "train": "fit run learn start",
    "eval": "test evaluate score validate",
    "predict": "infer inference classify recognize recognise read",
    "compare": "diff versus vs mcnemar",
    "runs": "history experiments",
    "tune": "search sweep optimize optimise optuna hyperparameters hpo",
    "configs": "config list ls examples",
    "describe": "summary info show",
    "download": "fetch get",
    "check": "gradcheck",
    "trace": "explain follow",
}


def command(name: str) -> str | None:
    """Return our name of a command that is called otherwise elsewhere."""
    plain = name.lower().replace("-", "").replace("_", "")
    return next((ours for ours, names in COMMANDS.items() if plain in names.split()), None)


def misspelt(name: str, commands: Iterable[str]) -> str | None:
    """Return the command that was probably meant by one that does not exist."""
    import difflib  # slow, and seldom needed

    return next(iter(difflib.get_close_matches(name.lower(), commands, n=1, cutoff=0.7)), None)


def explained(error: click.NoSuchOption) -> click.UsageError:
    """Return the error with what does the same here; --help is no guess at what was meant."""
    context = error.ctx
    command = context.command if context else None
    known = {option for parameter in command.params for option in parameter.opts} if command else ()
    name = error.option_name.lstrip("-").replace("-", "").replace("_", "").lower()
    for names, needed, advice in FLAGS:
        if name in names.split() and needed in (*known, "--help"):
            return click.UsageError(f"No such option: {error.option_name}; {advice}", error.ctx)
    if context and command:
        alone = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
        for names, what, example in ARGUMENTS:
            if name in names.split() and any(what in metavar for metavar in alone):
                advice = f"{what} stands alone, as in `{context.command_path} {example}`"
                return click.UsageError(f"No such option: {error.option_name}; {advice}", context)
    likely = [option for option in error.possibilities or () if option != "--help"]
    return click.NoSuchOption(error.option_name, possibilities=likely, ctx=error.ctx)
