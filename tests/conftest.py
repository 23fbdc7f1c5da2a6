"""Settings for all tests."""

from hypothesis import settings

# A loaded machine makes no example wrong: speed is shown by benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
