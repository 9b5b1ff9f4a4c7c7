"""From the source's shorthand to names that a shop would print.

The source has no product names, only a type ("FRZN BAGGED VEGETABLES - PLAIN"), a size
and a manufacturer's number. The type is spelled out; each manufacturer's number gets a
made-up brand name, always the same one.
"""

import re

HOUSE_BRAND = "Fernhill"

_FIRST = [
    "Alder",
    "Amber",
    "Anchor",
    "Apple",
    "Aspen",
    "Bay",
    "Beacon",
    "Birch",
    "Bluebell",
    "Bramble",
    "Bright",
    "Brook",
    "Cedar",
    "Cherry",
    "Clover",
    "Copper",
    "Coral",
    "Cove",
    "Crown",
    "Daisy",
    "Dawn",
    "Dell",
    "Dune",
    "Eagle",
    "Elder",
    "Elm",
    "Ember",
    "Fable",
    "Falcon",
    "Field",
    "Finch",
    "Flint",
    "Forest",
    "Fox",
    "Garden",
    "Gold",
    "Grove",
    "Harbor",
    "Harvest",
    "Hawthorn",
    "Hazel",
    "Heather",
    "Heron",
    "Holly",
    "Honey",
    "Iris",
    "Ivy",
    "Jasper",
    "Juniper",
    "Kettle",
    "Lake",
    "Lark",
    "Laurel",
    "Lilac",
    "Lily",
    "Linden",
    "Lotus",
    "Maple",
    "Marigold",
    "Meadow",
    "Mill",
    "Mint",
    "Moon",
    "Moss",
    "North",
    "Oak",
    "Olive",
    "Orchard",
    "Otter",
    "Pearl",
    "Pebble",
    "Pine",
    "Plum",
    "Poppy",
    "Prairie",
    "Quail",
    "Quince",
    "Raven",
    "Ridge",
    "River",
    "Robin",
    "Rosemary",
    "Rowan",
    "Saffron",
    "Sage",
    "Sparrow",
    "Spring",
    "Summit",
    "Sunny",
    "Thistle",
    "Thyme",
    "Valley",
    "Violet",
    "Walnut",
    "Willow",
    "Winter",
]
_SECOND = [
    "& Sons",
    "& Co.",
    "& Daughters",
    "Acre",
    "Barn",
    "Bend",
    "Bridge",
    "Brothers",
    "Cellar",
    "Choice",
    "Coast",
    "Common",
    "Corner",
    "Cottage",
    "Creek",
    "Crest",
    "Day",
    "Dale",
    "Drift",
    "Estate",
    "Falls",
    "Farm",
    "Fields",
    "Folk",
    "Ford",
    "Gate",
    "Glen",
    "Green",
    "Hall",
    "Haven",
    "Heart",
    "Heath",
    "Hill",
    "Hollow",
    "House",
    "Island",
    "Junction",
    "Kitchen",
    "Landing",
    "Lane",
    "Larder",
    "Ledge",
    "Lodge",
    "Makers",
    "Market",
    "Mark",
    "Park",
    "Pantry",
    "Path",
    "Place",
    "Point",
    "Press",
    "Quarter",
    "Road",
    "Row",
    "Shore",
    "Sisters",
    "Stead",
    "Stone",
    "Street",
    "Table",
    "Trail",
    "Tree",
    "View",
    "Village",
    "Walk",
    "Well",
    "Wharf",
    "Wood",
    "Works",
    "Yard",
]

# Types that say nothing without their category.
_VAGUE = set(
    [
        "premium",
        "traditional",
        "mainstream",
        "economy",
        "value",
        "lean",
        "primal",
        "choice",
        "select",
        "blends",
        "enhanced",
        "miscellaneous",
        "misc",
        "other",
        "regular",
        "fresh",
        "frozen",
        "seasonal",
        "angus",
        "entrees",
        "specialty",
        "popular",
        "poultry",
        "patties",
        "ribs",
        "combo",
        "blended",
        "juice",
        "variety",
        "prime",
        "ham",
        "cooked",
        "mixed",
        "bulk",
        "treats",
        "all",
        "items",
        "natural",
    ]
)

