"""Make the two small sets of vectors that are one click away: words of Jane Austen's novels, and handwritten digits.

    python scripts/make_samples.py words Rdata.rdb
    python scripts/make_samples.py digits

The text of the six novels, which is in the public domain, is that of the R package janeaustenr (Debian's
r-cran-janeaustenr holds it as /usr/lib/R/site-library/janeaustenr/data/Rdata.rdb); the digits come with scikit-learn.
Equal input makes equal files, up to the rounding of the machine.
"""

import re
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

SAMPLES = Path(__file__).parents[1] / "core" / "data" / "samples"
NOVELS = ("Emma", "Mansfield Park", "Northanger Abbey", "Persuasion", "Pride and Prejudice", "Sense and Sensibility")
"""In the order in which the package has them: by name."""

LEAST, WINDOW, DIMENSIONS = 5, 4, 50
"""Uses that a word needs, words on each side that are its company, and numbers a word gets."""

TYPICAL = 4.0
"""How many times as frequent in one novel as in the others a word is that is called typical of it."""
ENDINGS = ("ing", "ed", "ly", "ness", "ful", "less", "able")

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HIDDEN = 32


def novels(database: bytes) -> Iterator[str]:
    """The texts in R's database of lazily loaded data: each a zlib stream after its length, in which R's serialization
    holds one vector of strings (R Internals, section 1.8: 16 is a vector of strings, 9 a string)."""
    at = 0
    while at < len(database):
        stream = zlib.decompressobj()
        content = stream.decompress(database[at + 4 :])
        at = len(database) - len(stream.unused_data)
        place = content.index(b"\x00\x00\x00\x10") + 8
        lines = []
        for _ in range(struct.unpack_from(">I", content, place - 4)[0]):
            length = max(0, struct.unpack_from(">i", content, place + 4)[0])
            lines.append(content[place + 8 : place + 8 + length].decode())
            place += 8 + length
        yield "\n".join(lines)


def words_of(text: str) -> list[str]:
    """The words of a text in small letters; the title and the author at the top are no part of it."""
    plain = text.split("\n", 12)[-1].lower().replace("’", "'").replace("--", " ").replace("_", " ")
    return re.findall(r"[a-z]+(?:'[a-z]+)?", plain)


def company(texts: list[np.ndarray], n: int) -> sparse.csr_matrix:
    """How often each word stands near each other one, (n, n), a word k places away counting 1/k."""
    pairs = [(text[:-k], text[k:], 1 / k) for text in texts for k in range(1, WINDOW + 1)]
    left, right = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    weight = np.concatenate([np.full(len(pair[0]), pair[2]) for pair in pairs])
    counted = sparse.coo_matrix((weight, (left, right)), shape=(n, n)).tocsr()
    return (counted + counted.T).tocsr()


def vectors(counted: sparse.csr_matrix) -> np.ndarray:
    """A vector for each word, (n, 50): the singular value decomposition of positive pointwise mutual information.

    With the context distribution smoothed by 0.75 and the square root of the singular values: O. Levy, Y. Goldberg and
    I. Dagan (2015), Improving Distributional Similarity with Lessons Learned from Word Embeddings.
    """
    from scipy.sparse.linalg import svds

    of_word = np.asarray(counted.sum(axis=1)).ravel()
    of_context = of_word**0.75 / (of_word**0.75).sum()
    pairs = counted.tocoo()
    information = np.log(pairs.data / (of_word[pairs.row] * of_context[pairs.col]))
    positive = sparse.csr_matrix((np.maximum(information, 0), (pairs.row, pairs.col)), shape=counted.shape)
    left, strength, _ = svds(positive, k=DIMENSIONS, random_state=0)
    order = np.argsort(-strength)
    left, strength = left[:, order], strength[order]
    return left * np.sign(left[np.abs(left).argmax(axis=0), np.arange(DIMENSIONS)]) * np.sqrt(strength)


def _ending(word: str) -> str | None:
    """The ending of a word that has three letters before it, so that "table" has none."""
    return next((f"-{end}" for end in ENDINGS if word.endswith(end) and len(word) >= len(end) + 3), None)


def words(database: bytes) -> pd.DataFrame:
    """The words by how often they are used, with their vectors and what is known of them."""
    texts = [words_of(text) for text in novels(database)]
    uses = Counter(word for text in texts for word in text)
    kept = [word for word, often in uses.most_common() if often >= LEAST]
    place = {word: number for number, word in enumerate(kept)}
    numbered = [np.array([place[word] for word in text if word in place]) for text in texts]
    in_novel = np.array([np.bincount(text, minlength=len(kept)) for text in numbered], float)
    share = (in_novel + 0.5) / in_novel.sum(axis=1, keepdims=True)
    elsewhere = (in_novel.sum(axis=0) - in_novel + 0.5) / (in_novel.sum() - in_novel.sum(axis=1, keepdims=True))
    ratio = share / elsewhere
    typical = np.where(ratio.max(axis=0) >= TYPICAL, ratio.argmax(axis=0), -1)
    return pd.DataFrame(
        {
            "word": kept,
            "uses": [uses[word] for word in kept],
            "letters": [sum(map(str.isalpha, word)) for word in kept],
            "ending": [_ending(word) for word in kept],
            "typical of": [None if novel < 0 else NOVELS[novel] for novel in typical],
            "embedding": list(vectors(company(numbered, len(kept))).round(3).astype(np.float32)),
        }
    )


def digits() -> pd.DataFrame:
    """1,797 handwritten digits as the hidden layer of a small net sees them that learned from half of them."""
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier

    images, digit = load_digits(return_X_y=True)
    seen = np.arange(len(digit)) < len(digit) // 2
    net = MLPClassifier((HIDDEN,), activation="tanh", alpha=0.1, max_iter=500, random_state=0)
    net.fit(images[seen] / 16, digit[seen])
    print(f"right on the unseen half: {net.score(images[~seen] / 16, digit[~seen]):.3f}")
    hidden = np.tanh(images / 16 @ net.coefs_[0] + net.intercepts_[0])
    return pd.DataFrame(
        {
            "id": [f"image {number}" for number in range(1, len(digit) + 1)],
            "title": [f"{DIGITS[one]} (image {number})" for number, one in enumerate(digit, start=1)],
            "digit": [DIGITS[one] for one in digit],
            "ink": (images.mean(axis=1) / 16).round(3),
            "seen in training": np.where(seen, "seen", "unseen"),
            "embedding": list(hidden.round(3).astype(np.float32)),
        }
    )


if __name__ == "__main__":
    made = words(Path(sys.argv[2]).read_bytes()) if sys.argv[1] == "words" else digits()
    made.to_parquet(SAMPLES / f"{sys.argv[1]}.parquet", compression="zstd", index=False)
    print(made.iloc[:, :-1].head(3))
