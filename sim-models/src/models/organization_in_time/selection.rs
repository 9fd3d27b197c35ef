//! Agents by name: `judge`, `a*`, `family:small`.

use crate::organization::graph::Organization;

/// By agent: whether it fits a pattern, which is a name in which a star stands for anything, or `family:NAME`.
pub(super) fn select(pattern: &str, organization: &Organization) -> Vec<bool> {
    let graph = organization.graph();
    let hit = |agent: usize| match pattern.strip_prefix("family:") {
        Some(family) => organization.agent(agent).family.as_deref() == Some(family),
        None => matches(pattern, graph.name(agent)),
    };
    (0..graph.len()).map(hit).collect()
}

/// Whether a name fits a pattern in which a star stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(found) => rest = &rest[found + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, fits) in [
            ("a1", "a1", true),
            ("a1", "a12", false),
            ("a*", "a12", true),
            ("*", "", true),
            ("*2", "a12", true),
            ("a*2", "a2", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxc", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
