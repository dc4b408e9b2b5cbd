#!/usr/bin/env bash
# Run the whole test suite as Windows, through Wine: before a release.
#
#   scripts/windows_suite.sh [OPTIONS OF PYTEST]      (as root, with the extra "test" installed)
#
# Nothing may fail; what is skipped is listed with its reason at the end. RECORDPICK_DEBIAN13 names
# the folder of Debian 13 (scripts/debian13.sh), which is kept and used again.
set -euo pipefail
cd "$(dirname "$0")/.."
debian=${RECORDPICK_DEBIAN13:-/var/cache/recordpick/debian13}

if [ "${1:-}" = --mounted ]; then
  shift
  place=$debian/root/wine/drive_c/suite # a drive of Windows: DuckDB cannot list folders of another
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
  chroot "$debian" env -i HOME=/root XDG_RUNTIME_DIR=/tmp WINEPREFIX=/root/wine WINEDEBUG=-all LANG=C.UTF-8 \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1 \
    RECORDPICK_EXAMPLES="${RECORDPICK_EXAMPLES:-10}" \
    sh -c 'cd /srv && wineserver -p && exec wine "C:\suite\python\python.exe" -m pytest "$@"' sh \
    -n2 -rs -p no:cacheprovider -o tmp_path_retention_policy=failed --basetemp='C:\suite\tmp' "$@" &&
    code=0 || code=$?
  rm -rf "$place"
  exit "$code"
fi
scripts/debian13.sh "$debian" "$0" --mounted "$@"
