//! Mathematical functions whose last bit is the same on every machine.
//!
//! Only the four operations, the square root and the pure-Rust `libm` crate are used: the functions of the
//! operating system differ between systems, and even between processors of one system.

pub mod normal;

pub use normal::{normal_cdf, normal_pdf, normal_quantile};
