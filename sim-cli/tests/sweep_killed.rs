//! A sweep that is killed at any moment, or whose disk is full, goes on to the bytes of an undisturbed one.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail the test")]

mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Instant;

use support::{Place, program};

/// 900 cells, some of a millisecond and some of many, so that a kill can hit every stage of a window.
const SCENARIO: &str = "\
model = \"tree\"
[sweep]
correlation = { from = 0.0, to = 1.0, points = 90 }
depth = { from = 1, to = 10, points = 10 }
[stop]
trials = 20000
";

fn start(place: &Place, out: &str) -> Child {
    let mut command = Command::new(program());
    command.args(["sweep", "s.toml", "--out", out, "--threads", "2"]).current_dir(place.path(""));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_sweep_killed_at_fifty_moments_ends_with_the_bytes_of_an_undisturbed_one() {
    let place = Place::new();
    place.write("s.toml", SCENARIO);
    let clock = Instant::now();
    place.synergy("sweep s.toml --out whole --threads 2").expect(0);
    let whole = clock.elapsed();
    // A fixed sequence of moments: twenty from the start of the program on, and thirty over a whole run, some in a directory that is complete
    // already, so that it is being compacted again.
    let mut state = 1_u64;
    for round in 0..50 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state >> 40) as f64 / (1_u64 << 24) as f64;
        let longest = if round < 20 { whole / 10 } else { whole };
        let mut child = start(&place, "out");
        sleep(longest.mul_f64(share));
        // One that has ended already was not hit, which is a moment, too.
        let _ = child.kill();
        child.wait().unwrap();
    }
    place.synergy("sweep s.toml --out out").expect(0);
    assert!(place.read("whole/data.parquet") == place.read("out/data.parquet"));
    assert_eq!(place.names("out"), ["data.parquet", "manifest.json", "runs.jsonl"]);
}

/// The first thing that a program writes is what tells its directory from a foreign one. One moment in fifty falls between two files here.
#[test]
fn a_sweep_killed_at_its_very_beginning_goes_on() {
    let place = Place::new();
    place.write("s.toml", SCENARIO.replace("20000", "50").replace("points = 90", "points = 9"));
    let clock = Instant::now();
    place.synergy("sweep s.toml --out whole").expect(0);
    let whole = clock.elapsed();
    for round in 0..100 {
        let out = format!("out{round}");
        let mut child = start(&place, &out);
        sleep(whole.mul_f64(f64::from(round) / 100.0));
        let _ = child.kill();
        child.wait().unwrap();
        place.synergy(&format!("sweep s.toml --out {out}")).expect(0);
        assert!(place.read("whole/data.parquet") == place.read(&format!("{out}/data.parquet")));
    }
}

/// A small file system of its own, where the test may mount one.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(path: &'a Path) -> Option<Self> {
        std::fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=40k", "tmpfs"]).arg(path);
        mount_quietly(&mut mount).then_some(Self(path))
    }

    fn grow(&self) {
        let mut mount = Command::new("mount");
        mount.args(["-o", "remount,size=64m"]).arg(self.0);
        assert!(mount_quietly(&mut mount));
    }
}

fn mount_quietly(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = mount_quietly(Command::new("umount").arg(self.0));
    }
}

/// Where nothing may be mounted (not root, or a system without mounts) the shell's limit on the size of a file stands in for a full disk.
#[test]
fn a_sweep_on_a_full_disk_says_so_and_goes_on_when_there_is_room() {
    let place = Place::new();
    place.write("s.toml", SCENARIO);
    place.synergy("sweep s.toml --out whole").expect(0);
    let path = place.path("disk");
    if let Some(disk) = SmallDisk::mount(&path) {
        let ended = place.synergy("sweep s.toml --out disk/out").expect(1);
        assert!(ended.err.contains("No space left on device"), "{}", ended.err);
        disk.grow();
        place.synergy("sweep s.toml --out disk/out").expect(0);
        assert!(place.read("whole/data.parquet") == place.read("disk/out/data.parquet"));
    } else {
        let line = format!("ulimit -f 8; exec {} sweep s.toml --out out", program().display());
        let ended = Command::new("sh").args(["-c", &line]).current_dir(place.path("")).output().unwrap();
        assert!(!ended.status.success());
        place.synergy("sweep s.toml --out out").expect(0);
        assert!(place.read("whole/data.parquet") == place.read("out/data.parquet"));
    }
}

#[test]
fn a_part_that_is_cut_off_is_named_and_its_cells_are_run_again() {
    let place = Place::new();
    place.write("s.toml", SCENARIO.replace("20000", "50"));
    place.synergy("sweep s.toml --out whole").expect(0);
    let data = place.read("whole/data.parquet");
    for broken in [&data[..data.len() / 2], &[]] {
        place.write("out/manifest.json", place.read("whole/manifest.json"));
        place.write("out/parts/000000.parquet", broken);
        let ended = place.synergy("sweep s.toml --out out").expect(0);
        assert!(ended.err.contains("out/parts/000000.parquet is damaged"), "{}", ended.err);
        assert!(place.read("out/data.parquet") == data);
        assert_eq!(place.names("out"), ["data.parquet", "manifest.json", "runs.jsonl"]);
        std::fs::remove_dir_all(place.path("out")).unwrap();
    }
}
