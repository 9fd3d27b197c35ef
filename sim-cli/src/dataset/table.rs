//! The columns of a data set, read back.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use serde_json::Value as Json;

use super::columns::is_number;
use super::parquet_file::read_parquet;
use crate::problem::Outcome;

/// The columns of a Parquet file: numbers, and everything else as text.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: usize,
    numbers: BTreeMap<String, Vec<Option<f64>>>,
    texts: BTreeMap<String, Vec<Option<String>>>,
}

impl Table {
    /// Reads a file.
    pub fn read(path: &Path) -> Outcome<Self> {
        Ok(Self::of(read_parquet(path)?))
    }

    /// The rows of batches.
    pub(super) fn of(batches: Vec<RecordBatch>) -> Self {
        let mut table = Self::default();
        for batch in batches {
            table.append(&batch);
        }
        table
    }

    /// Rows of named values: columns of numbers where all values of a name are, and of text elsewhere.
    pub fn of_records(rows: &[BTreeMap<String, Json>]) -> Self {
        let mut table = Self { rows: rows.len(), ..Self::default() };
        for name in rows.iter().flat_map(BTreeMap::keys) {
            let values = || rows.iter().map(|row| row.get(name).filter(|value| !value.is_null()));
            if values().flatten().all(Json::is_number) {
                table.numbers.insert(name.clone(), values().map(|value| value?.as_f64()).collect());
            } else {
                let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                table.texts.insert(name.clone(), values().map(|value| value.map(text)).collect());
            }
        }
        table
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column of numbers; `None` stands for null.
    pub fn numbers(&self, name: &str) -> Option<&[Option<f64>]> {
        self.numbers.get(name).map(Vec::as_slice)
    }

    /// A column of text, or of booleans as text; `None` stands for null.
    pub fn texts(&self, name: &str) -> Option<&[Option<String>]> {
        self.texts.get(name).map(Vec::as_slice)
    }

    fn append(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let name = field.name();
            if is_number(column.data_type()) {
                self.numbers.entry(name.clone()).or_default().extend(numbers(column.as_ref()));
            } else {
                self.texts.entry(name.clone()).or_default().extend(texts(column.as_ref()));
            }
        }
    }
}

fn numbers(column: &dyn Array) -> Vec<Option<f64>> {
    match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().iter().map(|n| n.map(|n| n as f64)).collect(),
        _ => column.as_primitive::<Float64Type>().iter().collect(),
    }
}

fn texts(column: &dyn Array) -> Vec<Option<String>> {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect(),
        DataType::Boolean => {
            column.as_boolean().iter().map(|flag| flag.map(|flag| flag.to_string())).collect()
        }
        // One value per layer: figures do not draw it.
        _ => vec![None; column.len()],
    }
}
