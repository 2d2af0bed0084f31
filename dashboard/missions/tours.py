"""The missions, in the order in which they build on each other. What stands in braces, `aims.words` fills in."""

from collections.abc import Callable
from dataclasses import dataclass

from core.access import Action
from dashboard.missions import checks
from dashboard.missions.snapshot import Snapshot


@dataclass(frozen=True)
class Task:
    """One step: what to do, on which page, why, and when it is done (Markdown)."""

    page: str
    do: str
    why: str
    done: Callable[[Snapshot], bool]


@dataclass(frozen=True)
class Mission:
    """A tour: its name in links, its title, a sentence, minutes it takes, its steps, and what these have to allow."""

    key: str
    title: str
    about: str
    icon: str
    minutes: int
    tasks: tuple[Task, ...]
    needs: Action | None = None


FIRST_MODEL = Mission(
    "first-model",
    "Your first model",
    "Train a model with one click, see how well it guesses, and meet the first two things it has learned.",
    "rocket_launch",
    3,
    (
        Task(
            "start",
            "Press **Train your first model** on the Start page and watch the {nouns} find their places.",
            "Every other page looks into a trained model, so there has to be one.",
            checks.has_model,
        ),
        Task(
            "train",
            "Open **Train** and find *Validation RMSE*: how far its guesses are off on ratings it has never seen.",
            "The dashed lines are guesses without any embedding. A model is worth its numbers if it lies below them.",
            checks.looks_at_training,
        ),
        Task(
            "components",
            "Open **Components**, look at the {nouns} at both ends of the first, then choose component 2.",
            "A component is a direction in the numbers. What sets its ends apart may be something people disagree "
            "about: the first picture says whether ratings that the model has not seen agree.",
            checks.opens_second_component,
        ),
        Task(
            "neighbors",
            "Open **Neighbors** and choose {a_noun} you know well.",
            "No model reads a title. What it takes to be alike comes from who likes what, and from columns such as "
            "genres only where a model is told them, which the page says.",
            checks.asks_for_neighbors,
        ),
    ),
)

OVERFITTING = Mission(
    "overfitting",
    "Learning by heart, seen and cured",
    "Watch a model get worse by learning more, and find what stops it.",
    "monitoring",
    5,
    (
        Task(
            "train",
            "On **Train**, choose the preset *{plain}*, then set *Penalty* to 0, and both kinds of *dropout* too if "
            "they are not.",
            "These hold a model back. Without them it is free to learn every training rating by heart.",
            checks.takes_the_penalty_away,
        ),
        Task(
            "train",
            "Press **Train**, and watch the validation curve turn upwards while the training curve goes on falling.",
            "From the turn on it learns what is true of these ratings alone. That is overfitting. "
            "If yours does not turn, allow more epochs or more dimensions.",
            checks.sees_it_turn,
        ),
        Task(
            "train",
            "Cure it: set a *Penalty* of {penalty} or more, or some dropout, and train until it beats the one before.",
            "A model that may not trust any number too much has to find what many ratings agree on.",
            checks.cures_it,
        ),
        Task(
            "train",
            "Under the curve, choose the model without a penalty in *Lay an earlier model behind the curve*.",
            "On the training ratings the careless model is ahead. On new ones it is not, and those are what counts.",
            checks.lays_it_behind,
        ),
    ),
    needs=Action.TRAIN,
)

FIRST_COMPONENT = Mission(
    "first-component",
    "What is the first component?",
    "Find out what the strongest direction in the numbers is about, and give it a name.",
    "insights",
    5,
    (
        Task(
            "components",
            "Open **Components** and choose component 1.",
            "It carries more than any other. The first picture says what it is worth on ratings that the model has "
            "not seen.",
            checks.opens_first_component,
        ),
        Task(
            "components",
            "Raise *Enough ratings* to {enough} or more, and read the titles at both ends.",
            "{A_noun} with few ratings lies where it does mostly by chance. Well-known ones tell what the ends mean.",
            checks.lists_known_ends,
        ),
        Task(
            "components",
            "Scroll to the map and color it by {colors}.",
            "If a color changes steadily from left to right, the first component goes together with it.",
            checks.colors_the_map,
        ),
        Task(
            "components",
            "Go back up and name an end of component 1 in your own words.",
            "The model has no words. A name is your reading and no finding, and all pages will use it.",
            checks.names_first_component,
        ),
    ),
    needs=Action.NAME,
)

