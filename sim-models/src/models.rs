//! The models, one file each: parameters, simulation and predictions.

mod averaging;
mod budget;
mod fleet;
mod ledger;
mod organization;
mod organization_in_time;
mod queue;
mod tree;
mod workflow;
mod workflow_comparison;
mod workflow_rollouts;

pub use averaging::Averaging;
pub use budget::Budget;
pub use fleet::AnyFleet;
pub use ledger::BudgetLedger;
pub use organization::AnyOrganization;
pub use organization_in_time::OrganizationInTime;
pub use queue::ServerQueue;
pub use tree::Tree;
pub use workflow::{AnyWorkflow, WorkflowParameters, WorkflowSource};
pub use workflow_comparison::WorkflowComparison;
pub use workflow_rollouts::WorkflowRollouts;
