//! Documents and tables as values of parameters: what identifies them, what is refused, how they are stored.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeMap;

use serde_json::json;
use sim_models::registry::{
    Document, Form, Parameter, ParameterError, Parameters, Value, Values, document, parameter_schema, table,
};

#[derive(Debug)]
struct Sources {
    file: Option<Document>,
    graph: Option<BTreeMap<String, Value>>,
    bare: Document,
}

impl Parameters for Sources {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        Ok(Self {
            file: form.read(document("file").help("an organization").or_word("none", "no file"))?,
            graph: form.read(table("graph").help("the same inline").or_word("none", "no table"))?,
            bare: form.read(document("bare").help("without a word"))?,
        })
    }
}

fn parameter(key: &str) -> Parameter {
    Sources::definitions().into_iter().find(|parameter| parameter.key == key).unwrap()
}

fn resolve(given: &[(&str, Value)]) -> Result<Values, ParameterError> {
    let given = given.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Values::resolve(&Sources::definitions(), &given)
}

fn hash(given: &[(&str, Value)]) -> [u8; 32] {
    resolve(given).unwrap_or_else(|e| panic!("{given:?}: {e}")).hash("sources")
}

fn file(name: &str, text: &str) -> Value {
    Value::Document(Document::new(name, text))
}

/// A value as it stands in JSON.
fn value(json: serde_json::Value) -> Value {
    serde_json::from_value(json).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn a_model_gets_the_text_of_a_document_and_the_entries_of_a_table() {
    let values =
        resolve(&[("file", file("a.json", "\u{feff}{}\n")), ("graph", value(json!({"a": [1.0, "b"]})))]);
    let read = Sources::from_values(&values.unwrap()).unwrap();
    let document = read.file.unwrap();
    // A byte order mark is no part of the text.
    assert_eq!((document.name(), document.text()), ("a.json", "{}\n"));
    assert_eq!(read.graph.unwrap()["a"], Value::List(vec![Value::Integer(1), text("b")]));
    let read = Sources::from_values(&resolve(&[]).unwrap()).unwrap();
    assert!(read.file.is_none() && read.graph.is_none());
    assert_eq!((read.bare.name(), read.bare.text()), ("", ""));
}

/// `printf '{}\n' | b3sum`, computed with the Python package blake3.
#[test]
fn the_digest_is_that_of_b3sum() {
    assert_eq!(
        Document::new("a", "").digest(),
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    );
    assert_eq!(Document::new("a", "{}\n").digest(), DIGEST);
}

const DIGEST: &str = "a7c4d54776fcb179f048728766a52d75dc450cc2a5072b7e2c238aa9b2cff3b6";

#[test]
fn the_content_of_a_document_identifies_it_and_not_its_name() {
    let (one, renamed, edited) = (file("a.json", "{}"), file("b.json", "{}"), file("a.json", "{ }"));
    assert_eq!(one, renamed);
    assert_ne!(one, edited);
    assert_eq!(hash(&[("file", one.clone())]), hash(&[("file", renamed)]));
    assert_ne!(hash(&[("file", one.clone())]), hash(&[("file", edited)]));
    assert_ne!(hash(&[("file", one)]), hash(&[("bare", file("a.json", "{}"))]));
}

#[test]
fn a_table_is_identified_by_its_values_however_they_were_written() {
    let graph = |graph: serde_json::Value| hash(&[("graph", value(graph))]);
    let base = graph(json!({"agents": [{"id": "a", "bias": 1, "weights": {"b": 0}}]}));
    assert_eq!(base, graph(json!({"agents": [{"weights": {"b": -0.0}, "bias": 1.0, "id": "a"}]})));
    for other in [
        json!({"agents": [{"id": "a", "bias": 1, "weights": {"b": false}}]}),
        json!({"agents": [{"id": "a", "bias": "1", "weights": {"b": 0}}]}),
        json!({"agents": [{"id": "a", "bias": 1, "weights": [0]}]}),
        json!({"agents": [{"id": "a", "bias": 1, "weights": {"b": 5e-324}}]}),
        json!({"agents": [[{"id": "a", "bias": 1, "weights": {"b": 0}}]]}),
    ] {
        assert_ne!(base, graph(other.clone()), "{other}");
    }
    // Beyond 2^53 a float is not known to be a whole number.
    assert_ne!(graph(json!({"a": 9_007_199_254_740_993_i64})), graph(json!({"a": 9_007_199_254_740_993.0})));
}

/// The key of the second digest is that of BLAKE3's key derivation with the context that the document names; computed with the Python
/// package blake3: `blake3(blake3(b"{}").digest() + blake3(b"1,2").digest(), derive_key_context=…)`.
#[test]
fn the_files_that_a_document_names_are_part_of_it() {
    let with = |records: &str| Document::new("w.json", "{}").with_file("r.csv", records);
    assert_eq!(with("1,2").digest(), DIGEST_WITH_FILE);
    assert_eq!((with("1,2").file("r.csv"), with("1,2").file("s.csv")), (Some("1,2"), None));
    assert_eq!(with("\u{feff}1,2").file("r.csv"), Some("1,2"));
    let hash = |document: Document| hash(&[("file", Value::Document(document))]);
    assert_ne!(hash(with("1,2")), hash(with("1,3")));
    assert_ne!(hash(with("1,2")), hash(Document::new("w.json", "{}")));
    assert_ne!(
        hash(with("1,2").with_file("s.csv", "3")),
        hash(Document::new("w.json", "{}").with_file("s.csv", "3").with_file("r.csv", "1,2"))
    );
}

const DIGEST_WITH_FILE: &str = "31d1f0cfb1320cff6ff865e67af2cedf5d9e01bc045b3a975fb13d2a01cfe50d";

/// A hash that changes orphans every stored result. Computed by a script in Python: BLAKE3 of the model's name, a zero byte
/// and, by key, `json.dumps([key, value], separators=(",", ":"), sort_keys=True)` and a zero byte, where the value of a
/// document is `{"blake3": digest}`.
#[test]
fn hashes_stay_what_they_are() {
    let given =
        [("file", file("a.json", "{}\n")), ("graph", value(json!({"b": {"x": [0.5, 2]}, "a": ["é", true]})))];
    let hex: String = hash(&given).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "4efbde99275f921929222774d03ab72a5437f14f68d05ff09d42fec757515d85");
}

