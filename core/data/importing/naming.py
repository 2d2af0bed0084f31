"""What the usual names of columns say: which role a column has, and what is rated."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from core.data.importing.request import Role

# The usual names, compared without case, spaces and punctuation; an earlier one wins over a later.
_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        "user": (
            "userid uid user users userno usernumber userkey useridentifier reviewerid customerid memberid "
            "accountid visitorid profileid personid raterid readerid listenerid playerid authorid customer "
            "reviewer member rater person visitor account profile reader listener player username "
            "reviewername profilename respondent"
        ),
        "item": (
            "itemid movieid filmid bookid isbn gameid productid asin parentasin songid trackid artistid "
            "albumid animeid restaurantid businessid recipeid jokeid courseid beerid wineid showid seriesid "
            "videoid articleid storyid podcastid venueid hotelid placeid locationid appid iid item movie film book "
            "game product song track artist album anime restaurant business recipe joke course beer wine show "
            "series video article podcast venue hotel place app itemname moviename movietitle booktitle "
            "gametitle"
        ),
        "rating": (
            "myrating myscore rating ratings score stars star overall userrating userscore reviewscore reviewrating "
            "bookrating movierating ratingvalue value preference grade mark vote votes like liked thumbs "
            "thumb feedback playcount points reviewoverall plays listens listencount scrobbles hours hoursplayed "
            "playtime count counts quantity checkins visits weight"
        ),
        "timestamp": (
            "timestamp time unixtimestamp unixreviewtime reviewtime ratedat ratingtime ratingtimestamp "
            "createdat created datetime date reviewdate ratingdate ts datecreated updatedat tstamp checkintime"
        ),
        "title": (
            "title itemtitle movietitle booktitle gametitle name itemname moviename productname gamename "
            "songname trackname artistname animename recipename primarytitle originaltitle label"
        ),
        "genres": (
            "genres genre genreslist tags tag categories category listedin subjects topics styles style keywords type"
        ),
        "year": (
            "year releaseyear yearofpublication publicationyear originalpublicationyear startyear "
            "yearpublished releasedate publicationdate published released date"
        ),
    }
)
RANK = {role: {name: rank for rank, name in enumerate(names.split())} for role, names in _NAMES.items()}
_SIDES: tuple[Role, ...] = ("user", "item", "title")
_OTHER_NAMES = {
    "movie": "film", "book": "isbn", "product": "asin", "song": "track", "restaurant": "business", "show": "series",
    "article": "story", "place": "venue",
}  # fmt: skip
_NOUNS = (
    "movie", "book", "game", "product", "song", "artist", "album", "anime", "restaurant", "recipe", "joke", "course",
    "beer", "wine", "show", "video", "article", "podcast", "hotel", "place", "app",
)  # fmt: skip

OF_A_PERSON = ("name", "yourname", "fullname", "firstname", "email", "emailaddress", "student", "participant", "id")
"""Other names of the column that names the rows of a wide table."""


def guess(columns: Sequence[str], role: Role) -> str | None:
    """The column whose name fits a role best; None where none does."""
    rank = RANK[role]
    fitting = [column for column in columns if plain(column) in rank]
    return min(fitting, key=lambda column: rank[plain(column)], default=None)


def noun(item_column: str) -> str:
    """What is rated, read from the name of the item column; "item" where it does not say."""
    letters = plain(item_column)
    return next((noun for noun in _NOUNS if letters.startswith((noun, _OTHER_NAMES.get(noun, noun)))), "item")


def names_rows(column: str) -> bool:
    """Whether a name is usual for a column of people or of things."""
    letters = plain(column)
    return letters in OF_A_PERSON or any(letters in RANK[role] for role in _SIDES)


def plain(column: str) -> str:
    """A name as names are compared: lower case, letters and digits."""
    return re.sub(r"[^a-z0-9]", "", column.lower())
