"""One person's own ratings, taken along from elsewhere: `table` (text into rows), `files` (rows into entries), `isolation`
(the process that does both), `titles` (which item a title means), `matching` (entries into ratings of a dataset's items).
"""
