"""Sweeps: the same model trained with many settings, to see which of them matter."""
