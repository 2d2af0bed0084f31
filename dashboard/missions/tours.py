"""The missions, in the order in which they build on each other. What stands in braces, `aims.words` fills in."""

from core.access import Action
from dashboard.missions import checks, facts
from dashboard.missions.neighbor_tours import ASKED, ENOUGH, LISTS, NEIGHBORS, WORDS
from dashboard.missions.task import Mission, Question, Task

YES_NO = (facts.YES, facts.NO)
WITHOUT = "The one without"
BOARD, CURVE, FORM = ".st-key-board_numbers", ".st-key-learning_curve", ".st-key-folded_form, .st-key-l2"
NUMBER, PROOF, ENDS = ".st-key-component", ".st-key-proof", ".st-key-both_ends"

FIRST_MODEL = Mission(
    "first-model",
    "Your first model",
    "Train a model with one click, see how well it guesses, and meet the first two things it has learned.",
    "rocket_launch",
    4,
    (
        Task(
            "start",
            "Press **Train your first model** on the Start page, and watch the dots and the error.",
            "Every other page looks into a trained model, so there has to be one.",
            checks.has_trained_first,
            "The dots began at places drawn by chance, and the ratings moved them. *Play* on the map shows it again.",
            Question(
                "Did the error end below the line of *averages only*?",
                "Below that line a model knows more than which {nouns} are liked and who is generous.",
                "Look at the dots beside the map: the last one is where the error ended.",
                facts.is_below_averages,
                YES_NO,
            ),
            ".st-key-offer_training",
            ".st-key-start_map",
        ),
        Task(
            "train",
            "Open **Train** and find *Validation RMSE*: how far its guesses are off on ratings it has never seen.",
            "The dashed lines are guesses without any embedding. A model is worth its numbers if it lies below them.",
            checks.looks_at_training,
            "Four numbers stand above the curve. Two are errors: on the ratings it learned from, and on others.",
            Question(
                "Which number is *Validation RMSE*?",
                "About two guesses in three are off by less than that.",
                "It is the last of the four numbers above the curve.",
                facts.validation_error,
            ),
            BOARD,
        ),
        Task(
            "components",
            "Open **Components**, look at the {nouns} at both ends of the first, then choose component 2.",
            "A component is a direction in the numbers. What sets its ends apart may be something people disagree "
            "about: the first picture says whether ratings that the model has not seen agree.",
            checks.opens_second_component,
            "The two lists are now the ends of component 2: other {nouns}, set apart by something else.",
            facts.which_is_furthest_low(
                "Whether what sets these {nouns} apart is taste or chance, the first picture on this page says."
            ),
            NUMBER,
            ENDS,
        ),
        Task(
            "neighbors",
            "Open **Neighbors** and choose {a_noun} you know well.",
            "No model reads a title. What it takes to be alike comes from who likes what, and from columns such as "
            "genres only where a model is told them, which the page says.",
            checks.asks_for_neighbors,
            "Three lists of what lies nearest, each by another measure. They do not always agree.",
            facts.which_is_nearest("Its numbers point most nearly the same way."),
            ASKED,
            LISTS,
        ),
    ),
)

