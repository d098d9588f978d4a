#!/bin/sh
# Compiles the wall clock of a single process as a library into the folder $1.
set -eu
cd "$(dirname "$0")"
if ! command -v gcc >/dev/null; then
    echo "gcc is missing: it compiles what gives a node of the cluster's story a clock of its own (apt-get install gcc libc6-dev)" >&2
    exit 1
fi
mkdir -p "$1"
gcc -std=gnu11 -shared -fPIC -O2 -s -Wall -Wextra -Werror -o "$1/sealbox-clock.so" clock.c -ldl
