"""The layers' sums computed fast. Each way here is compared with the plain one beside it in `layers/`."""
