#!/bin/sh
# The browser tests need Chromium. Install Debian's when there is none and we may; otherwise say what to do.
set -eu
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  exec apt-get install -y -qq --no-install-recommends chromium fonts-noto-core
fi
echo "error: the browser tests need Chromium; install it (Debian: apt-get install chromium)" >&2
exit 1
