#!/usr/bin/env bash
# The study on HyperQueue: two workers on this machine, one chunk killed half way, and the bytes of one process in the end.
# Needs python3 with venv; installs HyperQueue beside this file. `hyperqueue.sh [SYNERGY]`, the program built by `cargo build --release` if not given.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
synergy=$(realpath "${1-$here/../../target/release/synergy}")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if ! test -e "$here/.venv/installed"; then
    python3 -m venv --clear "$here/.venv"
    "$here/.venv/bin/pip" install --quiet --disable-pip-version-check hyperqueue==0.27.0
    touch "$here/.venv/installed"
fi
export SYNERGY_PYTHON=$here/.venv/bin/python

"$synergy" sweep "$here/study.toml" --out "$out/one" --quiet
"$synergy" shards submit "$here/study.toml" --out "$out/many" --engine hyperqueue --workers 2 --seconds 0.2 --quiet &
job=$!
# Half way a chunk is killed; what is not there in the end is given to the engine again.
chunks() { find "$out/many/parts" -name 'chunk-*.parquet' 2> /dev/null | wc -l; }
while kill -0 "$job" 2> /dev/null && test "$(chunks)" -lt 3; do sleep 0.05; done
victim=$(pgrep --newest --full "shards run $out/many/shards.json" || true)
if test -n "$victim" && kill -9 "$victim"; then echo "killed a worker's chunk"; fi
wait "$job"
cmp "$out/one/data.parquet" "$out/many/data.parquet"
echo 'HyperQueue: two workers, one killed; the bytes of one process'
