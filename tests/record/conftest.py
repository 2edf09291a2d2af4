"""A small vocabulary, independent of any protocol, and a way to read text as a file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from oligoasp.protocol.vocabulary import Field, FieldType, Kind, Range, Scale, Vocabulary
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record, read_records

SCALES = """
years a 1 complete years
grade 1 1 grade
count 1 1 count
karnofsky % 10 Karnofsky performance status
percent % 0.1 percentage
weeks wk 0.01 weeks
length mm 0.1 length
dose Gy 0.01 radiation dose
neutrophils 10*9/L 0.001 neutrophil count
platelets 10*9/L 0.1 platelet count
hemoglobin g/dL 0.01 haemoglobin
albumin g/dL 0.01 albumin
bilirubin mg/dL 0.001 bilirubin
enzyme U/L 0.1 enzyme activity
creatinine mg/dL 0.001 creatinine
clearance mL/min 0.01 clearance
egfr mL/min/{1.73_m2} 0.01 estimated glomerular filtration rate
volume L 0.001 volume
weight kg 0.01 body weight
height cm 0.1 body height
"""
FIELDS = """
patient sex choice(sex) - sex
patient age integer(years) 0,120,complete~years age
patient birth_date date - date of birth
patient dates.enrollment date - enrollment
patient dates.randomization datetime - randomization
patient ecog measurement(grade) 0,4,grade~5~means~dead ECOG performance status
patient karnofsky measurement(karnofsky) 10,100,in~steps~of~10 Karnofsky performance status
patient estimated_survival quantity(weeks) 0,5200,e.g.~6~mo survival
patient weight measurement(weight) 1,400, body weight
patient height measurement(height) 30,260, body height
patient labs.neutrophils measurement(neutrophils) 0,1000,e.g.~3.2~10*9/L neutrophils (LOINC 26499-4)
patient labs.platelets measurement(platelets) 0,10000, platelets (LOINC 26515-7, 777-3)
patient labs.hemoglobin measurement(hemoglobin) 0,30, haemoglobin (LOINC 718-7, 59260-0)
patient labs.albumin measurement(albumin) 0,10, albumin (LOINC 1751-7)
patient labs.bilirubin measurement(bilirubin) 0,100,e.g.~0.8~mg/dL LOINC 1975-2, 14631-6
patient labs.alt measurement(enzyme) 0,20000,e.g.~31~U/L ALT (LOINC 1742-6)
patient labs.creatinine measurement(creatinine) 0,50, creatinine (LOINC 2160-0, 14682-9)
patient labs.creatinine_clearance measurement(clearance) 0,500,e.g.~85~mL/min LOINC 2164-2
patient labs.egfr measurement(egfr) 0,500, estimated GFR (LOINC 33914-3)
patient lung.fev1 measurement(volume) 0,10, FEV1
patient gilbert_syndrome flag - Gilbert syndrome
lesion site choice(site) - site
lesion number integer(count) 1,1000, how many lesions
lesion longest_diameter quantity(length) 0,500,e.g.~18~mm longest diameter
lesion visible_on_ct flag - visible on CT
lesion adjacent_group group - group of adjacent nodes
lesion detected date - when first found
treatment type choice(treatment) - type
treatment dose quantity(dose) 0,200, total dose
treatment survival quantity(percent) 0,100, survival rate
"""
DISCRETE = {"grade", "count", "karnofsky"}


def _field(row: str) -> Field:
    kind, path, form, limits, label = row.split(maxsplit=4)
    form, _, of = form.rstrip(")").partition("(")
    accepted = None
    if limits != "-":
        least, most, hint = limits.split(",")
        accepted = Range(Decimal(least), Decimal(most), hint.replace("~", " "))
    return Field(kind, path, FieldType(form, of), label, accepted)


def _scale(row: str) -> Scale:
    name, unit, resolution, label = row.split(maxsplit=3)
    return Scale(name, unit, Fraction(resolution), label, discrete=name in DISCRETE)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    fields = [_field(row) for row in FIELDS.strip().splitlines()]
    scales = [_scale(row) for row in SCALES.strip().splitlines()]
    return Vocabulary(
        kinds={
            "patient": Kind("patient", "", 0, "patient"),
            "lesion": Kind("lesion", "lesions", 5, "lesion"),
            "treatment": Kind("treatment", "treatments", 1, "treatment"),
        },
        scales={scale.name: scale for scale in scales},
        fields={(field.kind, field.path): field for field in fields},
        domains={
            "sex": {"female": "female", "male": "male"},
            "site": {
                "lung": "lung",
                "liver": "liver",
                "lymph_node": "lymph node",
                "esophagus": "oesophagus",
            },
            "treatment": {"surgery": "surgery", "radiotherapy": "radiotherapy"},
        },
        codes={("site", "snomed", "94391008"): "lung", ("site", "icd-10-cm", "C78.7"): "liver"},
    )


Read = Callable[[str, "str | bytes"], list[Record | RecordError]]


@pytest.fixture
def read(vocabulary: Vocabulary, tmp_path: Path) -> Read:
    """Write text to a file of that name and read its records."""

    def read_text(name: str, text: str | bytes) -> list[Record | RecordError]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(read_records([path], vocabulary))

    return read_text


@pytest.fixture
def one(read: Read) -> Callable[[str], Record]:
    """Read the only record of a YAML text."""

    def read_one(text: str) -> Record:
        (record,) = read("case.yaml", text)
        if isinstance(record, RecordError):
            raise record
        return record

    return read_one


def messages(results: list[Record | RecordError], folder: Path) -> list[str]:
    """Give every message, with file names relative to a folder."""
    problems = [
        problem
        for result in results
        if isinstance(result, RecordError)
        for problem in result.problems
    ]
    return [problem.render().replace(f"{folder}/", "") for problem in problems]