OVERFITTING = Mission(
    "overfitting",
    "Learning by heart, seen and cured",
    "Watch a model get worse by learning more, and find what stops it.",
    "monitoring",
    6,
    (
        Task(
            "train",
            "Set the form for this mission: no penalty, no dropout, and no early stop. Then press **Train**, and watch "
            "both curves. Where somebody has trained with these settings before, they are there at once.",
            "Penalty and dropout hold a model back. Without them it is free to learn every training rating by heart.",
            checks.sees_it_turn,
            "The training curve falls and falls. The validation curve turns, and climbs: what is learned from there on "
            "is true of these ratings alone. That is overfitting.",
            Question(
                "At which epoch was the validation error lowest?",
                "Had training stopped there, nothing would have been lost. That is what early stopping does.",
                "Above the curve stands which epoch was kept: the one with the lowest validation error.",
                facts.kept_epoch,
            ),
            ".st-key-start_training, .st-key-open_trained",
            CURVE,
        ),
        Task(
            "train",
            "Cure it: set *Penalty* to {penalty} or more, press **Train**, and see whether it beats the one before.",
            "A model that may not trust any number too much has to find what many ratings agree on.",
            checks.cures_it,
            "The validation curve goes down and stays down, although the training error is higher than before.",
            Question(
                "Which number is its *Validation RMSE*?",
                "The penalty has cost accuracy on the training ratings, and bought it on new ones.",
                "It is the last of the four numbers above the curve.",
                facts.validation_error,
            ),
            FORM,
            BOARD,
        ),
        Task(
            "train",
            "Under the curve, in *Lay an earlier model behind the curve*, choose the one without a penalty.",
            "Side by side it is plain what the penalty does.",
            checks.lays_it_behind,
            "Both models are in one picture: the earlier one lies behind.",
            Question(
                "Which of the two knows the training ratings better at the end?",
                "It has learned them by heart. On new ratings it is behind, and those are what counts.",
                "Compare the two training curves at their right ends.",
                lambda _: WITHOUT,
                ("The one with a penalty", WITHOUT),
            ),
            ".st-key-behind",
            CURVE,
        ),
    ),
    needs=Action.TRAIN,
    careless=True,
)
FIRST_COMPONENT = Mission(
    "first-component",
    "What is the first component?",
    "Find out what the strongest direction in the numbers is about, and give it a name.",
    "insights",
    6,
    (
        Task(
            "components",
            "Open **Components** and choose component 1.",
            "It carries more than any other. The first picture says what it is worth on ratings that the model has "
            "not seen.",
            checks.opens_first_component,
            "Each bar is a component, and as high as it helps to guess ratings that the model has not seen.",
            Question(
                "Does component 1 earn its place?",
                "Whoever gives a name to a component should know that first.",
                "The sentence above the first picture says how many of them do.",
                facts.first_earns,
                YES_NO,
            ),
            NUMBER,
            PROOF,
        ),
        Task(
            "components",
            "Raise *Enough ratings* to {enough} or more, and read the titles at both ends.",
            "{A_noun} with few ratings lies where it does mostly by chance. Well-known ones tell what the ends mean.",
            checks.lists_known_ends,
            "Now well-known {nouns} alone stand at the ends: the lowest in one list, the highest in the other.",
            facts.which_is_furthest_low(
                "What do its neighbors in the list share with it, and nothing at the other end has?"
            ),
            ENOUGH,
            ENDS,
        ),
        Task(
            "components",
            "Scroll to the map and color it by {colors}.",
            "If a color changes steadily from left to right, the first component goes together with it.",
            checks.colors_the_map,
            "Component 1 runs from left to right. The legend says which color means what.",
            Question(
                "Does the color change from left to right?",
                "A steady change is a hint at what the component is about. No change is one, too: it is about "
                "something else.",
                options=("Steadily", "A little", "Not that I see"),
            ),
            ".st-key-color",
            ".st-key-map",
        ),
        Task(
            "components",
            "Go back up and name an end of component 1 in your own words.",
            "The model has no words. A name is your reading and no finding, and all pages will use it.",
            checks.names_first_component,
            "From now on all pages call that end what you call it.",
            Question(
                "Would somebody else have given it the same name?",
                "Ask your neighbor. Where two people read the same without having spoken, there is something to it.",
                options=("Surely", "Perhaps", "Hardly"),
            ),
            '[class*="st-key-name_low_"]',
        ),
    ),
    needs=Action.NAME,
)

