"""Vectors trained elsewhere, as files: `building` makes one matrix of them, or a preview of that, in its process.

It uses, in order, `importing.sources` (bytes), `recognizing` (what each file is), `text`, `arrays` and `columns` (rows
in blocks), `gathering` (sets of vectors, and the rows that can be used) and `tables` (what is known of each row).
`core.store.opening` makes a run of the result.
"""
