"""Two missions about what is near to what: on ratings, and on words of six novels, which nobody rated."""

from dashboard.missions import checks, facts
from dashboard.missions.task import Mission, Question, Task

ASKED, ENOUGH = '[class*="st-key-near_"]', ".st-key-min"
LISTS, ARITHMETIC = ".st-key-lists_of_neighbors", ".st-key-arithmetic"
FIRST_ROW = "Look at the topmost row of the table under the three fields."

NEIGHBORS = Mission(
    "neighbors",
    "{A_noun}'s neighbors, and why",
    "Ask which {nouns} are like one you know, fool the list, and see what it rests on.",
    "near_me",
    6,
    (
        Task(
            "neighbors",
            "Open **Neighbors** and choose {a_noun} you know well.",
            "You can judge the list only if you know what it is about.",
            checks.asks_for_neighbors,
            "Each list says what lies nearest, by its own measure.",
            facts.which_is_nearest("Do you find the two alike? You know one of them well."),
            ASKED,
            LISTS,
        ),
        Task(
            "neighbors",
            "Set *Enough ratings* to 1. Who are these strangers?",
            "{A_noun} rated once or twice may point anywhere, so some point your way by chance.",
            checks.asks_for_any_neighbor,
            "With the bar so low, {nouns} that hardly anybody has rated may come to the top.",
            Question(
                "How many ratings has the first in the first list?",
                "So many people stand behind its numbers.",
                "The column *Ratings* says it, in the topmost row of the list on the left.",
                facts.ratings_of_nearest,
            ),
            ENOUGH,
            LISTS,
        ),
        Task(
            "neighbors",
            "Now set it to {enough} or more.",
            "More stands behind what many people rated. Whether a neighbor would be there all the same if nobody had "
            "taste is another question: *Holds* answers it, once it is studied.",
            checks.asks_for_known_neighbors,
            "The strangers are gone. What is left, many people have rated.",
            Question(
                "How many ratings has the first in the first list now?",
                "The list has not become cleverer: what it rests on has.",
                "The column *Ratings* says it, in the topmost row of the list on the left.",
                facts.ratings_of_nearest,
            ),
            ENOUGH,
            LISTS,
        ),
        Task(
            "embeddings",
            "Open **Embeddings** and, under *One {noun}, number by number*, choose your {noun} again.",
            "Here are the numbers themselves beside those of the nearest: alike means that they go up and down "
            "together.",
            checks.looks_at_numbers,
            "Above are the numbers of your {noun}, below those of its nearest neighbor.",
            Question(
                "Do they go up and down together?",
                "The longest bars count most: where both are long and on the same side, the two point the same way.",
                options=("Mostly", "Now and then", "No"),
            ),
            '[class*="st-key-one_"]',
            ".st-key-two_rows",
        ),
        Task(
            "neighbors",
            "Back on **Neighbors**, switch the rows to *Users*.",
            "The same arithmetic finds people who rate alike. That is all the model means by taste.",
            checks.looks_at_people,
            "Now the lists are of people. *Both* counts the {nouns} that two of them have rated.",
            Question(
                "How many {nouns} has the first in the first list rated in common with the one asked about?",
                "The fewer these are, the more of the likeness is the model's guess.",
                "The column *Both* says it, in the topmost row of the list on the left.",
                facts.shared_with_nearest,
            ),
            ".st-key-rows",
            LISTS,
        ),
    ),
)

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
