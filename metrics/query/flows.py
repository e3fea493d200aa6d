"""Everybody who stands in either of two snapshots, once, with how they moved: the rows that joiners and leavers are counted from.

A person is who the identifier says. Who stands in the later snapshot has that snapshot's unit and characteristics, whether they
joined or were here before; who stands in the earlier one alone has left, with the unit and characteristics of then. Somebody who
changed unit, contract or an answer is neither. The identifier alone decides: a casual worker who is given a contract has not joined.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.sql import FromClause

from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED


def flow_rows(table: sa.Table, earlier: Mapping[date, date]) -> FromClause:
    """The columns of `table` and `joined_or_left`; `as_at` is the later day of each pair."""
    pairs = sa.values(sa.column("later", sa.Date), sa.column("earlier", sa.Date), name="pairs").data(list(earlier.items()))
    now, then = table.alias("now"), table.alias("then")
    own = [column.name for column in table.columns if column.name not in {"as_at", "counts_once"}]
    here = (
        sa.select(
            pairs.c.later.label("as_at"),
            sa.true().label("counts_once"),
            *(now.c[name] for name in own),
            sa.case((then.c.person_id.is_(None), JOINED), else_=STAYED).label(MOVEMENT),
        )
        .select_from(
            pairs.join(now, sa.and_(now.c.as_at == pairs.c.later, now.c.counts_once)).outerjoin(
                then, sa.and_(then.c.as_at == pairs.c.earlier, then.c.counts_once, then.c.person_id == now.c.person_id)
            )
        )
        .where(now.c.person_id.is_not(None))
    )
    gone = (
        sa.select(
            pairs.c.later.label("as_at"),
            sa.true().label("counts_once"),
            *(then.c[name] for name in own),
            sa.literal(LEFT).label(MOVEMENT),
        )
        .select_from(
            pairs.join(then, sa.and_(then.c.as_at == pairs.c.earlier, then.c.counts_once)).outerjoin(
                now, sa.and_(now.c.as_at == pairs.c.later, now.c.counts_once, now.c.person_id == then.c.person_id)
            )
        )
        .where(then.c.person_id.is_not(None), now.c.person_id.is_(None))
    )
    return sa.union_all(here, gone).subquery("movers")
