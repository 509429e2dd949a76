"""Joining two customers who turned out to be one."""

from datetime import datetime

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.customers.queries import identities, timelines
from formloom.platform.customers.queries.timelines import CustomerRow
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork

SAME = {"zh-CN": "这是同一位客户", "en": "This is the same customer already"}


@requires(Act.CUSTOMER_MERGE)
def merge(uow: UnitOfWork, actor: Actor, customer_id: str, into: str, *, now: datetime) -> str:
    """Give everything of one customer to another and return the other's id; the first id leads there from now on.

    Raises NotFound, Invalid when both are one already.
    """
    source, target = _existing(uow, customer_id), _existing(uow, into)
    if source.id == target.id:
        raise Invalid(findings=[Finding("same_customer", SAME, field="into")])
    identities.merge(uow, source.id, target.id)
    identities.see(uow, [(target.id, source.name, now)])
    audit.note(uow, actor, Act.CUSTOMER_MERGE, "customer", source.id, {"into": target.id}, now=now)
    return target.id


def _existing(unit: ReadUnit, customer_id: str) -> CustomerRow:
    found = timelines.find(unit, customer_id) if is_id(customer_id) else None
    if found is None:
        raise NotFound
    return found
