"""The lesson: networks, their derivatives and gradient descent, in NumPy and nothing else.

Nothing here reads files, prints, looks at a clock or knows of configurations, and nothing here
imports from the rest of cnntrain.
"""
