//! Logs as Parquet files.

use std::borrow::Cow;
use std::fs::File;

use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, cast::AsArray};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Reader;
use super::column::Column;
use super::fields::{Cell, Fields, latency_in_seconds};
use crate::problem::{Outcome, Problem};

/// Rows that are decoded at once.
const BATCH: usize = 8192;

/// A record per row. Only the columns that mean something are read.
pub(super) fn records(reader: &mut Reader<'_>) -> Outcome<()> {
    let file = File::open(reader.path).map_err(|error| reader.fail(&error))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| reader.fail(&error))?;
    let header: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let places = reader.options.mapping.locate(&header).map_err(|name| {
        let names = crate::output::abridged(&header.join(", "), 300);
        Problem::input(format!("{}: there is no column `{name}`, which --map names", reader.path.display()))
            .help(format!("the columns are {names}"))
    })?;
    reader.need_question(&header, places.iter().any(|(column, _)| *column == Column::Question))?;
    for &(column, place) in &places {
        let kind = builder.schema().field(place).data_type();
        if !is_readable(kind) {
            let (path, name) = (reader.path.display(), &header[place]);
            let sentence = format!("{path}: column `{name}` for `{}` holds {kind}", column.name());
            return Err(Problem::input(sentence).help("cells are texts, numbers, or true and false"));
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().map(|(_, place)| *place));
    let batches =
        builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|error| reader.fail(&error))?;
    for batch in batches {
        let batch = batch.map_err(|error| reader.fail(&error))?;
        let arrays: Vec<(Column, &str, &dyn Array)> = places
            .iter()
            .filter_map(|&(column, place)| {
                let name = header[place].as_str();
                Some((column, name, batch.column_by_name(name)?.as_ref()))
            })
            .collect();
        for row in 0..batch.num_rows() {
            let mut fields = Fields::default();
            for &(column, name, array) in &arrays {
                let cell = cell(array, row);
                let cell = if column == Column::Latency {
                    cell.map(|cell| latency_in_seconds(name, cell))
                } else {
                    cell
                };
                fields.set(column, cell);
            }
            reader.take(&fields)?;
        }
    }
    Ok(())
}

fn is_readable(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Boolean
            | DataType::Timestamp(..)
    ) || kind.is_integer()
        || matches!(kind, DataType::Float32 | DataType::Float64)
}

fn cell(array: &dyn Array, row: usize) -> Option<Cell<'_>> {
    if array.is_null(row) {
        return None;
    }
    let text = |text| Some(Cell::Text(Cow::Borrowed(text)));
    let whole = |number: i64| Some(Cell::Number(number as f64));
    match array.data_type() {
        DataType::Utf8 => text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => text(array.as_string_view().value(row)),
        DataType::Boolean => Some(Cell::Flag(array.as_boolean().value(row))),
        DataType::Int8 => whole(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => whole(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => whole(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => whole(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => whole(array.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => whole(array.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => whole(array.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => Some(Cell::Number(array.as_primitive::<UInt64Type>().value(row) as f64)),
        DataType::Float32 => Some(Cell::Number(array.as_primitive::<Float32Type>().value(row).into())),
        DataType::Float64 => Some(Cell::Number(array.as_primitive::<Float64Type>().value(row))),
        DataType::Timestamp(unit, _) => timestamp(array, *unit, row).map(Cell::Number),
        _ => None,
    }
}

/// Seconds since 1970.
fn timestamp(array: &dyn Array, unit: TimeUnit, row: usize) -> Option<f64> {
    use arrow_array::{
        TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };
    let any = array.as_any();
    let (number, scale) = match unit {
        TimeUnit::Second => (any.downcast_ref::<TimestampSecondArray>()?.value(row), 1.0),
        TimeUnit::Millisecond => (any.downcast_ref::<TimestampMillisecondArray>()?.value(row), 1e3),
        TimeUnit::Microsecond => (any.downcast_ref::<TimestampMicrosecondArray>()?.value(row), 1e6),
        TimeUnit::Nanosecond => (any.downcast_ref::<TimestampNanosecondArray>()?.value(row), 1e9),
    };
    Some(number as f64 / scale)
}
