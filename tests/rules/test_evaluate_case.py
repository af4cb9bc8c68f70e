"""The command line: one JSON line a case, errors aside, exit status as promised."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
GOOD = {"id": "good", "as_of": "2026-03-10", "expect": {"phase": "not_started"}}
WRONG = {"id": "wrong", "as_of": "2026-03-10", "expect": {"phase": "loading"}}
BAD = {"id": "bad"}


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the command."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("evaluate_case", *arguments, stdout=out, stderr=err, no_color=True)
    except SystemExit as stopped:
        return int(str(stopped.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_file(name: str, *cases: Any) -> str:
        path = tmp_path / name
        path.write_text("\n".join(case if isinstance(case, str) else json.dumps(case) for case in cases))
        return str(path)

    return write_file


def test_one_line_a_case_in_order(write: Any) -> None:
    status, out, err = run(write("a.json", GOOD), write("b.jsonl", WRONG, "", {**GOOD, "id": "third"}))
    assert (status, err) == (0, "")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["good", "wrong", "third"]


def test_bad_input_is_named_and_the_others_are_still_evaluated(write: Any) -> None:
    file = write("b.jsonl", GOOD, BAD, "{", WRONG)
    status, out, err = run(file)
    assert status == 2
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["good", "wrong"]
    first, second = err.splitlines()
    assert first.startswith(f"{file}:2: as_of: expected")
    assert second.startswith(f"{file}:3: case: expected JSON")


def test_check_prints_only_differences(write: Any) -> None:
    assert run("--check", write("a.json", GOOD)) == (0, "", "")
    file = write("b.json", WRONG)
    status, out, err = run("--check", file)
    assert (status, err) == (1, "")
    assert out == f"{file}: wrong: phase: expected 'loading', found 'not_started'\n"


def test_bad_input_weighs_more_than_a_difference(write: Any) -> None:
    status, out, err = run("--check", write("b.jsonl", WRONG, BAD, GOOD))
    assert status == 2
    assert out
    assert err


def test_files_that_cannot_be_read(write: Any, tmp_path: Path) -> None:
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"id": "\xe9"}')
    status, out, err = run(str(tmp_path / "none.json"), str(latin), write("a.json", GOOD))
    assert status == 2
    assert len(out.splitlines()) == 1
    assert [line.split(": ")[1].split(" (")[0] for line in err.splitlines()] == [
        "expected a file of UTF-8 text"
    ] * 2


def test_standard_input_without_a_database(tmp_path: Path) -> None:
    """A process of its own that is told of no database and finds none."""
    case = (ROOT / "tests/cases/annual.json").read_text()
    environment = {"PATH": os.environ["PATH"], "B12_VAR": str(tmp_path)}
    command = [sys.executable, "manage.py", "evaluate_case", "-"]
    done = subprocess.run(
        command,
        input=case,
        text=True,
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["stability_counter"] == 3
