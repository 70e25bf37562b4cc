"""The program: the command `cnntrain`, or `python -m cnntrain`."""

import os
import sys

from cnntrain.system.interrupt import interrupted, remember_interrupts

# One BLAS thread is all that a process uses. OpenBLAS would start one for each processor as NumPy
# is imported, and raise SIGINT where the system limits threads, as on login nodes.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")

TQDM_NUMBERS = [
    f"TQDM_{name}"
    for name in (
        *("DELAY", "INITIAL", "MAXINTERVAL", "MININTERVAL", "MINITERS", "NCOLS"),
        *("NROWS", "POSITION", "SMOOTHING", "TOTAL", "UNIT_DIVISOR"),
    )
]


def prepare_environment() -> None:
    """Set what libraries read from the environment as they are imported; workers inherit it."""
    for name in BLAS_THREADS:
        os.environ.setdefault(name, "1")
    for name in TQDM_NUMBERS:
        try:
            float(os.environ.get(name, "0"))
        except ValueError:  # tqdm would fail on it as it is imported
            del os.environ[name]


def main() -> None:
    """Load and run the command line; Ctrl-C while modules are loaded shows no traceback."""
    prepare_environment()
    remember_interrupts()
    try:
        from cnntrain import cli

        cli.main(prog_name="cnntrain")
    except (Exception, KeyboardInterrupt):
        if not interrupted():
            raise
        sys.stderr.write("Interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
