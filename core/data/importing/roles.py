"""What a column holds, told by its name; and what the data is about."""

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
            "videoid articleid storyid podcastid venueid hotelid placeid appid iid item movie film book game "
            "product song track artist album anime restaurant business recipe joke course beer wine show "
            "series video article podcast venue hotel place app itemname moviename movietitle booktitle "
            "gametitle"
        ),
        "rating": (
            "rating ratings score stars star overall userrating userscore reviewscore reviewrating "
            "bookrating movierating ratingvalue value preference grade mark vote votes like liked thumbs "
            "thumb feedback playcount points reviewoverall"
        ),
        "timestamp": (
            "timestamp time unixtimestamp unixreviewtime reviewtime ratedat ratingtime ratingtimestamp "
            "createdat created datetime date reviewdate ratingdate ts datecreated updatedat tstamp"
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
_RANK = {role: {name: rank for rank, name in enumerate(names.split())} for role, names in _NAMES.items()}
_NOUNS = {
    "movie": "movie film",
    "book": "book isbn",
    "game": "game",
    "product": "product asin",
    "song": "song track",
    "artist": "artist",
    "album": "album",
    "anime": "anime",
    "restaurant": "restaurant business",
    "recipe": "recipe",
    "joke": "joke",
    "course": "course",
    "beer": "beer",
    "wine": "wine",
    "show": "show series",
    "video": "video",
    "article": "article story",
    "podcast": "podcast",
    "hotel": "hotel",
    "place": "place venue",
    "app": "app",
}


def guess(columns: Sequence[str], role: Role) -> str | None:
    """The column whose name fits a role best; None where none does."""
    rank = _RANK[role]
    fitting = [column for column in columns if _plain(column) in rank]
    return min(fitting, key=lambda column: rank[_plain(column)], default=None)


def guess_item_key(columns: Sequence[str], rating_item: str | None) -> str | None:
    """The column of an item table that names the item: as in the rating table, else by its name, else "id"."""
    same = next((column for column in columns if rating_item and _plain(column) == _plain(rating_item)), None)
    found = same or guess(columns, "item")
    return found or next((column for column in columns if _plain(column) in ("id", "index", "key", "no")), None)


def noun(item_column: str) -> str:
    """What is rated, read from the name of the item column; "item" where it does not say."""
    plain = _plain(item_column)
    return next(
        (noun for noun, words in _NOUNS.items() if any(plain.startswith(word) for word in words.split())), "item"
    )


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())
