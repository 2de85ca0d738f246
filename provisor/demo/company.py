"""Marram & Quill, a fictional maker of instruments: its divisions, offices, titles and projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provisor.demo import names
from provisor.demo.names import Pool

MAIL_DOMAIN: Final = "marram.example"


@dataclass(frozen=True, slots=True)
class Department:
    """One department, its place in the company and what people there are called."""

    name: str
    division: str
    cost_centre: str
    titles: tuple[str, ...]
    share: int
    """How many of the company's people work here, relative to the others."""


@dataclass(frozen=True, slots=True)
class Office:
    """The company in one country."""

    country: str
    """ISO 3166 code."""
    name: str
    cities: tuple[str, ...]
    calling: str
    """The international calling code."""
    share: int
    pools: tuple[Pool, ...]
    """Where the names come from; the first is the usual one."""


_ENGINEERS = ("Engineer", "Senior Engineer", "Principal Engineer", "Engineering Lead")
_SELLERS = ("Account Executive", "Account Lead", "Regional Director", "Sales Associate")
_MAKERS = ("Technician", "Line Lead", "Production Planner", "Shift Supervisor")
_SCHOLARS = ("Research Scientist", "Laboratory Assistant", "Senior Scientist", "Research Fellow")
_KEEPERS = ("Analyst", "Senior Analyst", "Specialist", "Business Partner")

DEPARTMENTS: Final = (
    Department("Executive Office", "Corporate", "1000", ("Chief of Staff", "Assistant"), 10),
    Department("Finance", "Corporate", "1100", ("Controller", "Accountant", *_KEEPERS), 90),
    Department("People", "Corporate", "1200", ("Recruiter", *_KEEPERS), 60),
    Department("Legal", "Corporate", "1300", ("Counsel", "Paralegal"), 30),
    Department("Internal Audit", "Corporate", "1400", ("Auditor", "Senior Auditor"), 15),
    Department("Communications", "Corporate", "1500", ("Editor", "Press Officer"), 25),
    Department("Platform", "Engineering", "2100", _ENGINEERS, 160),
    Department("Apps", "Engineering", "2200", _ENGINEERS, 180),
    Department("Data", "Engineering", "2300", _ENGINEERS, 110),
    Department("Security", "Engineering", "2400", _ENGINEERS, 50),
    Department("Quality", "Engineering", "2500", ("Test Engineer", *_ENGINEERS), 90),
    Department("Hardware", "Engineering", "2600", _ENGINEERS, 140),
    Department("Sales", "Commercial", "3100", _SELLERS, 220),
    Department("Marketing", "Commercial", "3200", ("Designer", "Campaign Lead"), 80),
    Department("Partnerships", "Commercial", "3300", _SELLERS, 40),
    Department("Customer Success", "Commercial", "3400", ("Success Advisor", "Trainer"), 120),
    Department("Support", "Commercial", "3500", ("Support Agent", "Support Lead"), 190),
    Department("Manufacturing", "Operations", "4100", _MAKERS, 330),
    Department("Logistics", "Operations", "4200", ("Dispatcher", *_MAKERS), 140),
    Department("Procurement", "Operations", "4300", ("Buyer", "Senior Buyer"), 50),
    Department("Facilities", "Operations", "4400", ("Caretaker", "Site Lead"), 60),
    Department("Field Service", "Operations", "4500", ("Field Engineer", "Dispatcher"), 130),
    Department("Materials", "Research", "5100", _SCHOLARS, 60),
    Department("Optics", "Research", "5200", _SCHOLARS, 70),
    Department("Acoustics", "Research", "5300", _SCHOLARS, 50),
)

DIVISIONS: Final = tuple(dict.fromkeys(department.division for department in DEPARTMENTS))

OFFICES: Final = (
    Office(
        "DE",
        "Germany",
        ("München", "Berlin", "Köln", "Görlitz"),
        "+49",
        430,
        (names.GERMAN, names.GERMAN, names.TURKISH, names.POLISH),
    ),
    Office(
        "NL", "Netherlands", ("Den Haag", "Utrecht", "'s-Hertogenbosch"), "+31", 200, (names.DUTCH,)
    ),
    Office(
        "IE",
        "Ireland",
        ("Dublin", "Cork", "Galway"),
        "+353",
        210,
        (names.IRISH, names.IRISH, names.NIGERIAN),
    ),
    Office("FR", "France", ("Paris", "Besançon", "Nîmes"), "+33", 210, (names.FRENCH,)),
    Office("PL", "Poland", ("Łódź", "Wrocław", "Gdańsk"), "+48", 200, (names.POLISH,)),
    Office(
        "ES",
        "Spain",
        ("A Coruña", "Málaga", "Donostia / San Sebastián"),
        "+34",
        190,
        (names.SPANISH,),
    ),
    Office("GR", "Greece", ("Athens", "Thessaloniki"), "+30", 140, (names.GREEK,)),
    Office("BG", "Bulgaria", ("Sofia", "Veliko Tarnovo"), "+359", 150, (names.BULGARIAN,)),
    Office("EG", "Egypt", ("Cairo", "Alexandria"), "+20", 120, (names.ARABIC,)),
    Office("IL", "Israel", ("Haifa", "Tel Aviv-Yafo"), "+972", 100, (names.HEBREW,)),
    Office("IN", "India", ("Pune", "New Delhi", "Chennai"), "+91", 220, (names.HINDI,)),
    Office("CN", "China", ("Shanghai", "Xi'an"), "+86", 140, (names.CHINESE,)),
    Office("KR", "South Korea", ("Seoul", "Daejeon"), "+82", 90, (names.KOREAN,)),
)

PROJECTS: Final = (
    ("aurora", "Project Aurora", "The next generation of the spectrometer"),
    ("bluefin", "Project Bluefin", "Moving the warehouses to one system"),
    ("cormorant", "Project Cormorant", "Sensors for open water"),
    ("dovetail", "Project Dovetail", "One contract for every supplier"),
    ("ember", "Project Ember", "Furnaces that report on themselves"),
    ("foxglove", "Project Foxglove", "Certification of the medical line"),
    ("gannet", "Project Gannet", "Two new offices"),
    ("harvest", "Project Harvest", "What customers said in ten years"),
)
