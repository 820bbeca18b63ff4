"""Tables of volumes as labs write them, and those that cannot be."""

from __future__ import annotations

import math

import pytest

from parasam_core.agreement.external import read_volumes
from parasam_core.errors import TableError


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "volumes.csv"
    path.write_bytes(text.encode(encoding))
    return path


def found_in(tmp_path, text, encoding="utf-8"):
    read = read_volumes(table(tmp_path, text, encoding))
    return [(v.subject, v.timepoint, v.rater, v.volume_mm3) for v in read.volumes]


@pytest.mark.parametrize(
    "text",
    [
        "subject,timepoint,method,volume_mm3\nM1,d0,VEVO LAB,40.5\nM1,d7,VEVO LAB,95\n",
        "Subject, Time Point , Source,Volume (mm³)\nM1,d0,VEVO LAB,40.5\n\nM1,d7,VEVO LAB,95\n",
        "SUBJECT;TIMEPOINT;RATER;Volume mm^3\nM1;d0;VEVO LAB;40,5\nM1;d7;VEVO LAB;95,0\n",
        "subject\ttimepoint\tmethod\tVOLUME [mm3]\r\nM1\td0\tVEVO LAB\t40,5\nM1\td7\tVEVO LAB\t95",
        "timepoint,volume_mm3,subject,method\nd0,4.05e1,M1,VEVO LAB\nd7,95.,M1,VEVO LAB\n",
        "subject,timepoint,VEVO LAB (mm³)\nM1,d0,40.5\nM1,d7,95\n",
        'subject,timepoint,"VEVO LAB mm3"\n"M1",d0,"40.5"\nM1,d7,95,,\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_says_the_same_however_it_is_written(tmp_path, text, encoding):
    expected = [("M1", "d0", "VEVO LAB", 40.5), ("M1", "d7", "VEVO LAB", 95)]
    assert found_in(tmp_path, text, encoding) == expected


def test_names_are_put_on_one_line(tmp_path):
    text = 'subject,timepoint,method,volume_mm3\n M1 ,d0,"VEVO\n \x1bLAB",4\n'
    assert found_in(tmp_path, text) == [("M1", "d0", "VEVO LAB", 4)]


def test_a_wide_table_has_several_raters_and_empty_cells(tmp_path):
    text = "subject,timepoint,water_mm3,vevo_mm3,weight_g,note\nM1,d0,41,,20,x\nM2,,,39.5,21,\n"
    assert found_in(tmp_path, text) == [("M1", "d0", "water", 41), ("M2", "", "vevo", 39.5)]
    assert read_volumes(table(tmp_path, text)).ignored == ("weight_g", "note")


def test_lengths_by_calipers_become_volumes(tmp_path):
    flat = "subject,timepoint,Length (mm),Width (mm)\nM1,d0,6,4\nM2,d0,,\n"
    assert found_in(tmp_path, flat) == [("M1", "d0", "calipers", 48)]
    deep = "subject;timepoint;length_mm;width_mm;height_mm;water_mm3\nM1;d0;6,0;4,0;3,5;44\n"
    assert found_in(tmp_path, deep) == [
        ("M1", "d0", "water", 44), ("M1", "d0", "calipers", pytest.approx(math.pi / 6 * 84)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["subject"]),
        ("a,b\n1,2\n", ["no subject and no timepoint", "a, b"]),
        ("subject,timepoint\nM1,d0\n", ["_mm3"]),
        ("subject,timepoint,method,volume\nM1,d0,x,4\n", ["volume_mm3", "none"]),
        ("subject,timepoint,method,volume_mm3,water_mm3\nM1,d0,x,4,5\n", ["only column", "water"]),
        ("subject,timepoint,length_mm\nM1,d0,4\n", ["length_mm and width_mm"]),
        ("subject,timepoint,a_mm3,A (mm³)\nM1,d0,4,5\n", ["different names", "a_mm3"]),
        ("subject,timepoint,a_mm3\n\nM1,d0,4\nM1,d1,x\n", ["line 4", "'x'"]),
        ("subject,timepoint,a_mm3\nM1,d0,-4\n", ["line 2", "'-4'"]),
        ("subject,timepoint,a_mm3\nM1,d0,nan\n", ["line 2", "'nan'"]),
        ("subject,timepoint,a_mm3\nM1,d0,1e999\n", ["line 2"]),
        ("subject,timepoint,a_mm3\nM1,d0,1e7\n", ["line 2", "0 to 1e+06"]),
        ("subject,timepoint,a_mm3\nM1,d0,1e3\nM1,d0,1e3\n", ["two, in lines 2 and 3"]),
        ('subject,timepoint,a_mm3\nM1,d0,"4,5"\n', ["line 2", "decimal comma"]),
        ("subject;timepoint;a_mm3\nM1;d0;1.234,5\n", ["line 2", "1.234,5"]),
        ("subject,timepoint,a_mm3\nM1,d0,4,5\n", ["3 cells in line 2", "got 4"]),
        ("subject,timepoint,a_mm3\nM1,d0\n", ["3 cells in line 2", "got 2"]),
        ("subject,timepoint,a_mm3\n,d0,4\n", ["subject in line 2"]),
        ("subject,timepoint,_mm3\nM1,d0,4\n", ["name"]),
        ("subject,timepoint,method,volume_mm3\nM1,d0,,4\n", ["method in line 2"]),
        ("subject,timepoint,method,volume_mm3\nM1,d0,x,\n", ["line 2", "nothing"]),
        ("subject,timepoint,length_mm,width_mm\nM1,d0,4,\n", ["a length in mm in line 2"]),
        ("subject,timepoint,length_mm,width_mm\nM1,d0,4,5\n", ["line 2", "not above the length"]),
        ("subject,timepoint,a_mm3\nM1,d0,\n", ["at least one volume"]),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(TableError) as refused:
        read_volumes(table(tmp_path, text))
    said = str(refused.value)
    assert said.startswith("expected")
    assert "volumes.csv" in said
    assert all(word in said for word in words), said


def test_bytes_that_are_no_table_are_refused(tmp_path):
    (tmp_path / "volumes.csv").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(TableError):
        read_volumes(tmp_path / "volumes.csv")
    with pytest.raises(TableError, match=r"nowhere\.csv"):
        read_volumes(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "head", ["Animal ID,Day,vevo_mm3", "mouse,time point,vevo_mm3", "subject,date,vevo_mm3"]
)
def test_other_words_for_subject_and_timepoint(tmp_path, head):
    [one] = read_volumes(table(tmp_path, f"{head}\nM1,d7,12\n")).volumes
    assert (one.subject, one.timepoint, one.rater) == ("M1", "d7", "vevo")


def test_another_word_beside_the_right_one_is_left_alone(tmp_path):
    found = read_volumes(table(tmp_path, "subject,timepoint,date,vevo_mm3\nM1,d7,2026-05-01,12\n"))
    assert found.volumes[0].timepoint == "d7"
    assert found.ignored == ("date",)
