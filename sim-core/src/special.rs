//! Mathematical functions whose last bit is the same on every machine.
//!
//! Only the four operations, the square root and the pure-Rust `libm` crate are used: the functions of the
//! operating system differ between systems, and even between processors of one system.

pub mod beta;
mod gamma;
mod logarithm;
pub mod normal;
mod stirling;
pub mod student;

pub use beta::{beta_inc, beta_inc_upper, beta_quantile, beta_quantile_upper, ln_beta};
pub use gamma::gamma_inc;
pub use logarithm::ln_normal;
pub use normal::{normal_cdf, normal_pdf, normal_quantile};
pub use student::{student_cdf, student_quantile};
