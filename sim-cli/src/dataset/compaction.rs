//! Many parts, one file: read part by part, in the order of the sweep.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, new_null_array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::parquet_file::{read_parquet, write_batches};
use crate::problem::{Outcome, Problem};

/// Writes the rows of `parts` to `path`, with the columns of `schema`, which has those of every part.
pub(super) fn compact(path: &Path, schema: &SchemaRef, parts: &[PathBuf]) -> Outcome<()> {
    let batches = parts.iter().flat_map(|part| match read_parquet(part) {
        Ok(batches) => batches.into_iter().map(Ok).collect(),
        Err(problem) => vec![Err(problem)],
    });
    let conforming =
        batches.map(|batch| conform(&batch?, schema).map_err(|error| Problem::file("write", path, &error)));
    write_batches(path, schema, conforming)
}

/// The same rows with the columns of `schema`: null where there were none, lists of one where other rows have lists.
pub(super) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        Some(column) if column.data_type() == field.data_type() => Ok(column.clone()),
        Some(column) => lists_of_one(column, field.data_type()),
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns)
}

fn lists_of_one(column: &ArrayRef, wanted: &DataType) -> Result<ArrayRef, ArrowError> {
    match wanted {
        DataType::List(item) if item.data_type() == column.data_type() => {
            let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(1, column.len()));
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, column.clone(), None)?))
        }
        _ => {
            Err(ArrowError::SchemaError(format!("a column of {} cannot become {wanted}", column.data_type())))
        }
    }
}
