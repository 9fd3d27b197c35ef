//! Parquet files that are whole or not there.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::problem::{Outcome, Problem};

/// Rows per row group, fixed so that equal rows give equal bytes.
const ROWS_PER_GROUP: usize = 16_384;

/// How the names of files begin that are being written.
pub(super) const UNFINISHED: &str = ".writing-";

/// Writes a file under a temporary name, syncs it, and gives it its name: a reader sees the old file or the new one.
pub(super) fn write_atomically(path: &Path, write: impl FnOnce(&mut File) -> Outcome<()>) -> Outcome<()> {
    // The parent of a bare name is empty.
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    let fail = |error: &dyn std::fmt::Display| Problem::file("write", path, error);
    let mut file =
        tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory).map_err(|error| fail(&error))?;
    // A result is as readable as any other file of the user.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(readable).map_err(|error| fail(&error))?;
    }
    write(file.as_file_mut())?;
    file.as_file().sync_all().map_err(|error| fail(&error))?;
    file.persist(path).map_err(|error| fail(&error.error))?;
    // The name itself is durable only when the directory is.
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| fail(&error))
}

/// Writes a file that is whole or not there.
pub fn write_file(path: &Path, bytes: &[u8]) -> Outcome<()> {
    write_atomically(path, |file| file.write_all(bytes).map_err(|error| Problem::file("write", path, &error)))
}

/// Writes one Parquet file.
pub(super) fn write_parquet(path: &Path, batch: RecordBatch) -> Outcome<()> {
    write_batches(path, &batch.schema(), std::iter::once(Ok(batch)))
}

/// Writes one Parquet file, batch by batch. The bytes depend on the rows and on how many each batch has.
pub(super) fn write_batches(
    path: &Path,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Outcome<RecordBatch>>,
) -> Outcome<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build();
    write_atomically(path, |file| {
        let fail = |error: &dyn std::fmt::Display| Problem::file("write", path, error);
        let mut writer =
            ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(|error| fail(&error))?;
        for batch in batches {
            writer.write(&batch?).map_err(|error| fail(&error))?;
        }
        writer.close().map_err(|error| fail(&error))?;
        Ok(())
    })
}

/// Reads one Parquet file.
pub(super) fn read_parquet(path: &Path) -> Outcome<Vec<RecordBatch>> {
    batches(path, open(path, |reader| reader)?).collect()
}

/// What is wrong with a file that can be read, but not as Parquet: it was cut off, or is empty.
pub(super) fn damage(path: &Path) -> Outcome<Option<String>> {
    let file = File::open(path).map_err(|error| Problem::file("read", path, &error))?;
    Ok(ParquetRecordBatchReaderBuilder::try_new(file).err().map(|error| error.to_string()))
}

/// What the metadata of a file has under a key.
pub(super) fn read_metadata(path: &Path, key: &str) -> Outcome<Option<String>> {
    let mut found = None;
    open(path, |reader| {
        found = reader.schema().metadata().get(key).cloned();
        reader
    })?;
    Ok(found)
}

/// The columns of a file, and its rows batch by batch.
pub(super) fn read_all(path: &Path) -> Outcome<(SchemaRef, impl Iterator<Item = Outcome<RecordBatch>>)> {
    let reader = open(path, |reader| reader)?;
    Ok((reader.schema(), batches(path, reader)))
}

/// The columns of these names, as far as the file has them, batch by batch.
pub(super) fn read_columns(
    path: &Path,
    names: &[&str],
) -> Outcome<impl Iterator<Item = Outcome<RecordBatch>>> {
    Ok(batches(path, open(path, |reader| only(reader, names))?))
}

/// Reads some columns of these rows, which are in increasing order.
pub(super) fn read_selected(path: &Path, names: &[&str], rows: &[usize]) -> Outcome<Vec<RecordBatch>> {
    batches(path, open(path, |reader| only(select(reader, rows), names))?).collect()
}

/// Number of rows.
pub(super) fn count_rows(path: &Path) -> Outcome<usize> {
    let fail = |error: &dyn std::fmt::Display| Problem::file("read", path, error);
    let file = File::open(path).map_err(|error| fail(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| fail(&error))?;
    Ok(usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0))
}

/// Reads one row, if the file has it.
pub(super) fn read_row_at(path: &Path, row: usize) -> Outcome<Option<RecordBatch>> {
    batches(path, open(path, |reader| select(reader, &[row]))?).next().transpose()
}

type Builder = ParquetRecordBatchReaderBuilder<File>;

fn only(reader: Builder, names: &[&str]) -> Builder {
    let mask = ProjectionMask::columns(reader.parquet_schema(), names.iter().copied());
    reader.with_projection(mask)
}

fn select(reader: Builder, rows: &[usize]) -> Builder {
    let total = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
    let ranges = rows.iter().map(|&row| row..row + 1);
    reader.with_row_selection(RowSelection::from_consecutive_ranges(ranges, total))
}

fn open(path: &Path, choose: impl FnOnce(Builder) -> Builder) -> Outcome<ParquetRecordBatchReader> {
    let fail = |error: &dyn std::fmt::Display| Problem::file("read", path, error);
    let file = File::open(path).map_err(|error| fail(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| fail(&error))?;
    choose(reader).build().map_err(|error| fail(&error))
}

fn batches(
    path: &Path,
    reader: ParquetRecordBatchReader,
) -> impl Iterator<Item = Outcome<RecordBatch>> + use<> {
    let path = path.to_owned();
    reader.map(move |batch| batch.map_err(|error| Problem::file("read", &path, &error)))
}
