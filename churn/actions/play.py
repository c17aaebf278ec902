"""One play: what it answers, what it costs, what to say."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

from churn.errors import ChurnError
from churn.money import Offer
from churn.stored import Json
from churn.wording import _, listing

Channel = Literal["phone", "email", "chat", "visit"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
FOLLOW_UP = (1, 2, 5, 14)
WORDS = ("name", "contact_name", "owner", "evidence")
MOST_WORDS = 4000
_BLANK = re.compile(r"{([^{}]*)}")


@dataclass(frozen=True)
class Play:
    """One thing to do. `signs` (keys of `SIGNS`) and `reasons` (as `measures` names them) are what it answers; ("",) for any.

    `contact` is what doing it costs, `offer` what it gives away where it is taken (0: it is no discount), both money. `acceptance` is the
    share of those about to leave who stay for it (0..1): an assumption until a campaign has measured it; 0: it is done because it is right
    and not to keep anybody. `script` and `message` are the words to say and to write, with {name}, {contact_name}, {owner} and {evidence}
    in them; `follow_up` the days after it to look again.
    """

    key: str
    title: str
    signs: tuple[str, ...]
    reasons: tuple[str, ...]
    channel: Channel
    contact: float
    offer: float
    acceptance: float
    script: str
    message: str
    follow_up: tuple[int, ...] = FOLLOW_UP

    def worth(self, value: float) -> Offer:
        """The same as an offer to a customer who is worth `value` (money) if kept; nobody is kept by what is not done to keep them, so
        that it then brings no more than it costs."""
        return Offer(value, self.offer, self.contact, self.acceptance) if self.acceptance else Offer(0.0, self.offer, self.contact, 1.0)

    def checked(self) -> Self:
        """This play, if it can be one. ChurnError says what cannot be, and of which play."""
        if not self.key or not self.title.strip():
            raise ChurnError(_("A play has no name. Give it one."))
        for what, amount in ((_("The cost"), self.contact), (_("The discount"), self.offer)):
            if not 0 <= amount < math.inf:
                raise ChurnError(_("{what} of {play} must be an amount from 0 up.").format(what=what, play=self.title))
        if not 0 <= self.acceptance <= 1:
            raise ChurnError(_("The share of {play} who stay must be from 0% to 100%.").format(play=self.title))
        if not self.acceptance and self.offer:
            raise ChurnError(_("{play} gives a discount and keeps nobody: set the share who stay, or no discount.").format(play=self.title))
        if self.channel not in CHANNELS:
            raise ChurnError(_("{play} needs a channel: {channels}.").format(play=self.title, channels=listing(CHANNELS)))
        if not all(1 <= day <= 365 for day in self.follow_up):
            raise ChurnError(_("The days of {play} to look again must be whole numbers from 1 to 365.").format(play=self.title))
        for words in (self.script, self.message):
            self._check_words(words)
        return self

    def _check_words(self, words: str) -> None:
        if len(words) > MOST_WORDS:
            raise ChurnError(_("The words of {play} are too long.").format(play=self.title))
        if unknown := [name for name in blanks(words) if name not in WORDS]:
            known = listing([f"{{{word}}}" for word in WORDS])
            raise ChurnError(
                _("The words of {play} name {unknown}, which the desk cannot fill in; it knows {known}.").format(
                    play=self.title, unknown=f"{{{unknown[0]}}}", known=known
                )
            )

    def as_json(self) -> dict[str, Json]:
        """In plain types, for the journal."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_json` gave."""
        fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
        return cls(**fields)


def letter(body: str) -> str:
    """A message with its greeting and its end."""
    return _("Dear {contact_name},\n\n{body}\n\nKind regards\n{owner}").replace("{body}", body)


def blanks(text: str) -> list[str]:
    """The names of the blanks in a text.

    >>> blanks("Hello {name}, this is {owner}.")
    ['name', 'owner']
    """
    return _BLANK.findall(text)


def filled(text: str, words: Mapping[str, str]) -> str:
    """`text` with its blanks filled in; a line that needs a word which is empty is left out whole.

    >>> filled("{evidence}\\nHello {name}!", {"name": "Ann", "evidence": ""})
    'Hello Ann!'
    """
    lines = [line for line in text.split("\n") if all(words.get(name) for name in blanks(line))]
    return "\n".join(_BLANK.sub(lambda blank: words[blank[1]], line) for line in lines)
