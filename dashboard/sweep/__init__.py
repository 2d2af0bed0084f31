"""The second view of Train: one model with many settings, and which of them matter."""
