#!/bin/sh
# Install one locked set and the project itself: install.sh PYTHON SET
#
# uv does it in seconds; where uv cannot be had or cannot reach its index, pip does the same
# work in minutes. Both refuse a file whose hash is not in the lock.
set -eu
python=$1
set_name=$2
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

with_uv() {
    "$python" -m pip install -q --no-compile --require-hashes -r locks/installer.txt &&
        "$python" -m uv pip install -q --compile-bytecode --python "$python" --require-hashes -r "locks/$set_name.txt" &&
        "$python" -m uv pip install -q --python "$python" --no-deps --no-build-isolation -e .
}

with_pip() {
    "$python" -m pip install -q --require-hashes -r "locks/$set_name.txt" &&
        "$python" -m pip install -q --no-compile --no-deps --no-build-isolation -e .
}

# Compiled once here, so that every start of the command is quick, also where Python may not
# write bytecode by itself.
compile_own() {
    "$python" -m compileall -q provisor connectors
}

echo "installing the set \`$set_name\` into .venv" >&2
if with_uv >"$log" 2>&1; then
    compile_own
    exit 0
fi
tail -n 5 "$log" >&2
echo "uv could not install the set; pip does it now, which takes minutes" >&2
with_pip
compile_own
