"""Arrays in, frozen dataclasses out. Names mean the same in all of it.

- `embeddings`, `matrix`: float, (n_items, embedding_dim), the vectors of the items; `user_embedding` those of users.
- `points`: float, (n, any number). `first`, `second`: two such arrays of the same rows in the same order.
- `user_index`, `item_index`, `rating`: some ratings, (n_ratings,) each, in rating units.
- `count`: ratings of each item, (n_items,). `trained`: who or what has any in training, boolean, one for each row.
- `eligible`: what may be listed, boolean, one for each row; None allows all. `top`: how many are listed, at least 1.
- `average`: from `gauge.averages`. `groups`: the `item_features` of the data that a model learned from.
- `on_progress`: called with the share done, 0–1; what it raises ends the work.
"""
