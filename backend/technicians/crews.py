"""Use cases of crews: technicians who go together, what they know together, and who they are on a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from backend.technicians import repository, service
from backend.technicians.errors import CrewNameTaken, CrewUnknown, StaleVersion, WrongCrew
from backend.technicians.models import Crew, CrewMember


@dataclass(frozen=True, kw_only=True)
class Member:
    """Who belongs to a crew, from one day to another, the last one included."""

    technician_id: UUID
    lead: bool = False
    valid_from: date
    valid_to: date | None = None

    def on(self, day: date) -> bool:
        """Tell whether it is so on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def meets(self, other: "Member") -> bool:
        """Tell whether both hold on some day."""
        return self.on(max(self.valid_from, other.valid_from)) and other.on(max(self.valid_from, other.valid_from))


def create_crew(session: Session, name: str, *, members: Sequence[Member] = ()) -> Crew:
    """Add a crew.

    Raises:
        CrewNameTaken: another crew has this name.
        TechnicianUnknown: a member does not exist.
        WrongCrew: somebody is there twice at a time, or two lead at a time.
    """
    _check_name(session, name)
    crew = Crew(name=name, active=True, version=1)
    session.add(crew)
    session.flush()
    _write_members(session, crew, members)
    return crew


def update_crew(
    session: Session,
    crew_id: UUID,
    *,
    version: int,
    name: str | None = None,
    active: bool | None = None,
    members: Sequence[Member] | None = None,
) -> Crew:
    """Change what is given of a crew; its members are replaced as a whole.

    Raises:
        CrewUnknown: there is no such crew.
        StaleVersion: it changed since it was read.
        CrewNameTaken, TechnicianUnknown, WrongCrew: as for a new one.
    """
    crew = get_crew(session, crew_id, lock=True)
    if crew.version != version:
        raise StaleVersion("Read it again before changing it.", version=crew.version)
    if name is not None and name != crew.name:
        _check_name(session, name)
        crew.name = name
    crew.active = crew.active if active is None else active
    if members is not None:
        repository.forget_members(session, crew.id)
        _write_members(session, crew, members)
    crew.version += 1
    session.flush()
    return crew


def _check_name(session: Session, name: str) -> None:
    if repository.crew_of_name(session, name):
        raise CrewNameTaken(f"Another crew is called {name}.", name=name)


def _write_members(session: Session, crew: Crew, members: Sequence[Member]) -> None:
    check(members)
    for member in members:
        service.get_technician(session, member.technician_id)
        session.add(
            CrewMember(
                crew_id=crew.id,
                technician_id=member.technician_id,
                lead=member.lead,
                valid_from=member.valid_from,
                valid_to=member.valid_to,
            )
        )
    session.flush()


def check(members: Sequence[Member]) -> None:
    """Refuse members that cannot be together.

    Raises:
        WrongCrew: a stay ends before it begins, somebody is there twice at a time, or two lead at a time.
    """
    if any(member.valid_to is not None and member.valid_to < member.valid_from for member in members):
        raise WrongCrew("A member leaves after joining.")
    for place, one in enumerate(members):
        for other in members[place + 1 :]:
            if one.meets(other) and one.technician_id == other.technician_id:
                raise WrongCrew("Somebody is in the crew twice at a time.", technician_id=one.technician_id)
            if one.meets(other) and one.lead and other.lead:
                raise WrongCrew("One leads at a time.", technician_id=other.technician_id)


def get_crew(session: Session, crew_id: UUID, *, lock: bool = False) -> Crew:
    """Return a crew.

    Raises:
        CrewUnknown: there is none with this id.
    """
    crew = repository.crew(session, crew_id, lock=lock)
    if crew is None:
        raise CrewUnknown("No crew has this id.", crew_id=crew_id)
    return crew


def list_crews(
    session: Session, *, active: bool | None = None, after: tuple[str, UUID] | None = None, limit: int
) -> Sequence[Crew]:
    """Return crews by name, behind a key."""
    return repository.crews(session, active=active, after=after, limit=limit)


def members_of(session: Session, crew_ids: Collection[UUID]) -> dict[UUID, list[tuple[Member, str]]]:
    """Return who belongs to crews at any time, with their names, leads first."""
    found: dict[UUID, list[tuple[Member, str]]] = {key: [] for key in crew_ids}
    for row, name in repository.crew_members(session, crew_ids):
        member = Member(
            technician_id=row.technician_id, lead=row.lead, valid_from=row.valid_from, valid_to=row.valid_to
        )
        found[row.crew_id].append((member, name))
    return found


def crew_on(session: Session, crew_id: UUID, day: date) -> list[UUID]:
    """Return who is in an active crew on a day, the lead first; those who are away that day too.

    Raises:
        CrewUnknown: there is no such crew.
        WrongCrew: it is not active, or nobody is in it on that day.
    """
    crew = get_crew(session, crew_id)
    people = [member.technician_id for member, _ in members_of(session, [crew_id])[crew_id] if member.on(day)]
    if not crew.active or not people:
        raise WrongCrew("Nobody is in this crew on that day.", crew_id=crew_id)
    return people


def joint_skills(session: Session, technician_ids: Collection[UUID], *, on: date) -> dict[str, int]:
    """Return what some technicians can do together on a day: each skill at the best level of one of them."""
    return union((skill.skill, skill.level) for skill in repository.skills(session, technician_ids, on=on))


def union(skills: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return each skill at its best level."""
    best: dict[str, int] = defaultdict(int)
    for skill, level in skills:
        best[skill] = max(best[skill], level)
    return dict(sorted(best.items()))
