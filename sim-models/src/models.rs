//! The models of organizations, one file each: parameters, simulation and predictions.

mod averaging;
mod budget;
mod organization;
mod organization_in_time;
mod tree;

pub use averaging::Averaging;
pub use budget::Budget;
pub use organization::AnyOrganization;
pub use organization_in_time::OrganizationInTime;
pub use tree::Tree;
