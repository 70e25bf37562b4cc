"""The program: the command `cnntrain`, or `python -m cnntrain`."""

import sys

from cnntrain.system.interrupt import interrupted, remember_interrupts


def main() -> None:
    """Load and run the command line; Ctrl-C while modules are loaded shows no traceback."""
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
