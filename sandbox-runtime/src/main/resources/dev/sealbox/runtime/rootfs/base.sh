#!/bin/sh
# Turns a fresh Debian root file system, $1, into the template "base". Run by mmdebstrap as its last step.
set -eu
root=$1

chroot "$root" groupadd --gid 1000 sandbox
chroot "$root" useradd --create-home --uid 1000 --gid 1000 --shell /bin/bash sandbox
chroot "$root" sh -c 'cat > /etc/sudoers.d/sandbox && chmod 0440 /etc/sudoers.d/sandbox' <<'EOF'
sandbox ALL=(ALL:ALL) NOPASSWD: SETENV: ALL
# The way out and the trust in it stay the same for root.
Defaults env_keep += "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy"
Defaults env_keep += "SSL_CERT_FILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE GIT_SSL_CAINFO PIP_CERT CARGO_HTTP_CAINFO"
Defaults env_keep += "AWS_CA_BUNDLE DENO_CERT NODE_EXTRA_CA_CERTS JAVA_TOOL_OPTIONS"
EOF

chroot "$root" install -d -m 0755 /etc/sealbox /usr/local/share/ca-certificates
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
echo 'nameserver 169.254.169.253' > "$root/etc/resolv.conf"
printf '127.0.0.1 localhost\n' > "$root/etc/hosts"

rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb
rm -rf "$root"/var/log/* "$root"/tmp/* "$root"/run/*
