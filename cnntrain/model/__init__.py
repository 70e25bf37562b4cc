"""Networks from configurations and checkpoints: build, save, open, predict."""
