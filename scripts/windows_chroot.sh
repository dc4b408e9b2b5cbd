#!/usr/bin/env bash
# Make a folder in which Windows programs run on Debian: Debian 13 with Wine 10 in a chroot.
#   scripts/windows_chroot.sh FOLDER      (as root; needs debootstrap, and about 2 GB)
# Then: RECORDPICK_WINE=FOLDER RECORDPICK_BUNDLE=recordpick.zip pytest tests/windows
# (Wine 8 of Debian 12 lacks a function that Python needs to copy files.)
set -euo pipefail
folder=${1:?usage: $0 FOLDER}
mirror=$(sed -n 's/^URIs: //p; s/^deb \([^ ]*\) .*/\1/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)
[ -d "$folder/usr" ] || debootstrap --variant=minbase trixie "$folder" "$mirror"
cp /etc/resolv.conf "$folder/etc/"
cp -r /etc/apt/apt.conf.d/. "$folder/etc/apt/apt.conf.d/"
for part in proc dev sys; do
  mountpoint -q "$folder/$part" || mount --rbind "/$part" "$folder/$part"
done
chroot "$folder" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wine wine64 ca-certificates'
chroot "$folder" env WINEDEBUG=-all WINEPREFIX=/root/wine HOME=/root wineboot -i
chroot "$folder" wine --version
