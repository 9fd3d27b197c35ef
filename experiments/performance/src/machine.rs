//! The machine that the numbers belong to.

use std::{fs, thread};

/// Markdown lines that name the machine, the compiler and the system.
pub fn describe() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let sets = instruction_sets();
    let sets = if sets.is_empty() { "none that a kernel asks for".to_owned() } else { sets.join(", ") };
    format!(
        "- processor: {}, {cores} core{} available\n- instruction sets: {sets}\n- compiler: {}\n- system: {}",
        processor().unwrap_or_else(|| "unknown".into()),
        if cores == 1 { "" } else { "s" },
        env!("RUSTC_VERSION"),
        system(),
    )
}

/// Whether the program may run code for AVX2.
pub fn has_avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Whether the program may run code for AVX-512 (foundation, bytes and words, any vector length, double
/// words).
pub fn has_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> Vec<&'static str> {
    let sets = [
        ("SSSE3", is_x86_feature_detected!("ssse3")),
        ("POPCNT", is_x86_feature_detected!("popcnt")),
        ("BMI2", is_x86_feature_detected!("bmi2")),
        ("AVX2", has_avx2()),
        ("AVX-512 F/BW/VL/DQ", has_avx512()),
        ("AVX-512 VBMI", is_x86_feature_detected!("avx512vbmi")),
        ("AVX-512 VBMI2", is_x86_feature_detected!("avx512vbmi2")),
        ("GFNI", is_x86_feature_detected!("gfni")),
    ];
    sets.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_sets() -> Vec<&'static str> {
    Vec::new()
}

/// What Linux says of the processor. Virtual machines often hide the model's name, so family and model are
/// given too.
fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let field = |key: &str| {
        let line = info.lines().find(|line| line.split(':').next().is_some_and(|name| name.trim() == key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let name = field("model name")?;
    Some(match (field("cpu family"), field("model")) {
        (Some(family), Some(model)) => format!("{name} (family {family}, model {model})"),
        _ => name,
    })
}

fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let arch = std::env::consts::ARCH;
    match name {
        Some(name) => format!("{}, kernel {}, {arch}", name.trim_matches('"'), kernel.trim()),
        None => format!("{}, {arch}", std::env::consts::OS),
    }
}
