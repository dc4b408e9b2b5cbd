#!/usr/bin/env bash
# Test in a Debian 13 what CI's own machine is not: Windows, through Wine, and Python 3.13.
#
#   scripts/ci_debian13.sh WHEEL      (recordpick's; a Python with the extra "test" is first in PATH)
#
# Where no Debian 13 can be made, it says so, and pytest says which tests are skipped for that reason.
# RECORDPICK_DEBIAN13 names the folder of Debian 13, which is kept and used again.
set -euo pipefail
cd "$(dirname "$0")/.."
debian=${RECORDPICK_DEBIAN13:-/var/cache/recordpick/debian13}

# Run pytest in Debian 13; called where it is mounted. This looks for warnings and for what a newer
# Python does differently, not for faults of the data: each test function is called once, property
# tests try two examples. What an earlier run installed is used again where it is still the newest.
# Python compiles what is imported, and no more, for all processes, and writes nothing beside it.
python_3_13() {
  local python=/root/python-3.13/bin/python
  local pip=("$python" -m pip --disable-pip-version-check)
  chroot "$debian" python3 -m venv /root/python-3.13
  cp "$wheel" "$debian/tmp/"
  chroot "$debian" "${pip[@]}" uninstall --quiet --yes recordpick 2> /dev/null
  chroot "$debian" "${pip[@]}" install --quiet --no-compile --upgrade --upgrade-strategy eager \
    "/tmp/$(basename "$wheel")[test]"
  chroot "$debian" env HOME=/root LANG=C.UTF-8 PYTHONPYCACHEPREFIX=/tmp/compiled RECORDPICK_EXAMPLES=2 \
    POLARS_MAX_THREADS=4 \
    sh -c 'cd /srv && exec "$@"' sh "$python" -m pytest -p no:cacheprovider -p scripts.one_case_each \
    -n "$(nproc)" "$@"
}

make_zip() {
  python scripts/windows_python.py embeddable "$work/python.zip"
  # later versions of numpy call a function that Windows has and Wine 10 lacks
  python -m pip download --quiet --no-deps --only-binary :all: --platform win_amd64 \
    --python-version 3.13 --dest "$work/wine" numpy==2.1.3
  python scripts/windows_bundle.py --python "$work/python.zip" --wheels "$work/wheels" \
    --wheel "$wheel" --out "$work/recordpick.zip"
}

if [ "$1" = --mounted ]; then
  wheel=$2
  shift 2
  python_3_13 "$@"
  exit
fi

wheel=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! scripts/debian13.sh "$debian" true 2> "$work/why"; then
  why=$(tail -n 1 "$work/why")
  echo "== SKIPPED: Windows and Python 3.13 are not tested. $why"
  RECORDPICK_WINE='' RECORDPICK_NO_WINE="$why" python -m pytest -n0 -rs tests/windows/test_bundle.py
  exit 0
fi

echo "== the zip for Windows"
make_zip

echo "== the zip, run as Windows through Wine"
RECORDPICK_WINE=$debian RECORDPICK_BUNDLE=$work/recordpick.zip \
  RECORDPICK_WINE_NUMPY=$(echo "$work"/wine/numpy-*.whl) \
  scripts/debian13.sh "$debian" python -m pytest -n0 -rs -p no:cacheprovider tests/windows/test_bundle.py

# Left out are those that take most of the time and use of Python what the others use: what the zip has
# just done with Python 3.13, warnings as errors (made-up practices, whole paths of commands); what
# polars and SQL calculate (second opinions, comparisons, clean-up lists, matching, picking, casts);
# what the system does with a command's streams; the pages, killing and damaging, most of the app's.
echo "== Python 3.13"
folders=$(find tests -mindepth 1 -maxdepth 1 -type d ! -name __pycache__ ! -name attack \
  ! -name cleanup ! -name comparison ! -name docs ! -name matching ! -name oracle ! -name picking \
  ! -name safety ! -name synthetic ! -name tui ! -name windows | sort)
left_out=$(printf -- '--ignore tests/%s.py ' \
  cli/test_{choosing,commands,data_checking,plain_commands,standard_output,streams,synthesise_migrated} \
  criteria/test_{conditions_against_sqlite,shared_texts} \
  index/test_{as_at,fast_cast,no_row_is_lost,optimistic_scan,quoted_extracts,round_trip,spill_buffer} \
  index/test_{nhs_numbers,swallowed_lines} index/report_exports/test_{any_rows,same_answers,whose_row} \
  selection/test_any_sequence)
# shellcheck disable=SC2086 # several folders and options
scripts/debian13.sh "$debian" scripts/ci_debian13.sh --mounted "$wheel" $folders tests/test_*.py \
  tests/windows/test_as_windows.py tests/windows/test_windows_bundle.py tests/tui/test_recorded_sessions.py \
  $left_out
