//! Files that a scenario names.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A file that a scenario names: its name as it was typed, and its text. The application reads it; a model sees no files.
///
/// What is in it identifies it, not its name: a renamed file is the same document, and an edited one is another. The files that its
/// text names are part of it.
///
/// ```
/// use sim_models::registry::Document;
///
/// let document = Document::new("shapes/star.json", "{}\n");
/// assert_eq!(document, Document::new("star.json", "{}\n"));
/// assert_ne!(document, Document::new("shapes/star.json", "{ }\n"));
///
/// let with = |records| Document::new("work.json", "{}").with_file("records.csv", records);
/// assert_eq!(with("1,2").file("records.csv"), Some("1,2"));
/// assert_ne!(with("1,2"), with("1,3"));
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Document {
    name: String,
    text: Arc<str>,
    /// The files that the text names, in the order in which it does, with their texts.
    files: Vec<(String, Arc<str>)>,
    digest: blake3::Hash,
}

/// A file that the text of a document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Its name, as it stands there.
    pub name: String,
    /// What names it, such as "subtask `parse`, model `small`".
    pub place: String,
}

/// Which other files a document names, each once, by its name and its text. The application reads them and adds them to the document.
#[derive(Clone, Copy)]
pub struct Naming(pub fn(name: &str, text: &str) -> Vec<NamedFile>);

impl PartialEq for Naming {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl fmt::Debug for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Naming")
    }
}

/// Separates the digest of a document with other files from those of texts.
const WITH_FILES: &str = "synergy 2026 document with the files that it names";

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
        Self { name: name.into(), digest: blake3::hash(text.as_bytes()), text, files: Vec::new() }
    }

    /// The same with a file that its text names. Its digest then covers that file's content, too.
    #[must_use]
    pub fn with_file(mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let mut hasher = blake3::Hasher::new_derive_key(WITH_FILES);
        hasher.update(self.digest.as_bytes()).update(blake3::hash(text.as_bytes()).as_bytes());
        self.digest = hasher.finalize();
        self.files.push((name.into(), text));
        self
    }

    /// The text of a file that its text names, without a byte order mark.
    pub fn file(&self, name: &str) -> Option<&str> {
        let (_, text) = self.files.iter().find(|(known, _)| known == name)?;
        Some(text.strip_prefix('\u{feff}').unwrap_or(text))
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

    /// BLAKE3 of the file in hexadecimal, as `b3sum` prints it; with other files one of all their digests.
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
        Ok(Self { name: stored.document, text: Arc::from(""), files: Vec::new(), digest })
    }
}
