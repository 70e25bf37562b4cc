"""YAML to objects, and every complaint about a configuration."""

from cnntrain.config.load import load_config, parse_config
from cnntrain.config.schema import Config, Published, Training

__all__ = ["Config", "Published", "Training", "load_config", "parse_config"]
