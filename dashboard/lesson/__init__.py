"""The lesson under the hood: what an embedding layer does, in steps, on the numbers of a trained model."""