#[test]
fn a_document_is_stored_without_its_text_and_known_again() {
    let values =
        resolve(&[("file", file("a.json", "{}\n")), ("graph", value(json!({"a": [{"b": 1}]})))]).unwrap();
    let stored = serde_json::to_value(&values).unwrap();
    assert_eq!(stored["file"], json!({"document": "a.json", "blake3": DIGEST}));
    assert_eq!(stored["graph"], json!({"a": [{"b": 1}]}));
    assert_eq!(&value(stored["file"].clone()), values.get("file").unwrap());
    assert_eq!(&value(stored["graph"].clone()), values.get("graph").unwrap());
    // What only looks like a document is a table.
    for other in [
        json!({"document": "a.json"}),
        json!({"document": "a.json", "blake3": "00"}),
        json!({"document": "a.json", "blake3": "0".repeat(64), "text": ""}),
    ] {
        assert!(matches!(value(other.clone()), Value::Table(_)), "{other}");
    }
    assert!(!format!("{:?}", file("a.json", "secret")).contains("secret"));
}

#[test]
fn what_is_neither_is_refused_in_a_sentence() {
    let refusal = |key: &str, value: Value| {
        let error = resolve(&[(key, value)]).unwrap_err();
        assert_eq!(error.keys(), [key]);
        error.to_string()
    };
    assert_eq!(
        refusal("file", value(json!({"a": 1}))),
        "`file` cannot be the table; allowed: the name of a file, or none"
    );
    assert_eq!(
        refusal("file", Value::Integer(3)),
        "`file` cannot be the integer `3`; allowed: the name of a file, or none"
    );
    assert_eq!(
        refusal("graph", file("a.json", "{}")),
        "`graph` cannot be the document `a.json`; allowed: a table, or none"
    );
    assert_eq!(
        refusal("graph", text("a.json")),
        "`graph` cannot be the text `a.json`; allowed: a table, or none"
    );
    assert_eq!(
        refusal("graph", value(json!([]))),
        "`graph` cannot be the list `[]`; allowed: a table, or none"
    );
    let numbers = "`graph` cannot be the table; allowed: a table of finite numbers, at most 64 levels deep";
    let entry = |value: Value| Value::Table(BTreeMap::from([("a".to_owned(), value)]));
    assert_eq!(refusal("graph", entry(Value::Real(f64::NAN))), numbers);
    assert_eq!(refusal("graph", entry(Value::List(vec![Value::Real(f64::INFINITY)]))), numbers);
    assert_eq!(refusal("graph", entry(file("a.json", "{}"))), numbers);
    // 64 levels: the table itself and 63 lists or tables in it.
    for inner in
        [|value| Value::List(vec![value]), |value| Value::Table(BTreeMap::from([("b".to_owned(), value)]))]
    {
        let nested = |levels: usize| (0..levels).fold(Value::Integer(1), |value, _| inner(value));
        resolve(&[("graph", entry(nested(63)))]).unwrap();
        assert_eq!(refusal("graph", entry(nested(64))), numbers);
        assert_eq!(refusal("graph", entry(nested(1000))), numbers);
    }
    let empty = (0..63).fold(Value::List(Vec::new()), |value, _| Value::List(vec![value]));
    assert_eq!(refusal("graph", entry(empty)), numbers);
}

#[test]
fn the_schema_asks_for_a_name_and_an_object() {
    let schema = parameter_schema(&parameter("file"));
    assert_eq!(schema["anyOf"][0]["type"], "string");
    assert_eq!(schema["anyOf"][1]["const"], "none");
    let schema = parameter_schema(&parameter("graph"));
    assert_eq!(schema["anyOf"][0], json!({"type": "object"}));
    assert_eq!(schema["default"], "none");
}
