"""What leaves the program: a run in formats that others open, and a film as a page of its own."""
