"""The words of the sample firm: invented company and people names, and what customers write when asked."""

from itertools import product

import numpy as np
import numpy.typing as npt

_PLACES = (
    "Alder Amber Ashfield Beacon Birchwood Bluewater Bramble Brightside Cedar Clearwater Cobalt Copperfield Cornerstone Crestline "
    "Driftwood Eastgate Elmhurst Evergreen Fairview Falcon Fernhill Foxglove Glenmoor Goldcrest Granite Greenway Harbour Hawthorn "
    "Hazel Highfield Hillside Ironbridge Juniper Kestrel Kingfisher Lakeside Larkfield Linden Longmeadow Maple Marigold Meadow "
    "Millstone Moorland Northgate Oakwood Orchard Pinecrest Nightingale Oldbridge Pebble Poplar Primrose Quayside Ravenswood Rosewood "
    "Sandstone Seaview Skylark Springfield Starling Sycamore Tanglewood Underhill Valley Vineyard Waterford Whitestone Quarry Redwood "
    "Riverside Rowan Saffron Silverdale Southgate Stonebridge Summit Thornbury Tideway Westbrook Willow Wrenfield"
).split()
_TRADES = (
    "Bakery Books Builders Cabinets Catering Ceramics Clinic Coffee Consulting Couriers Dairy Dental Design Electrics Fabrics Farms "
    "Fitness Flooring Foods Freight Furniture Garages Gardens Glass Hotels Instruments Joinery Kitchens Legal Lighting Logistics "
    "Media Motors Optics Paints Paper Pharmacy Plastics Plumbing Press Roofing Schools Security Software Sports Stationers Studios "
    "Tailors Textiles Tools Toys Travel Veterinary Wines"
).split()
_FIRST = (
    "Ada Alan Amir Anna Boris Carla Chen Clara Daniel Diana Elena Emil Fatima Felix Grace Hana Hugo Ines Ivan Jonas Julia Karim Laura "
    "Leo Lina Marco Maria Mina Nadia Nina Noah Olga Omar Paula Peter Priya Rosa Sam Sara Simon Sofia Tariq Tess Thomas Vera Victor "
    "Yara Zoe"
).split()
_LAST = (
    "Adler Baker Berg Blake Bond Carter Costa Cruz Dahl Ellis Evans Fischer Ford Garcia Grant Hale Hart Hughes Ito Jansen Keller Khan "
    "Lang Lee Lopez Marsh Meyer Moreau Nolan Novak Okoye Park Patel Quinn Reed Rossi Saar Sharma Silva Stone Tanaka Torres Vance "
    "Wagner Walsh Weber Young Zeller"
).split()

COMPANIES = np.array([f"{place} {trade}" for place, trade in product(_PLACES, _TRADES)])
PEOPLE = np.array([f"{first} {last}" for first, last in product(_FIRST, _LAST)])

_EXIT_COMMENTS = {
    "felt unvalued": (
        "Nobody had called us in months.",
        "We felt like a number.",
        "You only wrote when an invoice was due.",
        "New customers get a better deal than we do.",
        "Our questions went round in circles.",
        "No one seemed to notice that we had stopped using it.",
        "I had to explain our account from the start every time.",
    ),
    "dissatisfied (low quality)": (
        "The same fault came back three times.",
        "It was down on our busiest day.",
        "Quality is not what it was when we signed.",
        "Complaints were closed without being solved.",
        "The reports were wrong too often.",
    ),
    "competitor": (
        "Another supplier offered more for less.",
        "We have moved to a rival.",
        "A competitor includes what you charge extra for.",
    ),
    "friend or relative elsewhere": (
        "My brother runs a similar service.",
        "A friend of the owner does this for us now.",
        "We went with someone we know.",
    ),
    "moved or stopped of own accord": ("We are closing the shop.", "We moved abroad.", "The project is finished, thank you."),
    "died": ("The owner has died and the family will not go on.", "The owner passed away this spring."),
    "price": ("Too dear for what we use.", "The last price rise was one too many."),
    "promise broken": ("The visit we were promised never came.", "We are still waiting for the credit note."),
    "new management or contact person left": ("The new director brought their own supplier.", "The colleague who chose you has left."),
    "not stated": ("We would rather not say.",),
}
_NPS_COMMENTS = {
    "detractor": ("Slow answers.", "Too many faults lately.", "We hear from you far too little.", "Support keeps changing people."),
    "passive": ("Does the job.", "Fine on the whole.", "Good, but not cheap.", "Could be easier to use."),
    "promoter": ("Always helpful.", "Our rep knows our business.", "Saves us a day a week.", "Would recommend any time."),
}
_CLOSING = ("", "", "", "Please close the account.", "Otherwise it was fine.", "Sorry to go.")


def exit_comment(rng: np.random.Generator, reason: str) -> str:
    """A short comment that fits a stated `reason`, made of one to three sentences."""
    sentences = _EXIT_COMMENTS[reason]
    chosen = rng.permutation(len(sentences))[: rng.integers(1, 3)]
    return " ".join([*(sentences[i] for i in chosen), _CLOSING[rng.integers(len(_CLOSING))]]).strip()


def nps_comments(rng: np.random.Generator, scores: npt.NDArray[np.int64]) -> list[str]:
    """A comment for every seventh or so of the NPS `scores` (0 to 10), and an empty one for the rest."""
    bands = np.where(scores <= 6, "detractor", np.where(scores <= 8, "passive", "promoter"))
    writes = rng.random(len(scores)) < 0.15
    return [str(rng.choice(_NPS_COMMENTS[band])) if comments else "" for band, comments in zip(bands, writes, strict=True)]
