//! Statistics that are collected while a run goes on, in memory that does not grow with it.
//!
//! What happens one after the other in one run is not independent: the interval of a mean over the customers of one run is too narrow.
//! [`BatchMeans`] has an honest one; so has a mean over replications.
//!
//! Histograms of any quantity, and quantiles from them, are [`Quantiles`](crate::estimate::Quantiles). A warm-up is removed by
//! [`TimeWeighted::restart`] and by the first argument of [`BatchMeans::new`].

mod batch_means;
mod time_weighted;

pub use batch_means::BatchMeans;
pub use time_weighted::TimeWeighted;
