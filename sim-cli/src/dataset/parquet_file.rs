//! Parquet files that are whole or not there.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::problem::{Outcome, Problem};

/// Rows per row group, fixed so that equal rows give equal bytes.
const ROWS_PER_GROUP: usize = 65_536;

/// How the names of files begin that are being written.
pub(super) const UNFINISHED: &str = ".writing-";

/// Writes a file under a temporary name, syncs it, and gives it its name: a reader sees the old file or the new one.
fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), Box<dyn std::error::Error>>,
) -> Outcome<()> {
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
    write(file.as_file_mut()).map_err(|error| fail(&error))?;
    file.as_file().sync_all().map_err(|error| fail(&error))?;
    file.persist(path).map_err(|error| fail(&error.error))?;
    // The name itself is durable only when the directory is.
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| fail(&error))
}

/// Writes a file that is whole or not there.
pub fn write_file(path: &Path, bytes: &[u8]) -> Outcome<()> {
    write_atomically(path, |file| Ok(file.write_all(bytes)?))
}

/// Writes one Parquet file.
pub(super) fn write_parquet(path: &Path, batch: &RecordBatch) -> Outcome<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build();
    write_atomically(path, |file| {
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))?;
        writer.write(batch)?;
        writer.close()?;
        Ok(())
    })
}

/// Reads one Parquet file.
pub(super) fn read_parquet(path: &Path) -> Outcome<Vec<RecordBatch>> {
    let fail = |error: &dyn std::fmt::Display| Problem::file("read", path, error);
    let file = File::open(path).map_err(|error| fail(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| fail(&error))?;
    let reader = reader.build().map_err(|error| fail(&error))?;
    reader.collect::<Result<_, _>>().map_err(|error| fail(&error))
}
