#!/bin/sh
# Compiles the guest agent and the host helper as static programs into the folder $1.
set -eu
cd "$(dirname "$0")"
if ! command -v gcc >/dev/null; then
    echo "gcc is missing: the guest agent of sandboxes is a C program (apt-get install gcc libc6-dev)" >&2
    exit 1
fi
mkdir -p "$1"
flags="-std=gnu11 -static -Os -s -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror -fstack-protector-strong"
gcc $flags -o "$1/sealbox-agent" main.c protocol.c command.c run.c session.c port.c terminal.c relayed.c elevate.c savable.c descendants.c paths.c files.c write.c
gcc $flags -o "$1/sealbox-host" host.c relay.c btrfs.c unpack.c
# Loaded into programs whose C library is none of ours: it may ask nothing of one but where its errno is.
gcc -std=gnu11 -shared -fPIC -Os -s -nostdlib -Wall -Wextra -Werror -o "$1/sealbox-shim.so" shim.c
