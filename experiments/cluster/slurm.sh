#!/usr/bin/env bash
# The study on Slurm: a controller and two nodes, all on the loopback of this machine, and the bytes of one process in the end.
# Installs Debian's slurm-wlm and munge where it may; says that it skipped where it may not. `slurm.sh [SYNERGY]`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
synergy=$(realpath "${1-$here/../../target/release/synergy}")

if ! command -v slurmctld munged > /dev/null; then
    if ! { test "$(id -u)" = 0 && command -v apt-get > /dev/null && apt-get update -qq > /dev/null 2>&1 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y slurm-wlm munge > /dev/null 2>&1; }; then
        echo 'Slurm: skipped, its packages cannot be installed here'
        exit 0
    fi
fi
if test "$(id -u)" != 0; then
    echo 'Slurm: skipped, its daemons need root'
    exit 0
fi

scratch=$(mktemp -d)
chmod 755 "$scratch"
daemons=()
stop() {
    for daemon in "${daemons[@]}"; do kill "$daemon" 2> /dev/null || true; done
    wait 2> /dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT

install -d -o munge -g munge "$scratch/munge"
socket=$scratch/munge/socket
runuser -u munge -- munged --foreground --force --socket="$socket" --pid-file="$scratch/munge/pid" \
    --log-file="$scratch/munge/log" --seed-file="$scratch/munge/seed" > /dev/null 2>&1 &
daemons+=($!)

host=$(hostname -s)
mkdir -p "$scratch"/{state,spool/n1,spool/n2}
cat > "$scratch/slurm.conf" << CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17000
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=2
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool/%n
SlurmdPidFile=$scratch/slurmd.%n.pid
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.%n.log
MpiDefault=none
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17001 CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17002 CPUs=1
PartitionName=main Nodes=ALL Default=YES State=UP
CONF
export SLURM_CONF=$scratch/slurm.conf
sleep 1
slurmctld -D > /dev/null 2>&1 &
daemons+=($!)
for node in n1 n2; do
    slurmd -D -N "$node" > /dev/null 2>&1 &
    daemons+=($!)
done
for _ in $(seq 100); do
    test "$(sinfo --noheader --Node --states=idle 2> /dev/null | wc -l)" = 2 && break
    sleep 0.2
done
sinfo --Node

"$synergy" sweep "$here/study.toml" --out "$scratch/one" --quiet
"$synergy" shards submit "$here/study.toml" --out "$scratch/many" --engine slurm --workers 2 --seconds 1 --quiet &
job=$!
# Half way one of the two tasks is killed; what is not there in the end is given to the engine again.
until test "$(find "$scratch/many/parts" -name 'chunk-*.parquet' 2> /dev/null | wc -l)" -ge 3; do sleep 0.1; done
victim=$(pgrep --newest --full "shards run $scratch/many/shards.json" || true)
if test -n "$victim" && kill -9 "$victim"; then echo 'killed one of two tasks'; fi
wait "$job"
cmp "$scratch/one/data.parquet" "$scratch/many/data.parquet"
echo 'Slurm: two nodes, a task killed on one; the bytes of one process'
