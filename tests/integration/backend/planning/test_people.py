"""Who is away is not planned, whose certificate has ended is not sent, a site is visited while it is open."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.customers import changes
from backend.planning import handlers
from backend.technicians import absences, crews
from backend.technicians import service as technicians
from backend.technicians.events import AbsenceApproved, TechnicianDeactivated
from backend.work.lifecycle import OrderState, VisitState
from backend.work.service import scheduling
from kernel import clock
from kernel.geo import LonLat
from tests.integration.backend.planning.scene import City

HOUR = timedelta(hours=1)
FAR = (LonLat(10.0, 50.0), LonLat(11.0, 50.0), LonLat(11.0, 51.0))


def ill(city: City, technician_id: UUID, *, hours: int = 72) -> None:
    """Note an illness that begins now, and let planning hear of it."""
    at = clock.now()
    with city.open() as session:
        row = absences.add_absence(session, technician_id, start=at, end=at + hours * HOUR, at=at)
        event = AbsenceApproved(absence_id=row.id, technician_id=technician_id)
    with city.open() as session:
        handlers.release_on_absence(session, event)


def only(city: City, technician_id: UUID) -> None:
    """Let one person alone have the skill of the orders."""
    with city.open() as session:
        for person in {city.scene.chen, city.scene.gao} - {technician_id}:
            technicians.set_skill(session, person, skill="rotating", level=1)


def test_visits_of_somebody_ill_go_back_and_to_somebody_else(city: City) -> None:
    order_id = city.order()
    city.plan()
    (visit,) = city.visits(order_id)
    with city.open() as session:
        (who,) = [row.technician_id for row in scheduling.repository.crew(session, visit.id)]
    other = city.scene.gao if who == city.scene.chen else city.scene.chen

    ill(city, who)

    assert city.state(order_id).state is OrderState.OPEN
    assert city.visits(order_id)[0].state is VisitState.CANCELLED
    city.plan()
    second = city.visits(order_id)[1]
    with city.open() as session:
        assert [row.technician_id for row in scheduling.repository.crew(session, second.id)] == [other]


def test_an_absence_taken_back_before_planning_hears_of_it_moves_nothing(city: City) -> None:
    order_id = city.order()
    city.plan()
    at = clock.now()
    with city.open() as session:
        rows = [
            absences.add_absence(session, person, start=at, end=at + 72 * HOUR, at=at)
            for person in (city.scene.chen, city.scene.gao)
        ]
        events = [AbsenceApproved(absence_id=row.id, technician_id=row.technician_id) for row in rows]
        for row in rows:
            absences.remove_absence(session, row.id)

    with city.open() as session:
        for event in events:
            handlers.release_on_absence(session, event)

    assert city.state(order_id).state is OrderState.SCHEDULED


def test_who_leaves_gives_all_visits_back(city: City) -> None:
    only(city, city.scene.chen)
    order_id = city.order()
    city.plan()
    with city.open() as session:
        technicians.update_technician(session, city.scene.chen, version=1, changes={"active": False})

    with city.open() as session:
        handlers.release_on_deactivation(session, TechnicianDeactivated(technician_id=city.scene.chen))

    assert city.state(order_id).state is OrderState.OPEN


def test_a_certificate_that_ends_before_the_shift_counts_no_more(city: City) -> None:
    only(city, city.scene.chen)
    yesterday = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=2)
    with city.open() as session:
        technicians.set_skill(session, city.scene.chen, skill="rotating", level=3, expires_on=yesterday)
    order_id = city.order()

    _, lines, (left,) = city.read(city.plan())

    assert not lines
    assert left.work_order_id == order_id
    assert {row["code"] for row in left.refused} == {"skill"}


def test_a_site_is_visited_while_it_is_open(city: City) -> None:
    opens = (clock.now() + 5 * HOUR).astimezone(ZoneInfo("Asia/Shanghai")).replace(minute=0, second=0, microsecond=0)
    closes = opens + 2 * HOUR
    day = {"weekday": opens.weekday(), "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
    order_id = city.order()
    with city.open() as session:
        site = city.state(order_id).site_id
        changes.update_site(session, site, version=1, changes={"opening_hours": [day]})

    city.plan()

    (visit,) = city.visits(order_id)
    assert opens <= visit.planned_start
    assert visit.planned_end <= closes


def test_whoever_works_there_by_territory_is_sent(city: City) -> None:
    with city.open() as session:
        technicians.update_technician(session, city.scene.chen, version=1, changes={"territory": FAR})
    order_id = city.order()

    city.plan()

    (visit,) = city.visits(order_id)
    with city.open() as session:
        assert [row.technician_id for row in scheduling.repository.crew(session, visit.id)] == [city.scene.gao]
        technicians.update_technician(session, city.scene.chen, version=2, changes={"territory": None})
        technicians.update_technician(session, city.scene.gao, version=1, changes={"territory": FAR})
    again = city.order()
    city.plan()
    (visit,) = city.visits(again)
    with city.open() as session:
        assert [row.technician_id for row in scheduling.repository.crew(session, visit.id)] == [city.scene.chen]


def test_a_visit_for_a_crew_takes_whoever_is_in_it_that_day(city: City) -> None:
    start = clock.now() + HOUR
    members = [
        crews.Member(technician_id=city.scene.gao, valid_from=start.date() - timedelta(days=9)),
        crews.Member(technician_id=city.scene.chen, lead=True, valid_from=start.date() - timedelta(days=9)),
    ]
    order_id = city.order()
    with city.open() as session:
        crew = crews.create_crew(session, "一班", members=members)
        people = scheduling.people(session, [], crew_id=crew.id, start=start)
        visit = scheduling.schedule_visit(
            session, order_id, technician_ids=people, start=start, end=start + HOUR, at=clock.now()
        )
        found = [(row.technician_id, row.lead) for row in scheduling.repository.crew(session, visit.id)]

    assert found == [(city.scene.chen, True), (city.scene.gao, False)]
    ill(city, city.scene.gao)
    assert city.state(order_id).state is OrderState.OPEN
