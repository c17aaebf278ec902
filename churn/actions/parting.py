"""The plays that a desk begins with for those who say that they leave: why, what they would lose, how to part well, and a discount last."""

from churn.actions.play import Play, letter
from churn.measures.reasons import NOT_STATED
from churn.wording import _

OTHER = "other"

# Keys of plays that others name.
EASE, CONDOLENCE, DISCOUNT, ASK_WHY = "ease_leaving", "condolence", "discount", "ask_why"

PARTING: tuple[Play, ...] = (
    Play(
        "compare_fairly",
        _("Compare fairly with the other offer"),
        (),
        ("competitor",),
        "phone",
        contact=8,
        offer=0,
        acceptance=0.1,
        script=_(
            "{evidence}\n"
            "Hello {contact_name}, this is {owner}. You look at another offer. May I ask which, and what it does better?\n"
            "Say what they would lose by leaving. Admit what the other does better. Say nothing bad of anybody.\n"
            "Note the competitor's name and what was better."
        ),
        message=letter(
            _(
                "I hear that you look at another offer. If you tell me what matters to you in it, I will tell you honestly what we "
                "can do and what we cannot."
            )
        ),
    ),
    Play(
        "ask_what_friends_get",
        _("Ask what is better where their friend is"),
        (),
        ("friend or relative elsewhere",),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.05,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. I understand that somebody close to you is with another firm.\n"
            "Ask what they like about it. Do not argue against a friend.\nLeave the door open: they can come back at any time."
        ),
        message=letter(
            _(
                "I understand that somebody close to you is with another firm. I would like to learn what they like there. You are "
                "welcome with us at any time."
            )
        ),
    ),
    Play(
        ASK_WHY,
        _("Find out why"),
        ("notice", "exit_answer"),
        (OTHER, NOT_STATED),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.15,
        script=_(
            "{evidence}\n"
            "Hello {contact_name}, this is {owner}. You think of leaving, and I want to understand why. I will not hold you.\n"
            "Ask: what was the last straw? What came before it? Do not assume that it is the price.\n"
            "Say what they would lose by leaving, once. If they stay with their decision, make it easy."
        ),
        message=_(
            "Dear {contact_name},\n\n"
            "I understand that you think of leaving. Would you tell me why? One sentence helps us. If you want to leave, I will "
            "see to it that it is easy.\n\nThank you for your time with us\n{owner}"
        ),
    ),
    Play(
        EASE,
        _("Make leaving easy and say thank you"),
        (),
        ("moved or stopped of own accord",),
        "phone",
        contact=3,
        offer=0,
        acceptance=0.03,
        script=_(
            "Hello {contact_name}, this is {owner}. You need nothing more from us, and that is all right.\n"
            "Ask whether we can serve them where they are now. If not: say on which day it ends and what they need to do, nothing "
            "more.\nSay what becomes of their data. Say thank you."
        ),
        message=letter(
            _(
                "thank you for the time with us. Your contract ends on [day]; you need to do nothing more. If we can ever be of use "
                "again, you are welcome."
            )
        ),
    ),
    Play(
        CONDOLENCE,
        _("Condole, and ask nothing"),
        (),
        ("died",),
        "email",
        contact=2,
        offer=0,
        acceptance=0,
        script=_(
            "Write, do not call. Condole in one sentence. Sell nothing, ask nothing, send nothing more to this customer.\n"
            "End the contract yourself, waive any notice, and name one person who answers the family's questions."
        ),
        message=_(
            "We are sorry for your loss.\n\n"
            "You need to do nothing: we have ended the contract and will send no more messages. If you have a question, please "
            "write to me.\n\nWith sympathy\n{owner}"
        ),
        follow_up=(),
    ),
    Play(
        DISCOUNT,
        _("Offer a discount"),
        ("notice", "exit_answer", "downgraded", "renewal"),
        ("price", "competitor"),
        "phone",
        contact=5,
        offer=20,
        acceptance=0.3,
        script=_(
            "{evidence}\nOnly when the cheaper remedies did not answer it.\n"
            "Hello {contact_name}, this is {owner}. We want to keep you and can meet you on the price this once.\n"
            "Name the amount, until when it holds, and what it is for. Ask whether that settles it."
        ),
        message=letter(_("we would like to keep you. I can offer you [amount] off, until [day]. Tell me whether that helps.")),
    ),
)