_WORDS = {
    "acc": "accessories", "addtves": "additives", "altern": "alternatives",
    "appl": "appliances", "bev": "beverages", "bf": "beef", "bkd": "baked",
    "bkfst": "breakfast", "bn": "beans", "br": "bread", "brd": "breaded",
    "brkfst": "breakfast", "btl": "bottles", "can": "canned", "carb": "carbonated",
    "catfd": "cat food", "catsup": "ketchup", "chick": "chicken", "chix": "chicken",
    "choc": "chocolate", "chococlate": "chocolate", "cleang": "cleaning",
    "cnd": "canned", "coff": "coffee", "conc": "concentrate", "crbntd": "carbonated",
    "crmd": "creamed", "crystl": "crystal", "ctlry": "cutlery", "dan": "Danish",
    "dnr": "dinner", "dnrs": "dinners", "dogfd": "dog food", "drnk": "drink",
    "drnking": "drinking", "drnkng": "drinking", "drnks": "drinks", "fd": "food",
    "fem": "feminine", "flvr": "flavour", "flvrd": "flavoured", "frd": "fried",
    "frz": "frozen", "frzn": "frozen", "fs": "French style", "gds": "goods",
    "grnd": "ground", "hygn": "hygiene", "incl": "including", "ingrdnts": "ingredients",
    "iqf": "individually frozen", "iws": "wrapped", "jce": "juice",
    "mayo": "mayonnaise", "may": "mayonnaise", "malted": "malted", "misc": "assorted",
    "miscellaneous": "assorted", "mlk": "milk", "mlt": "multi", "mnral": "mineral",
    "mneral": "mineral", "mr": "mineral", "mxs": "mixes", "nt": "not",
    "orng": "orange", "oj": "orange juice", "persnl": "personal", "pk": "pack",
    "pkg": "packaged", "pkgd": "packaged", "plstc": "plastic", "pnch": "punch",
    "pnt": "peanut", "ppk": "pre-packed", "prep": "prepared", "prepreportnd":
    "pre-portioned", "prpck": "pre-packed", "prod": "produce", "prslc": "pre-sliced",
    "presl": "pre-sliced", "presl'd": "pre-sliced", "prtn": "portion", "pwdr": "powder",
    "pwdrs": "powders", "refrgratd": "chilled", "refrig": "chilled",
    "refrigerated": "chilled", "rts": "ready-to-serve", "rw": "by weight",
    "sal": "salad", "saus": "sausage", "sect": "sections", "seafd": "seafood",
    "sft": "soft", "sgl": "single", "sngl": "single", "specilaty": "speciality",
    "spcl": "special", "srv": "serve", "ss": "single-serve", "sup": "super",
    "stk": "stick", "sv": "serve", "sw": "sweet", "swin": "swimming",
    "swt": "sweet", "syrp": "syrup", "tort": "tortilla", "vac": "vacuum", "veg":
    "vegetable", "vend": "vending", "whl": "whole", "whlsm": "wholesome",
    "worchester": "Worcester", "wt": "weight", "xpctrnt": "expectorant", "lozng":
    "lozenge", "drp": "drops", "beeralemalt": "beer, ale & malt",
    "saucesalsapicantee": "sauce & salsa", "saucessalsapicantee": "sauces & salsa",
    "ctlrytblclthstthpksst": "cutlery & tablecloths", "port": "portion",
    "handke": "handkerchiefs", "ba": "bags", "ta": "", "in": "in",
}  # fmt: skip

_PROPER = re.compile(
    r"\b(french|italian|mexican|english|indian|japanese|oriental|canadian|australian|"
    r"spanish|irish|swiss|danish|greek|worcester|gala|fuji|granny smith|bbq|tv|dvds?)\b"
)

# Whole phrases that the word list cannot mend.
_PHRASES = (
    (re.compile(r"\((?:EX|EXC|EXCP|EXCPT|EXCE|EXCEPT)\b.*"), ""),  # "(EXCEPT ..."
    (re.compile(r"\((?:INCL|INCLUDING).*"), ""),
    (re.compile(r"\(BULK&BA?G?\)?.*"), ""),
    (re.compile(r"\((?:OVER|UNDER|\d+% ).*"), ""),
    (re.compile(r"\(42 UNDER.*"), ""),
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
    "OZ": "oz", "FZ": "fl oz", "LB": "lb", "CT": "pieces", "ML": "ml", "L": "l",
    "LT": "l", "GAL": "gal", "GA": "gal", "PK": "pack", "PT": "pt", "QT": "qt",
    "IN": "in", "G": "g", "CTN": "carton", "CAN": "can", "BTL": "bottle", "EA": "each",
    "SQ": "sq", "FT": "ft", "YD": "yd", "LBS": "lb", "RL": "rolls", "ROLL": "roll",
}  # fmt: skip


def brand_name(manufacturer_id: int, *, is_private: bool) -> str:
    """Return the made-up brand of a manufacturer; the house brand for own labels."""
    if is_private:
        return HOUSE_BRAND
    first = _FIRST[manufacturer_id % len(_FIRST)]
    second = _SECOND[manufacturer_id // len(_FIRST) % len(_SECOND)]
    return f"{first} {second}"


def spelled_out(shorthand: str) -> str:
    """Return a source label as words: "FRZN BRD FILLETS" -> "Frozen breaded fillets"."""
    text = shorthand.upper().strip()
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text).strip(" -:&/,")
    text = re.sub(r"\s*[&/]\s*", " & ", text).replace(":", ",")
    words = [_WORDS.get(word.lower(), word.lower()) for word in re.split(r" +", text)]
    sentence = re.sub(r"\s+([,)])", r"\1", " ".join(filter(None, words)))
    sentence = re.sub(r"\s+", " ", sentence).strip(" -,&")
    sentence = _PROPER.sub(lambda word: word.group().title(), sentence)
    return sentence[:1].upper() + sentence[1:]


def product_name(product_type: str, category: str) -> str:
    """Return a product's name; a vague type is completed by its category."""
    name = spelled_out(product_type)
    words = set(re.findall(r"[a-z]+", name.lower()))
    if not words:
        return category
    if words <= _VAGUE:
        qualifier = re.sub(r"\b(assorted|misc)\b", "", name, flags=re.IGNORECASE)
        return f"{category}, {qualifier.lower()}".strip(" ,")
    return name


def size_label(package_size: str, *, is_produce: bool = False) -> str:
    """Return a package size as printed on a tile: "1/2 GAL" -> "1/2 gal".

    Nothing for what is no package: an article number, or the wholesale case ("40 LB")
    that the source gives for loose fruit and vegetables.
    """
    words = package_size.upper().replace("(", " (").split()
    number = re.search(r"\d+", package_size)
    amount = int(number.group()) if number else 0
    if (
        not number
        or amount > 2000
        or (is_produce and amount > 10 and "OZ" not in words)
    ):
        return ""
    return " ".join(_SIZE_UNITS.get(word, word.lower()) for word in words)[:40]
