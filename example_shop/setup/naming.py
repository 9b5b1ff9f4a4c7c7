"""From the source's shorthand to names that a shop would print.

The source has no product names, only a type ("FRZN BAGGED VEGETABLES - PLAIN"), a size
and a manufacturer's number. The type is spelled out; each manufacturer's number gets a
made-up brand name, always the same one.
"""

import csv
import re
from functools import cache
from pathlib import Path

HOUSE_BRAND = "Fernhill"

# Types that say nothing without their category.
_VAGUE = re.compile(
    r"(?:(?:all|angus|blended|blends|choice|combo|cooked|economy|enhanced|entrees|"
    r"fresh|frozen|ham|items|juice|lean|mainstream|meat|misc|miscellaneous|assorted|mixed|"
    r"natural|other|patties|popular|poultry|premium|primal|prime|processed|regular|ribs|"
    r"seasonal|select|specialty|traditional|treats|turkey|value|variety)\b\W*)+",
    re.IGNORECASE,
)

_PROPER = re.compile(
    r"\b(french|italian|mexican|english|indian|japanese|oriental|canadian|australian|"
    r"spanish|irish|swiss|danish|greek|worcester|gala|fuji|granny smith|bbq|tv|dvds?)\b"
)

# The source cuts a type off after 30 letters: a last word of a few is no word.
_CUT_OFF_AT = 30
_CUT_WORD = re.compile(r"[\s/&-]+\w{1,3}$")

# Whole phrases that the word list cannot mend.
_PHRASES = (
    (re.compile(r"\((?:EX|EXC|EXCP|EXCPT|EXCE|EXCEPT)\b.*"), ""),  # "(EXCEPT ..."
    (re.compile(r"\((?:INCL|INCLUDING).*"), ""),
    (re.compile(r"\(BULK&BA?G?\)?.*"), ""),
    (re.compile(r"\((?:OVER|UNDER|\d+% ).*"), ""),
    (re.compile(r"\(42 UNDER.*"), ""),
    (re.compile(r"\(\d+\)"), ""),
    (re.compile(r"^BEERALE -NON.*"), "ALCOHOL-FREE BEER"),
    (re.compile(r"^CREAM CHEESE L$"), "CREAM CHEESE"),
    (re.compile(r"^CHIX:FRD 8PC/CUT UP.*"), "FRIED CHICKEN, 8 PIECES (HOT)"),
    (re.compile(r"\([^)]*$"), ""),  # a bracket that the source cut off
    (re.compile(r"\([A-Z]+[ -][A-Z]*/[^)]*\)"), ""),  # "(CAT CHOW/FRISKIES)"
    (re.compile(r" (?:CAN|BTL) CARB( INCL)?\b.*"), " "),
    (re.compile(r"\b(?:ALL|NOT MULTI-PACKS?|EXACT WT|ALL OTHER|ALL BRANDS)\s*$"), ""),
    (re.compile(r"\bNOT MULTI-PACKS\b"), ""),
    (re.compile(r"SOFT DRINKS (\S+?)(?:&\S+)?PK CAN\b.*"), r"SOFT DRINKS, CANS"),
    (re.compile(r"^SFT DRNK 2 LITER.*"), "SOFT DRINK, 2 LITRE"),
    (re.compile(r"^SFT DRNK SNGL SRV.*"), "SOFT DRINK, SINGLE"),
    (re.compile(r"^SFT DRNK MLT-PK.*"), "SOFT DRINKS, MULTI-PACK"),
    (re.compile(r"^(?:SOFT DRINKS|SFT DRNK) .*CAN CAR.*"), "SOFT DRINKS, CANS"),
    (re.compile(r"^DAIRY CASE 100% PURE JUICE.*"), "CHILLED PURE JUICE"),
    (re.compile(r"^DAIRY CASE JUICE DRNK.*"), "CHILLED JUICE DRINK"),
    (re.compile(r"^DAIRY CASE FRUIT DRINKS.*"), "CHILLED FRUIT DRINK"),
    (re.compile(r"^DAIRY CASE TEA WITH.*"), "CHILLED SWEET TEA"),
    (re.compile(r"^DAIRY CASE TEA NO.*"), "CHILLED UNSWEETENED TEA"),
    (re.compile(r"^DAIRY CASE CITRUS.*"), "CHILLED CITRUS PUNCH"),
    (re.compile(r"^FRZN SS PREMIUM ENTREES.*"), "FROZEN DINNER, PREMIUM"),
    (re.compile(r"^SS ECONOMY ENTREES.*"), "FROZEN DINNER, ECONOMY"),
    (re.compile(r"^FRZN MULTI SERVE ENTREES.*"), "FROZEN FAMILY DINNER"),
    (re.compile(r"^SGL SV/VEND MACH SNACKS.*"), "SNACK-SIZE CHIPS"),
    (re.compile(r"^NON-CR?BN?TD? DRNKING.*|^NON-CRBNTD.*"), "STILL MINERAL WATER"),
    (re.compile(r"^NON-CARB (?:WATER )?FLV.*"), "STILL FLAVOURED WATER"),
    (re.compile(r"^FLUID MILK WHITE ONLY"), "MILK"),
    (re.compile(r"^BEERALEMALT LIQUORS"), "BEER"),
    (re.compile(r"^SEMI-SOLID SALAD DRESSING.*"), "MAYONNAISE"),
    (re.compile(r"^CANDY BARS \(SINGLES\)"), "CANDY BAR"),
    (re.compile(r"^CANDY BARS \(MULTI PACK\)"), "CANDY BARS, MULTI-PACK"),
    (re.compile(r"^BUTTER SPRAY CRACKER"), "BUTTER CRACKERS"),
    (re.compile(r"^PREP FD: "), ""),
    (re.compile(r"^SV BEV: ?BEV/JUICE.*"), "FRUIT JUICE"),
    (re.compile(r"^SV BEV: ?"), ""),
    (re.compile(r"^CHIX: ?VALUE ADDED"), "READY-TO-EAT CHICKEN"),
    (re.compile(r"-CHUB$"), ""),
    (re.compile(r"^SW GDS: ?"), ""),
    (re.compile(r"^(MEAT|CHEESE|CHIX|SAL|CAKES|ROLLS|PIES|COOKIES|BREAD): ?"), ""),
    (re.compile(r"^(FITNESS&DIET|SEAFOOD-FRZ|SEAFOOD-FRE|SEAFOOD-MISC) ?- ?"), ""),
    (re.compile(r"^([A-Z ]+)-MAGAZINE$"), r"\1 MAGAZINE"),
    (re.compile(r"WOMEN S\b"), "WOMEN'S"),
    (re.compile(r"CHILDREN S\b"), "CHILDREN'S"),
    (re.compile(r"^PIZZA/(\w+)$"), r"\1 PIZZA"),
    (re.compile(r"^(?:FEM\. )?HYGN\.? ?|^FEM\. HYGN\. ?"), "SANITARY "),
    (re.compile(r"CHOCOCLATE"), "CHOCOLATE"),
    (re.compile(r"-\s*VALUE A$|- PREPACK$"), ""),
    (re.compile(r" - (?:PLAIN|OTHER)$|[, ]+BULK$"), ""),
    (re.compile(r"\bMISC\. ?"), "MISC "),
    (re.compile(r" - |(?<=\w)-(?=NON\b|CHOCOLATE)"), ", "),
    (re.compile(r"\bW/"), "WITH "),
)
_SIZE_UNITS = {
    "OZ": "oz", "FZ": "fl oz", "LB": "lb", "LBS": "lb", "CT": "pieces", "ML": "ml",
    "L": "l", "LT": "l", "LTR": "l", "GAL": "gal", "GA": "gal", "PK": "pack",
    "PT": "pt", "QT": "qt", "IN": "in", "G": "g", "DZ": "dozen", "SQ FT": "sq ft",
    "FL OZ": "fl oz", "GM": "g", "PC": "pieces", "STEM": "stems", "LOAD": "loads",
    "LOADS": "loads", "LD": "loads", "FT": "ft", "YD": "yd", "RL": "rolls",
    "ROLL": "rolls",
}  # fmt: skip
_SIZE = re.compile(
    r"(?:(?P<packs>\d+)\s*(?:PK)?[/-](?!\d+ (?:GAL|IN)\b))?"
    r"(?P<amount>(?:\d+ )?\d/\d|\d*\.\d+|\d+)\s*"
    r"(?P<unit>{})\b".format("|".join(sorted(_SIZE_UNITS, key=len, reverse=True)))
)


