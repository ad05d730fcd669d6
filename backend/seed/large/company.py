"""Whom a large tenant works for, what it looks after and who goes: customers, sites, assets, technicians."""

import hashlib
import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from backend.seed.large import words

CENTRE = (121.47, 31.23)


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    orders: int

    @property
    def days(self) -> int:
        """Return over how long they came in."""
        return 730 if self.orders >= 20_000 else 60

    @property
    def customers(self) -> int:
        """Return how many customers."""
        return max(12, self.orders // 40)

    @property
    def sites(self) -> int:
        """Return how many sites."""
        return self.customers * 2

    @property
    def assets(self) -> int:
        """Return how many assets."""
        return self.sites * 4

    @property
    def technicians(self) -> int:
        """Return how many technicians."""
        return max(12, self.orders // 1250)


SMALL, LARGE = Size(orders=600), Size(orders=100_000)
SIZES = {"small": SMALL, "large": LARGE}


@dataclass(frozen=True)
class Ids:
    """Makes ids: of the same seed, tenant, kind and place always the same."""

    root: str

    def of(self, kind: str, place: int, at: float) -> str:
        """Return a UUID version 7 of this instant, without dashes."""
        bits = hashlib.blake2b(f"{self.root}:{kind}:{place}".encode(), digest_size=16).hexdigest()
        return f"{int(at * 1000):012x}7{bits[:3]}8{bits[3:6]}{bits[6:18]}"


def root(tenant_id: UUID, seed: int) -> Ids:
    """Return the maker of ids of one tenant and seed."""
    return Ids(f"{tenant_id}:{seed}")


@dataclass(frozen=True)
class Place:
    """One site."""

    id: str
    customer: int
    name: str
    address: str
    lon: float
    lat: float

    @property
    def queue(self) -> str:
        """Return the team of this part of the town."""
        east, north = self.lon > CENTRE[0], self.lat > CENTRE[1]
        if abs(self.lon - CENTRE[0]) > abs(self.lat - CENTRE[1]):
            return words.QUEUES[0 if east else 1]
        return words.QUEUES[2 if north else 3]


@dataclass(frozen=True)
class Machine:
    """One asset."""

    id: str
    site: int
    kind: str
    name: str
    maker: str
    serial: str
    criticality: str


@dataclass(frozen=True)
class Person:
    """One technician."""

    id: str
    name: str
    kind: str
    """The class of assets that this person knows best."""
    lon: float
    lat: float


class Company:
    """Everything that orders are about; a few large customers have most of them."""

    def __init__(self, size: Size, ids: Ids, *, seed: int, at: float) -> None:
        """Make the company; `at` is when its rows were made."""
        dice = random.Random(f"{seed}:company")
        self.size, self.at = size, at
        self.customers = [
            (ids.of("customer", place, at), _customer_name(dice, place), f"021-{60000000 + place * 137 % 9999999:08d}")
            for place in range(size.customers)
        ]
        self.sites = [self._site(dice, ids, place) for place in range(size.sites)]
        self.machines = [self._machine(dice, ids, place) for place in range(size.assets)]
        self.people = [self._person(dice, ids, place) for place in range(size.technicians)]
        self.of_site: list[list[int]] = [[] for _ in self.sites]
        for place, machine in enumerate(self.machines):
            self.of_site[machine.site].append(place)
        self._shares = list(accumulate(1 / (place % size.customers + 8) ** 0.7 for place in range(size.sites)))
        self.crews = {kind: self._crews(dice, kind) for kind in words.SKILLS}

    def a_site(self, dice: random.Random) -> int:
        """Return the place of a site, by how much it asks for."""
        return min(bisect(self._shares, dice.random() * self._shares[-1]), len(self.sites) - 1)

    def _site(self, dice: random.Random, ids: Ids, place: int) -> Place:
        customer = place % self.size.customers
        return Place(
            ids.of("site", place, self.at),
            customer,
            f"{self.customers[customer][1]} {dice.choice(words.HOUSES)}",
            f"{dice.choice(words.PLACES)}{dice.choice(words.ROADS)} {dice.randint(1, 2999)} 号",
            round(dice.gauss(CENTRE[0], 0.12), 5),
            round(dice.gauss(CENTRE[1], 0.09), 5),
        )

    def _machine(self, dice: random.Random, ids: Ids, place: int) -> Machine:
        kind = weighted(dice, words.CLASSES)
        named = {"pump": "水泵", "lift": "客梯", "chiller": "冷水机组", "ev_charger": "充电桩", "thermometer": "测温点"}
        maker = dice.choice(words.MAKERS)
        return Machine(
            ids.of("asset", place, self.at),
            place % len(self.sites),
            kind,
            f"{dice.choice(words.ROOMS)} {dice.randint(1, 12)}# {named[kind]}",
            maker,
            f"{maker[:2].upper()}-{place:06d}",
            dice.choices("ABC", (2, 5, 3))[0],
        )

    def _person(self, dice: random.Random, ids: Ids, place: int) -> Person:
        kinds = list(words.SKILLS)
        kind = kinds[place] if place < len(kinds) else weighted(dice, words.CLASSES)
        name = dice.choice(words.SURNAMES) + dice.choice(words.GIVEN) + dice.choice(words.GIVEN)
        lon, lat = round(dice.gauss(CENTRE[0], 0.1), 5), round(dice.gauss(CENTRE[1], 0.08), 5)
        return Person(ids.of("technician", place, self.at), name, kind, lon, lat)

    def _crews(self, dice: random.Random, kind: str) -> list[tuple[int, ...]]:
        able = [place for place, person in enumerate(self.people) if person.kind == kind]
        pairs = [(lead, dice.choice(able)) for lead in able[::6]]
        return [(place,) for place in able for _ in range(2)] + [pair for pair in pairs if pair[0] != pair[1]]


def weighted(dice: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    """Return one of the words, by its weight."""
    return dice.choices([word for word, _ in choices], [weight for _, weight in choices])[0]


def _customer_name(dice: random.Random, place: int) -> str:
    return f"{dice.choice(words.PLACES)}{dice.choice(words.BRANDS)}{dice.choice(words.TRADES)} {place + 1}"
