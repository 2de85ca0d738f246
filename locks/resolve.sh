#!/bin/sh
# Resolve every lock: resolve.sh PYTHON SET...
#
# All extras are resolved together first, and each set is then cut from that one answer,
# so that a package has the same version in every lock.
set -eu
python=$1
shift
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --upgrade uv

resolve() {
    "$work/venv/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --no-annotate --custom-compile-command "make locks" "$@"
}

resolve pyproject.toml --group build --all-extras --output-file "$work/all.txt"
for name in "$@"; do
    extra="--extra $name"
    [ "$name" = core ] && extra=
    # shellcheck disable=SC2086  # the option is two words or none
    resolve pyproject.toml --group build $extra --constraint "$work/all.txt" --generate-hashes \
        --output-file "$work/$name.txt"
    mv "$work/$name.txt" "locks/$name.txt"
    echo "locks/$name.txt: $(grep -c '==' "locks/$name.txt") packages"
done
echo uv | resolve - --generate-hashes --output-file "$work/installer.txt"
mv "$work/installer.txt" locks/installer.txt
