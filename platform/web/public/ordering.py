"""Random order of options, questions and pages: the same for one visitor, with or without a script.

The order is drawn from who looks at the page: the link, his network and his browser. So it stays when the page is
opened again or comes back with faults, and nothing has to be remembered. A preview shows the builder's own order.
"""

import hashlib

from flask import request

from formloom.platform.web.public.visits import Visit

ORDER_INPUT = "_order"


def seed_of(visit: Visit, kept: str = "") -> str:
    """Return the seed of a visitor; `kept` is the one that a page brought back."""
    if len(kept) == 16 and kept.isalnum():
        return kept
    browser = request.user_agent.string[:300]
    return hashlib.sha256(f"{visit.secret}:{visit.link.token}:{visit.network}:{browser}".encode()).hexdigest()[:16]
