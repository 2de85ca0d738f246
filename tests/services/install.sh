#!/bin/sh
# Install what the servers of the tests need and pip does not bring: Node.js, and the packages of
# package-lock.json; OpenLDAP's slapd, and what python-ldap is built with. Only installing needs root; nothing runs as root afterwards.
# Usage: install.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1

if ! command -v npm >/dev/null 2>&1; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "Node.js 20 or later with npm is needed: apt-get install nodejs npm" >&2
        exit 1
    fi
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends nodejs npm
fi
if [ ! -x /usr/sbin/slapd ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "OpenLDAP's slapd is needed: apt-get install slapd" >&2
        exit 1
    fi
    apt-get update -qq
    # Installed, and not started: each session of tests starts one of its own.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slapd
fi
# What python-ldap is built with.
if [ ! -e /usr/include/ldap.h ] || [ ! -e /usr/include/sasl/sasl.h ] || ! command -v gcc >/dev/null 2>&1; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "python-ldap is built from C: apt-get install gcc libldap-dev libsasl2-dev python3-dev" >&2
        exit 1
    fi
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends gcc libc6-dev libldap-dev libsasl2-dev python3-dev
fi
mkdir -p "$folder"
if [ -d "$folder/node_modules" ] && cmp -s "$here/package-lock.json" "$folder/package-lock.json"; then
    exit 0
fi
cp "$here/package.json" "$here/package-lock.json" "$folder/"
cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
