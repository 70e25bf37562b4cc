"""Run the command line as `python -m cnntrain`."""

from cnntrain.cli import main

if __name__ == "__main__":
    main(prog_name="cnntrain")
