#!/usr/bin/env bash
# Run the whole test suite as Windows, through Wine: before a release.
#
#   scripts/windows_suite.sh [FOLDERS OR FILES OF TESTS...]    (as root, with the extra "test" installed)
#
# Nothing may fail. Each folder of tests is a run of its own, so that a failure is seen early; a test
# that hangs fails after ten minutes, and the others go on. At the end: how many passed, failed and
# were skipped in each, and why. RECORDPICK_DEBIAN13 names the folder of Debian 13
# (scripts/debian13.sh), which is kept and used again; RECORDPICK_EXAMPLES how many examples property
# tests try (10); RECORDPICK_WORKERS how many processes run tests (2).
set -euo pipefail
cd "$(dirname "$0")/.."
debian=${RECORDPICK_DEBIAN13:-/var/cache/recordpick/debian13}

# Install Python and everything that the tests need as on Windows.
install() {
  rm -rf "$place"
  python scripts/windows_python.py full "$place/python"
  # later versions of numpy call a function that Windows has and Wine 10 lacks
  python -m pip download --quiet --no-deps --only-binary :all: --platform win_amd64 \
    --python-version 3.13 --dest "$debian/tmp/wheels/wine" numpy==2.1.3
  python - "$debian/tmp/wheels" "$place/python/Lib/site-packages" << 'END'
import sys
from pathlib import Path

sys.path.insert(0, "scripts")
import windows_bundle

folder, installed = map(Path, sys.argv[1:])
first = "recordpick[test]"
wheels = windows_bundle.used(windows_bundle.fetch(folder, "3.13", None, first), "3.13", first)
numpy = windows_bundle.read_wheel(next((folder / "wine").glob("numpy-*.whl")))
for wheel in (*(one for one in wheels if one.name != "numpy"), numpy):
    for name, content in windows_bundle.files_of_wheel(wheel):
        path = installed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
END
}

# Run pytest through Wine; a program of Windows that is left over when it ends is ended.
pytest_as_windows() {
  chroot "$debian" env -i HOME=/root XDG_RUNTIME_DIR=/tmp WINEPREFIX=/root/wine WINEDEBUG=-all LANG=C.UTF-8 \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1 \
    RECORDPICK_EXAMPLES="${RECORDPICK_EXAMPLES:-10}" \
    sh -c 'cd /srv && wineserver -p
      timeout --kill-after=60 3h wine "C:\suite\python\python.exe" -m pytest "$@" && code=0 || code=$?
      wineserver -k
      exit "$code"' sh \
    -n"${RECORDPICK_WORKERS:-2}" -m "" -p no:cacheprovider -o tmp_path_retention_policy=failed --basetemp='C:\suite\tmp' \
    -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true "$@"
}

if [ "${1:-}" = --mounted ]; then
  shift
  place=$debian/root/wine/drive_c/suite # a drive of Windows: DuckDB cannot list folders of another
  install
  mkdir "$place/results"
  [ $# -gt 0 ] || set -- $(find tests -mindepth 1 -maxdepth 1 -type d ! -name __pycache__ ! -name attack | sort) tests
  for part in "$@"; do
    echo "== $part"
    name=$(echo "$part" | tr -c 'A-Za-z0-9_\n' -)
    files=("$part")
    [ "$part" != tests ] || files=(tests/test_*.py) # those in no folder
    pytest_as_windows --junit-xml="C:\\suite\\results\\$name.xml" "${files[@]}" || true
  done
  python scripts/windows_suite_summary.py "$place/results" "$#" && code=0 || code=$?
  rm -rf "$place"
  exit "$code"
fi
scripts/debian13.sh "$debian" "$0" --mounted "$@"
