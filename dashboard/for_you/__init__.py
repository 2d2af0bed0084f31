"""The parts of the page For you: somebody's own ratings, what they would like, where they are, and why."""
