//! The first rows of a data set as JSON, for pages that show them.

use std::path::Path;

use serde_json::{Map, Value};

use super::parquet_file::read_all;
use crate::problem::{Outcome, Problem};

/// The first rows of a file.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The columns, in the order of the file.
    pub columns: Vec<String>,
    /// One value per column; null stands for what does not exist.
    pub rows: Vec<Vec<Value>>,
    /// Rows of the whole file.
    pub total: usize,
}

impl Preview {
    /// The first `most` rows of a Parquet file, without some columns.
    pub fn read(data: &Path, most: usize, without: &[&str]) -> Outcome<Self> {
        let (schema, batches) = read_all(data)?;
        let columns = schema.fields().iter().map(|field| field.name().clone());
        let columns: Vec<String> = columns.filter(|name| !without.contains(&name.as_str())).collect();
        let (mut rows, mut total) = (Vec::new(), 0);
        for batch in batches {
            let batch = batch?;
            let wanted = batch.num_rows().min(most.saturating_sub(total));
            total += batch.num_rows();
            if wanted == 0 {
                continue;
            }
            let mut writer = arrow_json::ArrayWriter::new(Vec::new());
            let written = writer.write(&batch.slice(0, wanted)).and_then(|()| writer.finish());
            written.map_err(|error| Problem::file("read", data, &error))?;
            let objects: Vec<Map<String, Value>> = serde_json::from_slice(&writer.into_inner())
                .map_err(|error| Problem::file("read", data, &error))?;
            let row = |mut object: Map<String, Value>| {
                columns.iter().map(|name| object.remove(name).unwrap_or(Value::Null)).collect()
            };
            rows.extend(objects.into_iter().map(row));
        }
        Ok(Self { columns, rows, total })
    }
}
