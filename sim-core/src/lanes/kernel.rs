//! Which instruction set runs.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

use thiserror::Error;

use super::portable::Portable;
use super::vector::Lanes;

/// An algorithm on lanes, written once for all instruction sets: a function generic over [`Lanes`], as a type, because a closure cannot be
/// generic. Its `run`, and everything generic over [`Lanes`] that it calls, must be `#[inline(always)]`: what is not inlined is
/// compiled without the instructions, and slow. See the [rules](super#rules-for-code-on-lanes).
pub trait Task {
    /// What it gives.
    type Output;
    /// Runs it.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// An instruction set that lanes run on. Results are the same on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kernel {
    /// Plain words of 64 bits; every machine.
    Portable,
    /// AVX2 and BMI2; most x86-64 machines since 2013.
    Avx2,
    /// AVX-512 F, BW, DQ and VL.
    Avx512,
}

/// A name that no kernel has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a kernel is one of portable, avx2, avx512; found `{0}`")]
pub struct NoSuchKernel(String);

impl Kernel {
    /// All kernels, the fastest last.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Whether this machine has the instructions.
    #[cfg(target_arch = "x86_64")]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => super::avx2::is_available(),
            Self::Avx512 => super::avx512::is_available(),
        }
    }

    /// Whether this machine has the instructions.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_available(self) -> bool {
        self == Self::Portable
    }

    /// The kernels that this machine can run.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kernel| kernel.is_available())
    }

    /// The fastest kernel that this machine can run.
    pub fn best() -> Self {
        Self::available().last().unwrap_or(Self::Portable)
    }

    /// Runs a task. A kernel that the machine does not have runs as the portable one, with the same result.
    #[cfg(target_arch = "x86_64")]
    pub fn run<T: Task>(self, task: T) -> T::Output {
        let done = match self {
            Self::Avx512 => super::avx512::run(task),
            Self::Avx2 => super::avx2::run(task),
            Self::Portable => Err(task),
        };
        done.unwrap_or_else(|task| task.run::<Portable>())
    }

    /// Runs a task.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn run<T: Task>(self, task: T) -> T::Output {
        task.run::<Portable>()
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        })
    }
}

impl FromStr for Kernel {
    type Err = NoSuchKernel;
    fn from_str(name: &str) -> Result<Self, NoSuchKernel> {
        let named = Self::ALL.into_iter().find(|kernel| kernel.to_string() == name);
        named.ok_or_else(|| NoSuchKernel(name.to_owned()))
    }
}

/// The kernel of this process: its number, or [`UNSET`].
static SELECTED: AtomicU8 = AtomicU8::new(UNSET);

const UNSET: u8 = u8::MAX;

/// The kernel that simulations of this process use: the one chosen with [`select`], else the best.
pub fn kernel() -> Kernel {
    let selected = SELECTED.load(Ordering::Relaxed);
    Kernel::ALL.into_iter().find(|&kernel| kernel as u8 == selected).unwrap_or_else(Kernel::best)
}

/// Makes all simulations of this process use a kernel. It changes their speed, never their results.
pub fn select(kernel: Kernel) {
    SELECTED.store(kernel as u8, Ordering::Relaxed);
}
