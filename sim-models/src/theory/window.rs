//! What fits into a context window, and the sizes of a tree (spec 1.3).

/// Messages of `message_tokens` that a window holds beside a prompt: `floor((W - W0)/m)`; 0 if there is no
/// room. The limit of a star's agents and of a tree's fan-in (quoted; the prompt is this project's).
///
/// ```
/// assert_eq!(sim_models::theory::window::messages(2000, 0, 153), 13);
/// ```
pub fn messages(window: u64, prompt: u64, message_tokens: u64) -> u64 {
    window.saturating_sub(prompt).checked_div(message_tokens).unwrap_or(u64::MAX)
}

/// Largest odd fan-in that the window allows; `None` below 1.
pub fn odd_fan_in(window: u64, prompt: u64, message_tokens: u64) -> Option<u32> {
    let most = messages(window, prompt, message_tokens).min(u64::from(u32::MAX)) as u32;
    if most % 2 == 1 { Some(most) } else { most.checked_sub(1) }
}

/// Leaves of a tree, `N = b^L`; `None` beyond 2^64.
pub fn leaves(fan_in: u32, depth: u32) -> Option<u64> {
    u64::from(fan_in).checked_pow(depth)
}

/// Internal nodes of a tree, `(N-1)/(b-1) = 1 + b + ... + b^(L-1)`; `None` beyond 2^64.
pub fn internal_nodes(fan_in: u32, depth: u32) -> Option<u64> {
    if fan_in < 2 {
        return Some(if fan_in == 1 { u64::from(depth) } else { u64::from(depth > 0) });
    }
    leaves(fan_in, depth).map(|leaves| (leaves - 1) / (u64::from(fan_in) - 1))
}

/// Edges of a tree, `b (N-1)/(b-1)`: one message each; `None` beyond 2^64.
pub fn edges(fan_in: u32, depth: u32) -> Option<u64> {
    internal_nodes(fan_in, depth)?.checked_mul(u64::from(fan_in))
}
