"""Where the configurations and the trained network are that come with the program."""

from pathlib import Path


def shipped() -> Path:
    """Return the folder of the configurations that come with the program."""
    package = Path(__file__).parent.parent
    inside = package / "configs"  # installed from a wheel
    return inside if inside.is_dir() else package.parent / "configs"  # in a checkout


def shipped_model() -> Path:
    """Return the run folder of the network that comes with the program."""
    return Path(__file__).parent.parent / "model" / "photos"
