//! A list of a JSON summary as a table.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::dataset::Table;

/// One row per item of a list. What is in an item's objects has a column of its own: `total_low` is `low` of `total`, and `total` its `value`; pairs of a
/// name and a value, as in `cell`, have the column of the name. `None` if it is no list of objects.
pub fn records(list: &Json) -> Option<Table> {
    let rows = list.as_array()?.iter().map(|item| {
        let mut columns = BTreeMap::new();
        flatten("", item.as_object().map(|_| item)?, &mut columns);
        Some(columns)
    });
    Some(Table::of_records(&rows.collect::<Option<Vec<_>>>()?))
}

fn flatten(name: &str, value: &Json, columns: &mut BTreeMap<String, Json>) {
    let inside = |key: &str| match (name, key) {
        ("", key) => key.to_owned(),
        (name, "value") => name.to_owned(),
        (name, key) => format!("{name}_{key}"),
    };
    match value {
        Json::Object(fields) => fields.iter().for_each(|(key, field)| flatten(&inside(key), field, columns)),
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item.as_array().map(Vec::as_slice) {
                    Some([Json::String(key), field]) => flatten(key, field, columns),
                    _ => flatten(&inside(&index.to_string()), item, columns),
                }
            }
        }
        plain => {
            columns.insert(name.to_owned(), plain.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_in_objects_have_columns() {
        let table = records(&json!([
            {"parameter": "x", "total": {"value": 0.5, "low": 0.4, "high": 0.6}, "ends": [{"at": 1}, {"at": 2}], "cell": [["rho", 0.1]]},
            {"parameter": "y", "apart": true},
        ]))
        .unwrap();
        assert_eq!(table.rows(), 2);
        assert_eq!(table.texts("parameter").unwrap(), [Some("x".to_owned()), Some("y".to_owned())]);
        assert_eq!(table.numbers("total").unwrap(), [Some(0.5), None]);
        assert_eq!(table.numbers("total_low").unwrap(), [Some(0.4), None]);
        assert_eq!(table.numbers("ends_1_at").unwrap(), [Some(2.0), None]);
        assert_eq!(table.numbers("rho").unwrap(), [Some(0.1), None]);
        assert_eq!(table.texts("apart").unwrap(), [None, Some("true".to_owned())]);
        assert!(records(&json!({"a": 1})).is_none() && records(&json!([1])).is_none());
    }
}
