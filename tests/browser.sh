#!/bin/sh
# The tests need Chromium, a Redis server and, from npm, axe-core. Install what is missing where we may; otherwise say what to do.
set -eu
need=""
found=""
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && found=yes
done
[ -n "$found" ] || need="chromium fonts-noto-core"
command -v npm >/dev/null 2>&1 || need="$need npm"
command -v redis-server >/dev/null 2>&1 || need="$need redis-server"
if [ -n "$need" ]; then
  if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "error: the tests need Chromium, npm and redis-server; install what is missing (Debian: apt-get install $need)" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $need
fi
cd "$(dirname "$0")/.."
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-fund --no-audit --ignore-scripts