YOU = Mission(
    "you",
    "You on the map",
    "Rate a few {nouns}, and see the model make a picture of you.",
    "person_pin_circle",
    7,
    (
        Task(
            "for_you",
            "Open **For you** and rate {some}.",
            "No training is needed: the {nouns} stay where they are, and only your own row of numbers is looked for.",
            checks.rates_some,
            "The list beside your ratings has been guessed anew for you.",
            Question(
                "Would you like what comes first in the list?",
                "With so few ratings it is mostly what everybody likes. That changes as it learns more of you.",
                options=("Yes", "No", "I do not know it"),
            ),
            ".st-key-own_rating",
            ".st-key-own_guesses",
        ),
        Task(
            "for_you",
            "Go on until you have rated {many}. Watch yourself move on the map.",
            "Each rating pulls you a little less than the one before: the model becomes surer of you.",
            checks.rates_many,
            "The star is you, among all people. What you liked has pulled it, what you did not has pushed it.",
            Question(
                "Do you lie in the crowd, or at its edge?",
                "In the crowd your taste is everybody's. At the edge it is your own, or there are few like you here.",
                options=("In the crowd", "At its edge"),
            ),
            ".st-key-own_rating",
            ".st-key-own_plane",
        ),
        Task(
            "for_you",
            "Press **Why** beside one of the {nouns} it recommends, or choose one under *Why this score*, and read "
            "what its score is made of.",
            "A score is a sum. Each part of it can be read, and questioned.",
            checks.asks_why,
            "The sum begins at the average, and takes a step for you, one for the {noun}, and one for every taste.",
            Question(
                "Which step would you argue with?",
                "You may know better than any of them. A score without its parts can only be believed or not.",
                options=("The one for you", "The one for it", "One for a taste", "None"),
            ),
            ".st-key-own_guesses",
            ".st-key-own_waterfall_why",
        ),
    ),
)

NOISE = Mission(
    "noise",
    "One factor that is noise",
    "Find a factor where there is none, give it a name, and learn to tell before believing in a story about it.",
    "casino",
    7,
    (
        Task(
            "components",
            "Open **Components** and choose component 1 of *What it predicts*. If there is no such choice, train a "
            "model with the preset *{plain}*.",
            "The first picture says what it is worth on ratings that the model has not seen.",
            checks.opens_first_tested,
            "Each bar is a component, and as high as it helps to guess ratings that the model has not seen.",
            Question(
                "How many components earn their place?",
                "Keep that number in mind: the same test is about to look at nothing but chance.",
                "The sentence above the first picture says it: the first so many of all. None counts as 0.",
                facts.proven,
            ),
            NUMBER,
            PROOF,
        ),
        Task(
            "components",
            "Turn on *How would this look if nobody had taste?*, and train the models that it asks for.",
            "The same people, the same {nouns}, the same averages. Beyond them every rating is chance.",
            checks.looks_at_twin,
            "All that is on this page now was learned from ratings that were shuffled. It looks as before.",
            Question(
                "Do the {nouns} at the ends seem to have something in common?",
                "They have not: which ones stand there is chance. People find a story in any list.",
                options=("Yes", "A little", "No"),
            ),
            ".st-key-twin",
            ENDS,
        ),
        Task(
            "components",
            "Look at the {nouns} at both ends, and name an end as you would any other.",
            "They seem to tell a story too: people find one in any list.",
            checks.names_on_twin,
            "It has a name now, and looks as real as any.",
            Question(
                "How sure would you be of that name, had nobody told you?",
                "The list cannot tell. Something else has to.",
                options=("Sure", "Not so sure", "Not at all"),
            ),
            '[class*="st-key-name_low_"]',
        ),
        Task(
            "components",
            "Read the first picture: how many components earn their place here? Then turn the switch off again.",
            "What you named was nothing, and no list could have told you. Unseen ratings can: ask them first.",
            checks.leaves_twin,
            "This is the model again, with what its components are worth.",
            Question(
                "How many components earned their place without taste?",
                "One twin in twenty has a component that passes by luck. That is as far as chance gets.",
                "Turn the switch on once more: the sentence above the first picture says it. None counts as 0.",
                facts.proven_on_twin,
            ),
            PROOF,
        ),
    ),
)

MISSIONS = {
    mission.key: mission for mission in (FIRST_MODEL, OVERFITTING, FIRST_COMPONENT, NEIGHBORS, YOU, NOISE, WORDS)
}


def after(mission: Mission) -> Mission | None:
    """The mission that comes next; None after the last."""
    missions = list(MISSIONS.values())
    at = missions.index(mission) + 1
    return missions[at] if at < len(missions) else None
