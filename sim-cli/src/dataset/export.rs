//! A data set in other formats, batch by batch.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::parquet_file::{read_all, write_atomically};
use crate::problem::{Outcome, Problem};

/// Formats that data sets can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values; lists are texts such as `[3, 5]`, and what does not exist is empty.
    Csv,
    /// One JSON object per row; what does not exist is left out.
    JsonLines,
    /// An Arrow IPC file.
    Arrow,
}

/// Writes the rows of a Parquet file to `out`, which is whole or not there, or to standard output.
pub fn export(data: &Path, format: ExportFormat, out: Option<&Path>) -> Outcome<()> {
    match out {
        Some(path) => write_atomically(path, |file| write(data, format, path, BufWriter::new(file))),
        None => {
            let output = Listener { output: std::io::stdout().lock(), is_gone: false };
            write(data, format, Path::new("standard output"), output)
        }
    }
}

/// A reader that may go away, such as `head`: then the rest is written to nobody.
struct Listener<W> {
    output: W,
    is_gone: bool,
}

impl<W: Write> Write for Listener<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.is_gone {
            return Ok(bytes.len());
        }
        match self.output.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_gone = true;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.output.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

fn write(data: &Path, format: ExportFormat, path: &Path, output: impl Write) -> Outcome<()> {
    let fail = |error: ArrowError| Problem::file("write", path, &error);
    let (schema, batches) = read_all(data)?;
    match format {
        ExportFormat::Csv => {
            let schema = flat(&schema);
            let mut writer = arrow_csv::Writer::new(output);
            // The header, also where there are no rows.
            writer.write(&RecordBatch::new_empty(schema.clone())).map_err(fail)?;
            for batch in batches {
                writer.write(&flattened(&batch?, &schema).map_err(fail)?).map_err(fail)?;
            }
            writer.into_inner().flush().map_err(|error| Problem::file("write", path, &error))
        }
        ExportFormat::JsonLines => {
            let mut writer = arrow_json::LineDelimitedWriter::new(output);
            for batch in batches {
                writer.write(&batch?).map_err(fail)?;
            }
            writer.finish().map_err(fail)?;
            writer.into_inner().flush().map_err(|error| Problem::file("write", path, &error))
        }
        ExportFormat::Arrow => {
            let mut writer = arrow_ipc::writer::FileWriter::try_new(output, &schema).map_err(fail)?;
            for batch in batches {
                writer.write(&batch?).map_err(fail)?;
            }
            writer.finish().map_err(fail)
        }
    }
}

/// The columns with texts instead of lists.
fn flat(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::List(_) => Arc::new(Field::new(field.name(), DataType::Utf8, true)),
        _ => field.clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn flattened(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let options = FormatOptions::default();
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::List(_) => {
            let formatter = ArrayFormatter::try_new(column, &options)?;
            let texts = (0..column.len()).map(|row| Some(formatter.value(row).to_string()));
            Ok(Arc::new(texts.collect::<StringArray>()) as ArrayRef)
        }
        _ => Ok(column.clone()),
    });
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, ArrowError>>()?)
}
