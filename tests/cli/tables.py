"""Small tables and programs that the tests of models are given."""
import csv
import subprocess
import sys

from conftest import BUILD


def aic(*arguments, **more):
    return subprocess.run([BUILD / "aic", *map(str, arguments)], capture_output=True, text=True, check=False, **more)


def write_csv(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def loans(count=600):
    """Age, job and sex decide; every 17th age and every 5th job is missing."""
    jobs = ["baker", "clerk, junior", "driver", "nurse", ""]
    rows = []
    for i in range(count):
        age, job, woman = 18 + i * 37 % 60, i * 11 % 5, i * 7 % 3 == 0
        points = age + (30 if job in (1, 3) else 0) - (8 if woman else 0) + i * 53 % 17
        rows.append({"age": "" if i % 17 == 0 else age, "job": jobs[job], "sex": "woman" if woman else "man", "income": points * 100,
                     "class": "low" if points < 60 else "middle" if points < 90 else "high", "granted": "yes" if points > 75 else "no"})
    return rows


# A model as anybody writes one: reads a line, writes a line.
SCRIPT = '''
import csv, sys
rows = csv.reader(iter(sys.stdin.readline, ""))
header = next(rows)
at = {name: place for place, name in enumerate(header)}
for row in rows:
    age = float(row[at["age"]] or 40)
    score = age / 100 + (0.3 if row[at["job"]] in ("nurse", "clerk, junior") else 0)
    print(score, flush=True)
'''


def script(path, text=SCRIPT):
    path.write_text(text)
    return f"{sys.executable} {path}"


def score(row):
    return float(row["age"] or 40) / 100 + (0.3 if row["job"] in ("nurse", "clerk, junior") else 0)
