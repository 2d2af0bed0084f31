"""Source code as text: the very lines of the file."""

from pathlib import Path

import pytest

from dashboard.lesson import code

CODE = '''
def free():
    pass

class Layer(Base):
    """A layer."""

    def build(self):
        """Make the table."""
        self.table = 1  # one

    def call(self, x):
        return x

    def only_words(self):
        """Nothing else."""
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "code.py"
    place.write_text(CODE)
    return place


def test_methods_are_shown_as_they_stand_without_their_docstrings(path: Path):
    shown = code.methods(path, "Layer", ("call", "build"))
    assert shown == "def call(self, x):\n    return x\n\ndef build(self):\n    self.table = 1  # one"


def test_a_method_of_nothing_but_words_keeps_them(path: Path):
    assert "Nothing else" in code.methods(path, "Layer", ("only_words",))


def test_what_is_not_there_is_named(path: Path):
    with pytest.raises(code.NoSourceError, match="no class Free"):
        code.methods(path, "Free", ("call",))
    with pytest.raises(code.NoSourceError, match="no fly"):
        code.methods(path, "Layer", ("call", "fly"))


def test_both_embedding_layers_are_found():
    own = code.methods(code.MODELS, "DiyEmbedding", ("build", "call"))
    keras = code.methods(code.keras_embedding(), "Embedding", ("build", "call"))
    for shown in (own, keras):
        assert "ops.take(self.embeddings" in shown
        assert "self.add_weight(" in shown
