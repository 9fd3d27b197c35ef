//! Files that a scenario names.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A file that a scenario names: its name as it was typed, and its text. The application reads it; a model sees no files.
///
/// What is in it identifies it, not its name: a renamed file is the same document, and an edited one is another.
///
/// ```
/// use sim_models::registry::Document;
///
/// let document = Document::new("shapes/star.json", "{}\n");
/// assert_eq!(document, Document::new("star.json", "{}\n"));
/// assert_ne!(document, Document::new("shapes/star.json", "{ }\n"));
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Document {
    name: String,
    text: Arc<str>,
    digest: blake3::Hash,
}

/// How a document stands in manifests and reports: without its text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    document: String,
    blake3: String,
}

impl Document {
    /// A file's name and text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { name: name.into(), digest: blake3::hash(text.as_bytes()), text }
    }

    /// The name as it was typed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, without the byte order mark that some editors write. Empty in a document that comes from a manifest, which
    /// holds no texts.
    pub fn text(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }

    /// BLAKE3 of the file in hexadecimal, as `b3sum` prints it.
    pub fn digest(&self) -> String {
        self.digest.to_hex().to_string()
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Document {}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("name", &self.name).field("blake3", &self.digest()).finish()
    }
}

impl From<Document> for Stored {
    fn from(document: Document) -> Self {
        Self { blake3: document.digest(), document: document.name }
    }
}

impl TryFrom<Stored> for Document {
    type Error = blake3::HexError;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let digest = blake3::Hash::from_hex(&stored.blake3)?;
        Ok(Self { name: stored.document, text: Arc::from(""), digest })
    }
}
