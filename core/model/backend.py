"""TensorFlow and Keras, imported in one place so that their start-up notices are silenced once.

Everything in `core` that needs them says `from core.model.backend import keras, tf`.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2


@contextmanager
def _native_notices_held_back() -> Iterator[None]:
    """Keep what C++ code writes to stderr away from people, unless the import fails.

    TensorFlow writes about missing GPUs and rounding before any of its log
    levels apply, straight to the file descriptor.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        own = os.dup(STDERR)
        os.dup2(held.fileno(), STDERR)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(own, held.read())
            raise
        finally:
            os.dup2(own, STDERR)
            os.close(own)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read once, while TensorFlow is imported
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

with _native_notices_held_back():
    import keras
    import tensorflow as tf

    tf.config.list_logical_devices()  # looks for GPUs, and says so

__all__ = ["keras", "tf"]
