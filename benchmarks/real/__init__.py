"""Whether the program tells taste from chance, on ratings of which it is known how much taste they hold."""
