"""The plays that a desk begins with. What they cost and how many accept are assumptions, until a campaign has measured them.

Cheap remedies first: a useful word, a listening ear, a mended fault; a discount is one play among them and comes last.
"""

from churn.actions.parting import PARTING
from churn.actions.play import Play, letter
from churn.wording import _

DEFAULTS: tuple[Play, ...] = (
    Play(
        "useful_note",
        _("Send something useful"),
        ("quiet", "contacts_fewer", "web_fewer", ""),
        ("felt unvalued",),
        "email",
        contact=1,
        offer=0,
        acceptance=0.03,
        script=_("{evidence}\nChoose one thing that helps this customer now: a tip, an answer, news of what they use.\nSend it by name."),
        message=letter(
            _(
                "I thought of you when I came across something that may help you with what you use from us:\n\n[one useful thing]\n\n"
                "Is there anything else that I can do for you? Just answer this message."
            )
        ),
    ),
    Play(
        "check_in",
        _("Call and ask how they are"),
        ("quiet", "orders_quiet", "contacts_fewer", "web_fewer", "orders_fewer", "orders_smaller", ""),
        ("felt unvalued", "poor communication"),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.1,
        script=_(
            "{evidence}\n"
            "Hello {contact_name}, this is {owner}. I sell nothing today: I want to hear how you are getting on with us.\n"
            "Listen. Ask: what works well? What is missing? When did we last do something that helped you?\n"
            "Say what you will do, and by when. Thank them for being with us."
        ),
        message=letter(
            _("we have not spoken for a while, and I would like to know how you are getting on. When may I call you for ten minutes?")
        ),
    ),
    Play(
        "settle_complaint",
        _("Settle the complaint and check the quality"),
        ("complaint_open", "complaints", "detractor"),
        ("dissatisfied (low quality)",),
        "phone",
        contact=8,
        offer=0,
        acceptance=0.2,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. Something went wrong on our side, and I want to put it right.\n"
            "Let them tell it whole. Repeat it in your own words. Apologise once, without an excuse.\n"
            "Say who mends it and by which day. Call again on that day, also if it is not yet mended."
        ),
        message=letter(
            _(
                "I am sorry for what went wrong. I have taken it on myself and will tell you by [day] what we have done.\n\n"
                "If there is anything else, please tell me."
            )
        ),
    ),
    Play(
        "agree_contact",
        _("Agree how and when we are in touch"),
        ("contacts_fewer",),
        ("poor communication",),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.12,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. You should never have to wait for us.\n"
            "Ask: how do you want to hear from us, how often, and who should call?\n"
            "Give your own number. Write down what was agreed and keep it."
        ),
        message=letter(
            _("we want to be easier to reach. How do you prefer to hear from us, and how often? From now on you can write to me directly.")
        ),
    ),
    Play(
        "meet_new_person",
        _("Meet the new person"),
        ("contact_changed",),
        ("new management or contact person left",),
        "visit",
        contact=25,
        offer=0,
        acceptance=0.2,
        script=_(
            "{evidence}\nHello {contact_name}, I am {owner} and look after you here. May I come by and introduce myself?\n"
            "Ask what is expected of them, and what they need from us for it.\n"
            "Show in one page what {name} uses and what it has brought. Agree the next date."
        ),
        message=letter(
            _(
                "welcome in your new role. I look after {name} on our side and would like to introduce myself. Would you have half an "
                "hour next week?"
            )
        ),
    ),
    Play(
        "find_decider",
        _("Ask who decides now"),
        ("contact_changed",),
        ("lost buying authority",),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.1,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. I hear that others decide about this now.\n"
            "Ask: who is it, and what matters to them? Would you introduce me?\n"
            "Give {contact_name} one page that they can hand on."
        ),
        message=_(
            "Dear {contact_name},\n\n"
            "I understand that somebody else now decides about working with us. Would you tell me who that is, or hand on this "
            "message?\n\nThank you, and kind regards\n{owner}"
        ),
    ),
    Play(
        "fit_to_needs",
        _("Fit what they have to what they need"),
        ("downgraded", "orders_smaller", "orders_fewer"),
        ("needs changed", "price"),
        "phone",
        contact=8,
        offer=0,
        acceptance=0.15,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. What has changed for you since you chose us?\n"
            "Go through what they use and what not. Suggest what fits, also where it is smaller and cheaper: no discount, only "
            "the right size.\nAsk whether it is really the price, or what they get for it."
        ),
        message=letter(
            _(
                "needs change. I would like to go through with you what you use and what you do not, so that you pay only for what "
                "helps you. When would suit you?"
            )
        ),
    ),
    Play(
        "ask_about_payment",
        _("Ask what is behind the late payment"),
        ("payments_late",),
        (),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.1,
        script=_(
            "{evidence}\n"
            "Hello {contact_name}, this is {owner}. I see that invoices stay open. Is something wrong with them, or with us?\n"
            "Listen for a complaint behind it. Offer another day of the month, or parts, where that helps.\nNo reproach."
        ),
        message=letter(
            _(
                "I see that some invoices are open. Is anything wrong with them, or would another day of payment suit you better? We "
                "will find a way."
            )
        ),
    ),
    Play(
        "keep_the_promise",
        _("Keep the promise, and say when"),
        ("promise_broken",),
        ("promise broken",),
        "phone",
        contact=8,
        offer=0,
        acceptance=0.2,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. We promised you something and did not keep it. I am sorry.\n"
            "Say what was promised, what happens now, and on which day it is done. Promise nothing that you cannot keep.\n"
            "Note the promise with its day, and call when it is kept."
        ),
        message=letter(
            _("we promised you [what] and have not kept it. I am sorry. It will be done by [day], and I will write to you then.")
        ),
    ),
    Play(
        "rebuild_trust",
        _("A manager calls in person"),
        ("detractor",),
        ("trust or respect lost", "felt unvalued"),
        "visit",
        contact=40,
        offer=0,
        acceptance=0.2,
        script=_(
            "{evidence}\nHello {contact_name}. I lead the team that looks after you, and I have come to listen.\n"
            "Let them tell what happened. Own it. Ask: what would have to happen for you to trust us again?\n"
            "Name one thing that changes this week, and one person who answers to you for it."
        ),
        message=letter(_("we have lost some of your trust, and that weighs with me. May I visit you and hear from you what happened?")),
    ),
    Play(
        "start_again",
        _("Ask what would help them start again"),
        ("paused", "no_order", "orders_quiet"),
        ("needs changed",),
        "phone",
        contact=5,
        offer=0,
        acceptance=0.08,
        script=_(
            "{evidence}\n"
            "Hello {contact_name}, this is {owner}. You have not needed us for a while. What has become of what you did with us?\n"
            "Ask whether they do it elsewhere, in another way, or not at all.\n"
            "Offer to set it up again for them: what they had is still here."
        ),
        message=letter(
            _(
                "you have not needed us for a while. All that you had with us is still here, and I will gladly help you to start "
                "again. What has changed for you?"
            )
        ),
    ),
    Play(
        "before_renewal",
        _("Look back together before the renewal"),
        ("renewal",),
        (),
        "phone",
        contact=8,
        offer=0,
        acceptance=0.1,
        script=_(
            "{evidence}\nHello {contact_name}, this is {owner}. Before your contract goes on, I want to look back with you.\n"
            "Say what they used and what it brought. Ask what should be otherwise next year.\n"
            "Ask plainly: do you want to go on with us?"
        ),
        message=letter(
            _(
                "your contract renews soon. Before that I would like to look back with you on what it brought, and hear what you wish "
                "for next. When may I call?"
            )
        ),
    ),
    *PARTING,
)
