#!/usr/bin/env bash
# Run a command beside a Debian 13, in which Wine 10 runs Windows programs, and which has Python 3.13.
#
#   scripts/debian13.sh FOLDER COMMAND...
#
# FOLDER is made first if it is not there: as root, in one or two minutes, 2 GB. COMMAND runs here;
# what it starts with `chroot FOLDER …` runs there, where this project is /srv and /tmp is empty.
# All mounts and processes belong to COMMAND alone and are gone when it ends, however it ends.
# Where Debian 13 cannot be made or used, one line says why, and the exit code is 77.
# (Debian 12 has Python 3.11, and Wine 8, which lacks a function that Python needs to copy files.)
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 FOLDER COMMAND..." >&2; exit 2; }
folder=$(realpath -m "$1")
shift
project=$(realpath "$(dirname "$0")/..")
packages="wine wine64 ca-certificates python3 python3-venv"
mark="$folder/made-for-recordpick"

cannot() {
  echo "Debian 13 with Wine and Python 3.13 cannot be used here: $1" >&2
  exit 77
}

# Print the files of this machine's pip settings, and what they name.
pip_files() {
  {
    python3 -m pip config debug | sed -n 's/^ *\(\/.*\), exists: True$/\1/p'
    # the files of an index lie beside its folder "simple"
    python3 -m pip config list | grep -oE "(file://)?/[^' ]+" | sed 's/^file:\/\///; s/\/simple\/\?$//'
    printf '%s\n' "${SSL_CERT_FILE:-}" "${PIP_CERT:-}" "${REQUESTS_CA_BUNDLE:-}"
  } | sort -u | while read -r path; do
    [ -e "$path" ] && [ "$path" != / ] && echo "$path"
  done
  true
}

if [ "${1:-}" = --mounted ]; then # inside the mount namespace
  shift
  mount -t proc proc "$folder/proc"
  for part in dev sys; do mount --rbind "/$part" "$folder/$part"; done
  mount -t tmpfs tmpfs "$folder/tmp"
  mount --bind "$project" "$folder/srv"
  cp /etc/resolv.conf "$folder/etc/"
  [ ! -d /etc/apt/apt.conf.d ] || cp -r /etc/apt/apt.conf.d/. "$folder/etc/apt/apt.conf.d/"
  [ ! -s "$mark" ] || pip_files | while read -r path; do
    if [ -d "$path" ]; then
      mkdir -p "$folder$path"
    else
      mkdir -p "$(dirname "$folder$path")"
      [ -e "$folder$path" ] || touch "$folder$path"
    fi
    mount --bind "$path" "$folder$path"
  done
  "$@"
  exit
fi

# `setpriv` ends everything in there when this script ends
mounted() {
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
    "$0" "$folder" --mounted "$@"
}

[ "$(id -u)" = 0 ] || cannot "only root may make it"
if [ "$(cat "$mark" 2> /dev/null)" != "$packages" ]; then
  ! grep -qF " $folder/" /proc/self/mountinfo || cannot "$folder holds mounts of something else"
  if ! command -v debootstrap > /dev/null; then
    { apt-get update -qq && apt-get install -y -qq debootstrap; } > /dev/null 2>&1 ||
      cannot "debootstrap is missing and could not be installed"
  fi
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if [ -e "$mark" ]; then # an earlier one, or half of one
    rm -rf --one-file-system "$folder"
  elif [ -n "$(ls -A "$folder" 2> /dev/null)" ]; then
    cannot "$folder is not empty: choose a new folder"
  fi
  mkdir -p "$folder"
  touch "$mark"
  # the mirror that this machine's own sources name, where they name one of Debian
  mirror=$(sed -n 's/^URIs: *\([^ ]*\/debian\)\/\?$/\1/p; s/^deb [^ ]* *\([^ ]*\/debian\)\/\? .*/\1/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | sort -u | sed -n 1p || true)
  debootstrap --variant=minbase trixie "$folder" ${mirror:+"$mirror"} > "$log" 2>&1 ||
    cannot "debootstrap failed: $(tail -n 1 "$log")"
  unshare --mount --pid --fork true 2> /dev/null || cannot "mounts are refused"
  # shellcheck disable=SC2086 # the packages are several words
  {
    mounted chroot "$folder" apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive mounted chroot "$folder" \
        apt-get install -y -qq --no-install-recommends $packages
  } > "$log" 2>&1 || cannot "its packages were not installed: $(tail -n 1 "$log")"
  mounted chroot "$folder" apt-get clean
  # the folder of Windows, made once; wineserver writes it when it ends
  mounted chroot "$folder" env WINEDEBUG=-all WINEPREFIX=/root/wine HOME=/root \
    sh -c 'wineboot -i && wineserver -w' > "$log" 2>&1 || cannot "Wine did not start: $(tail -n 1 "$log")"
  echo "$packages" > "$mark"
fi
unshare --mount --pid --fork true 2> /dev/null || cannot "mounts are refused"
mounted "$@"
