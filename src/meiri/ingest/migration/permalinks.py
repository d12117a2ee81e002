"""Addresses that other systems make of patterns: WordPress's settings of permalinks, rules of columns of 织梦."""

import re

_MARK = re.compile(r"%(\w+)%")


def filled_pattern(structure: str, date: str, number: str, name: str, column: str) -> str:
    """The path of a post by a structure as `/%year%/%monthnum%/%postname%/`; `date` is the site's own, `YYYY-MM-DD hh:mm:ss`."""
    values = {
        "year": date[:4],
        "monthnum": date[5:7],
        "day": date[8:10],
        "hour": date[11:13],
        "minute": date[14:16],
        "second": date[17:19],
        "post_id": number,
        "postname": name,
        "category": column,
    }
    return _MARK.sub(lambda mark: values.get(mark[1], mark[0]), structure)
