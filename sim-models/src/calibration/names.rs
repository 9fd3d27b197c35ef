//! Names that become small numbers.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Names in order of first appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    index: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    pub(super) fn of(&mut self, name: &str) -> u32 {
        if let Some(&index) = self.index.get(name) {
            return index;
        }
        let index = self.names.len() as u32;
        self.index.insert(name.to_owned(), index);
        self.names.push(name.to_owned());
        index
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// A hash that is the same in every run. Two of ten million names share one with a probability of about 3e-6.
pub(super) fn digest(parts: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}
