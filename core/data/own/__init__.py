"""One person's own ratings, taken along from elsewhere.

`table` makes rows of a text, `files` entries of rows, both in the process of `isolation`; `titles` knows which item a
title means, and `matching` makes ratings of a dataset's items of the entries.
"""
