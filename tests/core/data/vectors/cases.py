"""Files with vectors, good and bad, each with its exact outcome."""

import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from core.data.vectors.request import VectorOptions

ROWS, DIM = 6, 3
WORDS = ["king", "queen", "man", "woman", "a,b", "Ærø"]
VECTORS = np.random.default_rng(0).normal(size=(ROWS, DIM)).astype(np.float32)
NUMBERED = [str(row) for row in range(ROWS)]

NOTHING_SAID = VectorOptions()
Write = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """Files, and what opening them gives.

    Attributes:
        write: Puts the files into a folder, which is opened; what it returns is opened in its place.
        code: Of the error; "" where they open to the rows below.
        ids: Of the rows.
        rows: Rows of VECTORS that are there, in this order.
        rejected: Line or row, and the beginning of the reason.
        columns: Some columns of the table of the rows.
    """

    name: str
    write: Write
    code: str = ""
    ids: list[str] = field(default_factory=lambda: WORDS)
    rows: list[int] = field(default_factory=lambda: list(range(ROWS)))
    rejected: list[tuple[int, str]] = field(default_factory=list)
    joined: str = ""
    noun: str = "item"
    users: int = 0
    columns: dict[str, list[object]] = field(default_factory=dict)
    metadata: str = ""
    options: VectorOptions = NOTHING_SAID


def lines(sign: str, words: list[str] | None = WORDS, vectors: np.ndarray = VECTORS, end: str = "\n") -> str:
    """A row a line."""
    rows = [sign.join(f"{value:.9g}" for value in row) for row in vectors]
    return (
        "".join(f"{word}{sign}{row}{end}" for word, row in zip(words, rows, strict=True))
        if words
        else "".join(f"{row}{end}" for row in rows)
    )


