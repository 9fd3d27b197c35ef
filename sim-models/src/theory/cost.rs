//! What an organization costs, in tokens (spec 1.4). A message of `m` tokens is written and read: `2m`.

/// Overhead per leaf of a large tree, `c0 = (2 m b + c_a)/(b - 1)`, with `node_tokens` `c_a` spent at each
/// internal node (quoted for `c_a = 0`). Infinite at fan-in 1.
///
/// ```
/// assert_eq!(sim_models::theory::cost::overhead(5, 50.0, 0.0), 125.0);
/// ```
pub fn overhead(fan_in: u32, message_tokens: f64, node_tokens: f64) -> f64 {
    let b = f64::from(fan_in);
    let per_node = 2.0 * message_tokens * b + node_tokens;
    if fan_in >= 1 && message_tokens >= 0.0 && node_tokens >= 0.0 { per_node / (b - 1.0) } else { f64::NAN }
}

/// Cost of a tree of `leaves` with `leaf_tokens` each: `N x + c0 (N - 1)` (derived).
pub fn tree(leaves: f64, leaf_tokens: f64, overhead: f64) -> f64 {
    leaves * leaf_tokens + overhead * (leaves - 1.0)
}

/// The paper's relaxed cost of a tree, `N (x + c0)` (quoted).
pub fn tree_relaxed(leaves: f64, leaf_tokens: f64, overhead: f64) -> f64 {
    leaves * (leaf_tokens + overhead)
}

/// Tokens per leaf that a budget leaves to a tree, `x = B/N - c0 (1 - 1/N)`; negative if it cannot pay
/// the messages.
pub fn leaf_tokens(budget: f64, leaves: f64, overhead: f64) -> f64 {
    (budget - overhead * (leaves - 1.0)) / leaves
}

/// Cost of a star of `agents`: `N (x + 2m)`.
pub fn star(agents: f64, agent_tokens: f64, message_tokens: f64) -> f64 {
    agents * (agent_tokens + 2.0 * message_tokens)
}

/// Cost of a chain of `agents`: `n x + 2m (n - 1)`.
pub fn chain(agents: f64, agent_tokens: f64, message_tokens: f64) -> f64 {
    agents * agent_tokens + 2.0 * message_tokens * (agents - 1.0)
}
