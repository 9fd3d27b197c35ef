//! Logs as CSV: a record per row, or a matrix of models and instances.

use std::borrow::Cow;
use std::fs::File;

use csv::{ByteRecord, ReaderBuilder};

use super::column::Column;
use super::fields::{Cell, Fields, latency_in_seconds};
use super::{Layout, Reader};
use crate::problem::{Outcome, Problem};

impl Reader<'_> {
    fn csv(&self) -> Outcome<csv::Reader<File>> {
        let file = File::open(self.path).map_err(|error| self.fail(&error))?;
        let tabs = self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"));
        let mut builder = ReaderBuilder::new();
        builder.flexible(true).delimiter(if tabs { b'\t' } else { b',' });
        Ok(builder.from_reader(file))
    }
}

/// The names of the first row.
fn header(reader: &Reader<'_>, table: &mut csv::Reader<File>) -> Outcome<Vec<String>> {
    let header = table.byte_headers().map_err(|error| reader.fail(&error))?;
    // A mark of the byte order is no part of the first name.
    let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_owned();
    Ok(header.iter().map(name).collect())
}

/// A record per row.
pub(super) fn records(reader: &mut Reader<'_>) -> Outcome<()> {
    let mut table = reader.csv()?;
    let header = header(reader, &mut table)?;
    let places = reader.options.mapping.locate(&header).map_err(|name| {
        let names = crate::output::abridged(&header.join(", "), 300);
        Problem::input(format!("{}: there is no column `{name}`, which --map names", reader.path.display()))
            .help(format!("the columns are {names}"))
    })?;
    reader.need_question(&header, places.iter().any(|(column, _)| *column == Column::Question))?;
    let mut row = ByteRecord::new();
    while table.read_byte_record(&mut row).map_err(|error| reader.fail(&error))? {
        if row.len() != header.len() {
            let line = row.position().map_or(0, csv::Position::line);
            reader.unread.malformed(reader.path, line);
            continue;
        }
        let mut fields = Fields::default();
        for &(column, place) in &places {
            let text = row.get(place).map(String::from_utf8_lossy).unwrap_or_default();
            let cell = Cell::Text(text);
            let cell =
                if column == Column::Latency { latency_in_seconds(&header[place], cell) } else { cell };
            fields.set(column, Some(cell));
        }
        reader.take(&fields)?;
    }
    Ok(())
}

/// A matrix: the first column and the first row hold names, the cells hold labels or scores; an empty cell is missing.
pub(super) fn matrix(reader: &mut Reader<'_>) -> Outcome<()> {
    let mut table = reader.csv()?;
    let header = header(reader, &mut table)?;
    if header.len() < 2 {
        let sentence = format!(
            "{}: a matrix has names in its first column and cells beside them",
            reader.path.display()
        );
        return Err(Problem::input(sentence).help("the first row holds the names of the columns"));
    }
    let by_model = reader.options.layout == Layout::Matrix;
    let mut row = ByteRecord::new();
    while table.read_byte_record(&mut row).map_err(|error| reader.fail(&error))? {
        if row.len() != header.len() {
            let line = row.position().map_or(0, csv::Position::line);
            reader.unread.malformed(reader.path, line);
            continue;
        }
        let mut cells = row.iter().map(String::from_utf8_lossy);
        let name = cells.next().unwrap_or_default();
        for (head, cell) in header[1..].iter().zip(cells) {
            let (model, question) = if by_model { (&*name, head.as_str()) } else { (head.as_str(), &*name) };
            let mut fields = Fields::default();
            fields.set(Column::Question, Some(Cell::Text(Cow::Borrowed(question))));
            fields.set(Column::Model, Some(Cell::Text(Cow::Borrowed(model))));
            // A number is a score, which may lie between 0 and 1.
            let score = cell.trim().parse::<f64>();
            let (column, value) = match score {
                Ok(score) => (Column::Score, Cell::Number(score)),
                Err(_) => (Column::Correct, Cell::Text(cell)),
            };
            fields.set(column, Some(value));
            reader.take(&fields)?;
        }
    }
    Ok(())
}