NEIGHBORS = Mission(
    "neighbors",
    "{A_noun}'s neighbors, and why",
    "Ask which {nouns} are like one you know, fool the list, and see what it rests on.",
    "near_me",
    5,
    (
        Task(
            "neighbors",
            "Open **Neighbors** and choose {a_noun} you know well.",
            "You can judge the list only if you know what it is about.",
            checks.asks_for_neighbors,
        ),
        Task(
            "neighbors",
            "Set *Enough ratings* to 1. Who are these strangers?",
            "{A_noun} rated once or twice may point anywhere, so some point your way by chance.",
            checks.asks_for_any_neighbor,
        ),
        Task(
            "neighbors",
            "Now set it to {enough} or more.",
            "More stands behind what many people rated. Whether a neighbor would be there all the same if nobody had "
            "taste is another question: *Holds* answers it, once it is studied.",
            checks.asks_for_known_neighbors,
        ),
        Task(
            "embeddings",
            "Open **Embeddings** and, under *One {noun}, number by number*, choose your {noun} again.",
            "Here are the numbers themselves beside those of the nearest: alike means that they go up and down "
            "together.",
            checks.looks_at_numbers,
        ),
        Task(
            "neighbors",
            "Back on **Neighbors**, switch the rows to *Users*.",
            "The same arithmetic finds people who rate alike. That is all the model means by taste.",
            checks.looks_at_people,
        ),
    ),
)

YOU = Mission(
    "you",
    "You on the map",
    "Rate a few {nouns}, and see the model make a picture of you.",
    "person_pin_circle",
    6,
    (
        Task(
            "for_you",
            "Open **For you** and rate {some}.",
            "No training is needed: the {nouns} stay where they are, and only your own row of numbers is looked for.",
            checks.rates_some,
        ),
        Task(
            "for_you",
            "Go on until you have rated {many}. Watch yourself move on the map.",
            "Each rating pulls you a little less than the one before: the model becomes surer of you.",
            checks.rates_many,
        ),
        Task(
            "for_you",
            "Go down to *Why this score*, choose one of the {nouns} it recommends, and read what its score is made of.",
            "A score is a sum. Each part of it can be read, and questioned.",
            checks.asks_why,
        ),
    ),
)

NOISE = Mission(
    "noise",
    "One factor that is noise",
    "Find a factor where there is none, give it a name, and learn to tell before believing in a story about it.",
    "casino",
    6,
    (
        Task(
            "components",
            "Open **Components** and choose component 1 of *What it predicts*. If there is no such choice, train a "
            "model with the preset *{plain}*.",
            "The first picture says what it is worth on ratings that the model has not seen.",
            checks.opens_first_tested,
        ),
        Task(
            "components",
            "Turn on *How would this look if nobody had taste?*, and train the models that it asks for.",
            "The same people, the same {nouns}, the same averages. Beyond them every rating is chance.",
            checks.looks_at_twin,
        ),
        Task(
            "components",
            "Look at the {nouns} at both ends, and name an end as you would any other.",
            "They seem to tell a story too: people find one in any list.",
            checks.names_on_twin,
        ),
        Task(
            "components",
            "Read the first picture: how many components earn their place here? Then turn the switch off again.",
            "What you named was nothing, and no list could have told you. Unseen ratings can: ask them first.",
            checks.leaves_twin,
        ),
    ),
)

MISSIONS = {mission.key: mission for mission in (FIRST_MODEL, OVERFITTING, FIRST_COMPONENT, NEIGHBORS, YOU, NOISE)}
