"""The mission through vectors that nobody rated: the words of six novels, which come with the program."""

from dashboard.missions import checks, facts
from dashboard.missions.task import Mission, Question, Task

ASKED, LISTS, ARITHMETIC = '[class*="st-key-near_"]', ".st-key-lists_of_neighbors", ".st-key-arithmetic"
FIRST_ROW = "Look at the topmost row of the table under the three fields."

WORDS = Mission(
    "words",
    "What do words know?",
    "Look into the words of six novels, which learned from nothing but the company they keep: find what they know of "
    "each other, and where that ends.",
    "dictionary",
    8,
    (
        Task(
            "embeddings",
            "Open **Embeddings**: each row of the picture is a word of Jane Austen's novels, each column one of its "
            "numbers.",
            "Nobody told them what a word means. They were learned from which words stand near which.",
            checks.looks_at_words,
            "This is all that is known of these words: a row of numbers each.",
            Question(
                "How many numbers stand for each word?",
                "No single one of them means anything that has a name. What they say together, the next steps ask.",
                "The sentence under the title says it.",
                facts.dimensions,
            ),
            ".st-key-heatmap",
        ),
        Task(
            "neighbors",
            "Open **Neighbors** and choose a word whose company you can guess, such as *brother* or *monday*.",
            "Words that stand in the same places of a sentence get like numbers, whatever they mean.",
            checks.asks_for_neighbors,
            "Three lists of what lies nearest, each by another measure.",
            facts.which_is_nearest(
                "Does it mean the same, the contrary, or something of the same kind? Near is only what is used alike."
            ),
            ASKED,
            LISTS,
        ),
        Task(
            "neighbors",
            "Open *Arithmetic with words* and ask what is to *daughter* as *brother* is to *sister*: for *a* choose "
            "*brother*, for *minus b* choose *sister*, for *plus c* choose *daughter*.",
            "A difference of two words is a direction. If it means something, it leads from another word to its match.",
            checks.asks_what_works,
            "The words closest to the sum, the three that were asked with left out.",
            facts.which_is_first(
                "Which of these comes first?",
                "The step from *sister* to *brother* is also the one from *daughter* to it.",
                FIRST_ROW,
                facts.closest_to_sum,
            ),
            ARITHMETIC,
        ),
        Task(
            "neighbors",
            "Now the most famous one: *king* for *a*, *man* for *minus b*, *woman* for *plus c*. It should lead to "
            "*queen*.",
            "It is told of vectors learned from hundreds of millions of words. These come from six novels.",
            checks.asks_what_is_famous,
            "There is an answer: arithmetic always has one, whether it knows anything or not.",
            Question(
                "How many times do the novels use the word that comes first?",
                "Vectors of rare words are mostly chance. Before believing a sum, look how often its words are used.",
                f"The column *uses* says it. {FIRST_ROW}",
                facts.uses_of_first_answer,
            ),
            ARITHMETIC,
        ),
        Task(
            "components",
            "Open **Components**, leave it at component 1, and read the sentence above the first picture.",
            "There are no ratings to test a component on. What can be asked is whether it is more than chance.",
            checks.opens_first_tested,
            "Bars above the dotted line are longer than those of words whose directions were drawn by chance.",
            Question(
                "How many components stand above chance?",
                "So many say something of how words are used. What that is, and what it is good for, the number does "
                "not say.",
                "The sentence above the first picture says it: the first so many of all. None counts as 0.",
                facts.above_chance,
            ),
            ".st-key-component",
            ".st-key-scree",
        ),
        Task(
            "maps",
            "Open **Maps** and choose *An axis of your own*. Give both poles a name and words of your choice, such as "
            "*mother* and *sister* against *father* and *brother*, and take away what stands there at first.",
            "An axis orders all words by one question, and the question is yours.",
            checks.draws_own_axis,
            "Every word has a place between your poles now, also those that have nothing to do with your question.",
            facts.which_is_first(
                "Which of these lies furthest toward the high end?",
                "Would you have put it there? What the novels say of it, and what is true, are two things.",
                "Look at the topmost row of the second table, that of the high pole.",
                facts.high_end,
            ),
            ".st-key-maps, .st-key-pole_low_field",
            ".st-key-axis_strip",
        ),
    ),
    sample="words",
)