def text(name: str, content: str | bytes) -> Write:
    """One file."""
    return lambda folder: (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def texts(**files: str) -> Write:
    """Files by name; a double underscore stands for the dot."""

    def write(folder: Path) -> None:
        for name, content in files.items():
            (folder / name.replace("__", ".")).write_text(content)

    return write


def npy(array: np.ndarray, **options: bool) -> bytes:
    """What numpy.save writes."""
    out = io.BytesIO()
    np.save(out, array, **options)  # type: ignore[arg-type]
    return out.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    """What numpy.savez writes."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def word2vec(words: list[str] = WORDS, rows: int = ROWS, end: bytes = b"\n") -> bytes:
    """word2vec's binary form."""
    body = b"".join(word.encode() + b" " + row.tobytes() + end for word, row in zip(words, VECTORS, strict=True))
    return f"{rows} {DIM}\n".encode() + body


def claiming(shape: str, kind: str = "<f4", body: bytes = VECTORS.tobytes()) -> bytes:
    """A `.npy` file whose header says what it likes."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


def safetensors(header: dict[str, object], body: bytes = VECTORS.tobytes(), size: int | None = None) -> bytes:
    """A safetensors file."""
    head = json.dumps(header).encode()
    return (len(head) if size is None else size).to_bytes(8, "little") + head + body


def tensor(
    kind: str = "F32", shape: tuple[int, ...] = (ROWS, DIM), ends: tuple[int, int] = (0, 4 * ROWS * DIM)
) -> dict:
    """What a safetensors header says of an array."""
    return {"dtype": kind, "shape": list(shape), "data_offsets": list(ends)}


def hdf5(fill: Callable[[h5py.File], object]) -> Write:
    """An HDF5 file."""

    def write(folder: Path) -> None:
        with h5py.File(folder / "model.weights.h5", "w") as file:
            fill(file)

    return write


def keras_weights(file: h5py.File, layers: tuple[str, ...] = ("embedding",)) -> None:
    """As Keras 3 lays weights out."""
    for number, layer in enumerate(layers):
        weights = file.create_group(f"layers/embedding_{number}/vars")
        weights.attrs["name"] = layer
        weights["0"] = VECTORS


def linked(file: h5py.File) -> None:
    """Weights that lie in another file."""
    file["embedding"] = h5py.ExternalLink("/etc/passwd", "/")


def soft(file: h5py.File) -> None:
    """A link to itself."""
    file["embedding"] = h5py.SoftLink("/embedding")


def external(file: h5py.File) -> None:
    """An array whose bytes are those of any file of the system."""
    file.create_dataset("embedding", (ROWS, DIM), "f4", external=[("/etc/passwd", 0, 4 * ROWS * DIM)])


def huge(file: h5py.File) -> None:
    """A terabyte of zeros that takes no place."""
    file.create_dataset("embedding", (10**9, 300), "f4", chunks=(1000, 300), compression="gzip")


def columnar(write: Callable[[pa.Table, Path], object], name: str, **columns: object) -> Write:
    """A table as a columnar file."""
    return lambda folder: write(pa.table(columns), folder / name)


def lists() -> pa.Array:
    """A list a row."""
    return pa.array([row.tolist() for row in VECTORS], pa.list_(pa.float32()))


def spark(folder: Path) -> None:
    """The model of Spark's ALS, as it saves itself."""
    for side, vectors in (("itemFactors", VECTORS), ("userFactors", VECTORS[:4])):
        (folder / side).mkdir()
        (folder / side / "_SUCCESS").touch()
        (folder / side / "._SUCCESS.crc").write_bytes(b"crc")
        for part, rows in enumerate(np.array_split(np.arange(len(vectors)), 2)):
            ids, features = pa.array(rows + 10, pa.int32()), pa.array([vectors[row].tolist() for row in rows])
            table = pa.table({"id": ids, "features": features.cast(pa.list_(pa.float32()))})
            pq.write_table(table, folder / side / f"part-0000{part}-x.snappy.parquet")
    (folder / "metadata").mkdir()
    (folder / "metadata" / "part-00000").write_text('{"class":"org.apache.spark.ml.recommendation.ALSModel"}\n')


def zipped(**members: bytes) -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def bits(words: list[str], *cells: str) -> str:
    """Lines of words and the same cells."""
    return "".join(f"{word} {row}\n" for word, row in zip(words, cells, strict=True))


SPOILED = ["1 2 3", "nan 1 2", "0 0 0", "1 2", "4 5 6", "1 x 2", "inf 1 1", "7 8 9"]
BFLOAT16 = (VECTORS.view(np.uint32) >> 16).astype(np.uint16)
TSV, TABLE = lines("\t", None), "".join(f"{word}\t{len(word)}\n" for word in WORDS)
HEADED = "name\tletters\n" + TABLE
LETTERS: dict[str, list[object]] = {"letters": [4.0, 5.0, 3.0, 5.0, 3.0, 3.0]}
WIDE = "id," + ",".join(f"dim_{n}" for n in range(1, DIM + 1)) + ",kind\n"
WIDE += "".join(f'"{word}",{row.strip()},k\n' for word, row in zip(WORDS, lines(",", None).splitlines(), strict=True))

GOOD = [
    Case("GloVe", text("glove.txt", lines(" ")), noun="word"),
    Case("GloVe, gzip", text("glove.txt.gz", gzip.compress(lines(" ").encode())), noun="word"),
    Case("GloVe, zip", text("glove.zip", zipped(glove__txt=lines(" ").encode())), noun="word"),
    Case("GloVe with quotes", text("g.txt", lines(" ", ['"', "''", "#", ";", "|", "="])),
         ids=['"', "''", "#", ";", "|", "="], noun="word"),
    Case("word2vec text", text("w.txt", f"{ROWS} {DIM}\n" + lines(" ")), noun="word"),
    Case("word2vec text, blanks at the ends", text("w.txt", f"{ROWS} {DIM}\n" + lines(" ", end=" \n")), noun="word"),
    Case("fastText, gzip", text("wiki.vec.gz", gzip.compress(f"{ROWS} {DIM}\n{lines(' ')}".encode())), noun="word"),
    Case("word2vec binary", text("w.bin", word2vec()), noun="word"),
    Case("word2vec binary without line ends", text("w.bin", word2vec(end=b"")), noun="word"),
    Case("word2vec binary, gzip", text("w.bin.gz", gzip.compress(word2vec())), noun="word"),
    Case("Projector", texts(vectors__tsv=TSV, metadata__tsv=HEADED), joined="order", columns=LETTERS),
    Case("Projector, one column of labels", texts(v__tsv=TSV, m__tsv="\n".join(WORDS) + "\n"), joined="order"),
    Case("Projector, labels that repeat", texts(v__tsv=TSV, m__tsv="x\ny\n" * 3), ids=NUMBERED, joined="order",
         columns={"label": ["x", "y"] * 3}),
    Case("vectors alone", text("vectors.tsv", TSV), ids=NUMBERED),
    Case("CRLF", text("glove.txt", lines(" ", end="\r\n")), noun="word"),
    Case("numbers between commas", text("v.csv", lines(",", None)), ids=NUMBERED),
    Case("rows that count, then numbers", text("v.csv", lines(",", NUMBERED)), ids=NUMBERED),
    Case("a column a dimension", text("v.csv", WIDE), columns={"kind": ["k"] * ROWS}),
    Case("named columns", text("v.csv", "word,x,y,z\n" + lines(",", [*WORDS[:4], "e", "f"])),
         ids=[*WORDS[:4], "e", "f"], noun="word"),
    Case("stated columns", text("v.csv", "a,x,y,z,q\n" + lines(",", NUMBERED, np.c_[VECTORS, VECTORS[:, 0]])),
         ids=NUMBERED, options=VectorOptions(dimensions=("x", "y", "z"), id_column="a", left_out=("q",))),
    Case("NumPy", text("v.npy", npy(VECTORS)), ids=NUMBERED),
    Case("NumPy, float64 by columns", text("v.npy", npy(np.asfortranarray(VECTORS, np.float64))), ids=NUMBERED),
    Case("NumPy, big end first, gzip", text("v.npy.gz", gzip.compress(npy(VECTORS.astype(">f4")))), ids=NUMBERED),
    Case("NumPy and a table", lambda f: (text("v.npy", npy(VECTORS))(f), text("t.tsv", HEADED)(f)), joined="order",
         columns=LETTERS),
    Case("npz with words", text("v.npz", npz(vectors=VECTORS, words=np.array(WORDS)))),
    Case("npz with whole numbers", text("v.npz", npz(v=VECTORS, ids=np.arange(ROWS) + 7)),
         ids=[str(n + 7) for n in range(ROWS)]),
    Case("npz of two, one named", text("v.npz", npz(a=VECTORS, b=VECTORS[:, :2])), ids=NUMBERED,
         options=VectorOptions(array="v.npz/a.npy")),
    Case("Parquet, lists", columnar(pq.write_table, "v.parquet", word=WORDS, vector=lists(), n=list(range(ROWS))),
         noun="word", columns={"n": [float(n) for n in range(ROWS)]}),
    Case("Parquet, a column a dimension",
         columnar(pq.write_table, "v.parquet", id=WORDS, **{f"e{n}": VECTORS[:, n] for n in range(DIM)})),
    Case("Feather", columnar(pyarrow.feather.write_feather, "v.feather", word=WORDS, embedding=lists()), noun="word"),
    Case("fixed lists", columnar(pq.write_table, "v.parquet", id=WORDS, v=lists().cast(pa.list_(pa.float32(), DIM)))),
    Case("safetensors", text("v.safetensors", safetensors({"emb": tensor()})), ids=NUMBERED),
    Case("Keras weights", hdf5(keras_weights), ids=NUMBERED),
    Case("Keras weights of users and items", hdf5(lambda f: keras_weights(f, ("user_embedding", "item_embedding"))),
         ids=NUMBERED, users=ROWS),
    Case("Spark's ALS", spark, ids=[str(n + 10) for n in range(ROWS)], users=4),
    Case("a table with ids in another order",
         texts(v__txt=lines(" "), t__tsv="word\tletters\n" + "".join(reversed(TABLE.splitlines(keepends=True)))),
         joined="id", noun="word", columns=LETTERS),
    Case("a table of some of them", texts(v__txt=lines(" "), t__tsv="word\tletters\nking\t4\nqueen\t5\nman\t3\n"),
         joined="id", noun="word", columns={"letters": [4.0, 5.0, 3.0, np.nan, np.nan, np.nan]}),
    Case("a table that was named", texts(v__tsv=TSV, other__csv="name,letters\n" + TABLE.replace("\t", ",").replace(
        "a,b", '"a,b"')), joined="order", columns=LETTERS, metadata="other.csv"),
    Case("rows that cannot be used", text("v.txt", bits(list("abcdefgh"), *SPOILED)), ids=["a", "e", "h"], rows=[],
         rejected=[(2, "a value is not"), (3, "all its numbers"), (4, "wrong number"), (6, "a value is not"),
                   (7, "a value is not")], noun="word"),
    Case("ids that repeat", text("v.txt", lines(" ", ["a", "b", "a", "c", "b", "d"])), ids=["a", "b", "c", "d"],
         rows=[0, 1, 3, 5], rejected=[(3, "its id was there before"), (5, "its id was there before")], noun="word"),
    Case("a table in order, with rows left out", texts(v__tsv="1\t2\n0\t0\n3\t4\n5\t6\n", m__tsv="a\nb\nc\nd\n"),
         ids=["a", "c", "d"], rows=[], rejected=[(2, "all its numbers")], joined="order"),
]  # fmt: skip

GOOD += [
    Case("with a byte-order mark", text("v.tsv", "\ufeff" + TSV), ids=NUMBERED),
    Case("a line end in quotes", text("v.csv", 'word,dim_1,dim_2,note\na,1,2,"x\ny"\nc,3,4,z\nd,5,6,"p\nq"\nh,5,5,k\n'),
         ids=["a", "c", "d", "h"], rows=[], noun="word"),
    Case("an exported column that looks like a formula", text("v.csv", "item_id,title,'=cmd,dim_1,dim_2\n" + "".join(
        f"w{n},t{n},'-{n}x,{n},1\n" for n in range(3))), ids=["w0", "w1", "w2"], rows=[], noun="item",
         columns={"=cmd": ["-0x", "-1x", "-2x"]}),
    Case("a byte-order mark and words", text("v.txt", "\ufeff" + lines(" ")), noun="word"),
    Case("one first cell is no number", text("v.tsv", TSV + "NA\t1\t2\n"), ids=NUMBERED, rejected=[(7, "a value")]),
    Case("a tab, then blanks", text("v.txt", "".join(
        f"{word}\t{row}\n" for word, row in zip(WORDS, lines(" ", None).splitlines(), strict=True)))),
    Case("lists as text", text("v.csv", "word,vector\n" + "".join(
        f'"{word}","[{row}]"\n' for word, row in zip(WORDS, lines(", ", None).splitlines(), strict=True))),
        noun="word"),
    Case("JSON lines", text("v.jsonl", "".join(json.dumps({"word": word, "vector": row.tolist()}) + "\n"
                                               for word, row in zip(WORDS, VECTORS, strict=True))), noun="word"),
    Case("a list that is short", text("v.csv", 'id,v\na,"1 2"\nb,"3"\nc,"4 5"\n'), ids=["a", "c"], rows=[],
         rejected=[(3, "wrong number of columns: no list")]),
    Case("decimal commas", text("v.csv", lines(";").replace(".", ","))),
]  # fmt: skip

BAD = [
    Case("ratings without a header", text("u.data", "".join(f"{n % 3}\t{n % 4}\t{n % 5}\t88{n}\n" for n in range(20))),
         "BAD_VECTORS"),
    Case("ratings of numbers", text("r.csv", "userId,movieId,rating\n" + "".join(f"{n},{n},3.5\n" for n in range(9))),
         "BAD_VECTORS"),
    Case("one row", text("v.npy", npy(VECTORS[:1])), "BAD_VECTORS"),
    Case("nothing", text("v.npy", b""), "EMPTY_FILE"),
    Case("ratings", text("r.csv", "user,item,rating\n" + "a,b,3\n" * 9), "BAD_VECTORS"),
    Case("prose", text("t.txt", "It was the best of times.\nIt was the worst of times.\n" * 5), "BAD_VECTORS"),
    Case("a picture", text("p.png", b"\x89PNG\r\n\x1a\n" + bytes(99)), "BAD_FORMAT"),
    Case("a pickle", text("v.pkl", pickle.dumps({"king": [1.0, 2.0]})), "BAD_VECTORS"),
    Case("PyTorch", text("m.pt", zipped(data__pkl=pickle.dumps([1]))), "BAD_VECTORS"),
    Case("NumPy of objects", text("v.npy", npy(np.array([{}, []], object), allow_pickle=True)), "BAD_VECTORS"),
    Case("NumPy that claims a terabyte", text("v.npy", claiming("(1000000000, 300)")), "BAD_VECTORS"),
    Case("NumPy that claims it, gzip", text("v.npy.gz", gzip.compress(claiming("(1000000000, 300)"))), "TOO_LARGE"),
    Case("NumPy of negative size", text("v.npy", claiming("(-6, 3)")), "BAD_VECTORS"),
    Case("NumPy with code in its header", text("v.npy", claiming("__import__('os').system('x')")), "BAD_VECTORS"),
    Case("NumPy of three dimensions", text("v.npy", npy(VECTORS[None])), "BAD_VECTORS"),
    Case("NumPy of one column", text("v.npy", npy(VECTORS[:, :1])), "BAD_VECTORS"),
    Case("NumPy that is cut", text("v.npy", npy(VECTORS)[:-9]), "BAD_VECTORS"),
    Case("npz bomb", text("v.npz", npz(v=np.zeros((10_000, 100)))), "ARCHIVE_RATIO"),
    Case("npz of two sets", text("v.npz", npz(a=VECTORS, b=VECTORS)), "BAD_VECTORS"),
    Case("zip that leads out", text("v.zip", zipped(**{"../v.npy": npy(VECTORS)})), "ARCHIVE_UNSAFE"),
    Case("next to nothing", text("v.npy", npy(VECTORS * 1e-30)), "BAD_VECTORS"),
    Case("vectors of Spark ML", columnar(pq.write_table, "v.parquet", id=WORDS, features=pa.array(
        [{"type": 1, "size": None, "indices": None, "values": row.tolist()} for row in VECTORS])), "BAD_VECTORS"),
    Case("all zero", text("v.npy", npy(np.zeros((5, 3)))), "BAD_VECTORS"),
    Case("an unknown array", text("v.npy", npy(VECTORS)), "BAD_VECTORS", options=VectorOptions(array="w")),
    Case("safetensors that overlap",
         text("v.safetensors", safetensors({"a": tensor(), "b": tensor(ends=(4, 4 + 4 * ROWS * DIM))})), "BAD_VECTORS"),
    Case("safetensors that claim more",
         text("v.safetensors", safetensors({"a": tensor(shape=(10**9, 300), ends=(0, 10**9 * 1200))})), "BAD_VECTORS"),
    Case("safetensors whose offsets lie", text("v.safetensors", safetensors({"a": tensor(ends=(0, 8))})),
         "BAD_VECTORS"),
    Case("safetensors of negative size", text("v.safetensors", safetensors({"a": tensor(shape=(-1, 3))})),
         "BAD_VECTORS"),
    Case("HDF5 that leads elsewhere", hdf5(linked), "BAD_VECTORS"),
    Case("HDF5 that leads to itself", hdf5(soft), "BAD_VECTORS"),
    Case("HDF5 with numbers in another file", hdf5(external), "BAD_VECTORS"),
    Case("HDF5 that claims a terabyte", hdf5(huge), "TOO_LARGE"),
    Case("HDF5 that is cut", text("w.h5", b"\x89HDF\r\n\x1a\n" + bytes(50)), "BAD_VECTORS"),
    Case("word2vec that is cut", text("w.bin", word2vec()[:-5]), "BAD_VECTORS"),
    Case("word2vec that claims more rows", text("w.bin", word2vec(rows=10**6)), "BAD_VECTORS"),
    Case("word2vec that claims too many", text("w.bin", word2vec(rows=10**11)), "TOO_LARGE"),
    Case("Parquet that is cut", text("v.parquet", b"PAR1" + bytes(90)), "BAD_FORMAT"),
    Case("Feather of version 1", text("v.feather", b"FEA1" + bytes(90)), "BAD_VECTORS"),
    Case("Arrow that is cut", text("v.arrow", b"ARROW1\0\0" + bytes(90)), "BAD_VECTORS"),
    Case("a table of other length", texts(v__tsv=TSV, m__tsv="x\ny\nz\n"), "BAD_VECTORS", metadata="m.tsv"),
    Case("a table that is none", lambda f: (text("v.tsv", TSV)(f), text("m.png", b"\x89PNG\r\n\x1a\n" + bytes(9))(f)),
         "BAD_FORMAT", metadata="m.png"),
    Case("an unknown column", text("v.csv", WIDE), "BAD_VECTORS", options=VectorOptions(id_column="nobody")),
    Case("unknown dimensions", text("v.csv", WIDE), "BAD_VECTORS", options=VectorOptions(dimensions=("q", "r"))),
    Case("stated columns without numbers", columnar(pq.write_table, "v.parquet", id=WORDS, vector=lists()),
         "BAD_VECTORS", options=VectorOptions(dimensions=("id",))),
    Case("too many numbers a row", text("v.npy", npy(np.ones((2, 20_000)))), "BAD_VECTORS"),
]  # fmt: skip
