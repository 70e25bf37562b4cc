"""How hypothesis draws the engine's shapes: the same examples every time, and not too many."""

from hypothesis import settings

settings.register_profile(
    "engine",
    derandomize=True,  # a failure is the same failure for everyone
    database=None,  # hence nothing to remember
    deadline=None,  # the twins are slow on purpose
    max_examples=80,
)
settings.load_profile("engine")