@cache
def _words() -> dict[str, str]:
    return {row["shorthand"]: row["word"] for row in _rows("words.csv")}


@cache
def _brands() -> tuple[list[str], list[str]]:
    rows = _rows("brands.csv")
    return (
        [row["first"] for row in rows if row["first"]],
        [row["second"] for row in rows if row["second"]],
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(newline="") as file:
        return list(csv.DictReader(file))


def brand_name(manufacturer_id: int, *, is_private: bool) -> str:
    """Return the made-up brand of a manufacturer; the house brand for own labels."""
    if is_private:
        return HOUSE_BRAND
    firsts, seconds = _brands()
    first = firsts[manufacturer_id % len(firsts)]
    second = seconds[manufacturer_id // len(firsts) % len(seconds)]
    return f"{first} {second}"


def spelled_out(shorthand: str) -> str:
    """Return a label as words: "FRZN BRD FILLETS" -> "Frozen breaded fillets"."""
    text = shorthand.upper().strip()
    if len(text) >= _CUT_OFF_AT:
        text = _CUT_WORD.sub("", text)
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text).strip(" -:&/,")
    text = re.sub(r"\s*[&/]\s*", " & ", text).replace(":", ",")
    words = [_words().get(word.lower(), word.lower()) for word in re.split(r" +", text)]
    sentence = re.sub(r"\s+([,)])", r"\1", " ".join(filter(None, words)))
    sentence = re.sub(r"\s+", " ", sentence).strip(" -,&")
    sentence = _PROPER.sub(lambda word: word.group().title(), sentence)
    return sentence[:1].upper() + sentence[1:]


def product_name(product_type: str, category: str) -> str:
    """Return a product's name; a vague type is completed by its category."""
    name = spelled_out(product_type)
    if not name:
        return category
    if _VAGUE.fullmatch(name):
        qualifier = re.sub(r"\b(assorted|misc)\b", "", name, flags=re.IGNORECASE)
        return f"{category}, {qualifier.lower().strip()}".strip(" ,")
    return name


def size_label(package_size: str, *, is_produce: bool = False) -> str:
    """Return a package size as printed on a tile: "6 PK/4 OZ" -> "6 × 4 oz".

    Nothing for what is no package: an article number, or the wholesale case ("40 LB")
    that the source gives for loose fruit and vegetables.
    """
    size = _SIZE.search(package_size.upper())
    if size is None:
        return ""
    amount = size["amount"]
    number = int(amount) if amount.isdecimal() else 0
    if number > 2000 or (is_produce and number > 8 and size["unit"] != "OZ"):
        return ""
    packs = f"{size['packs']} × " if size["packs"] else ""
    return f"{packs}{amount} {_SIZE_UNITS[size['unit']]}"
